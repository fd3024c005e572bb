"""Gathering what a plan is made from, the same way before solving and before storing."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from app.delivery.models import Plan
from app.delivery.queries.day import (
    drivers_on_shift,
    free_vehicles,
    places_to_serve,
    totes_on_the_way,
)
from app.delivery.rules.day import (
    DayInputs,
    LegBetween,
    ToteToPlan,
    leaving_from,
    pair,
    seconds_of,
)
from app.fulfilment import service as fulfilment
from app.fulfilment.service import ReleasedTote
from app.kernel.ids import FacilityId, PlanId, ToteId
from app.kernel.local_time import local, local_day
from app.network import service as network


def waiting_totes(session: Session, facility_id: FacilityId, day: date) -> list[ToteToPlan]:
    """Return the depot's released totes for a day that no run has begun to carry."""
    released = fulfilment.list_released_totes(session, facility_id, day)
    gone = totes_on_the_way(session, [tote.tote_id for tote in released])
    return [_to_plan(tote, day) for tote in released if tote.tote_id not in gone]


def _to_plan(tote: ReleasedTote, day: date) -> ToteToPlan:
    promised_to = tote.promised_to
    return ToteToPlan(
        tote_id=tote.tote_id,
        code=tote.code,
        requisition_reference=tote.requisition_reference,
        facility_id=tote.facility_id,
        compartment=tote.compartment.value,
        weight_grams=tote.weight_grams,
        volume_cm3=tote.volume_cm3,
        controlled=tote.controlled,
        promised_to=promised_to,
        held=tote.held,
        overdue=promised_to is not None and local_day(promised_to) < day,
    )


def gather(session: Session, plan: Plan, *, only: Collection[ToteId] | None = None) -> DayInputs:
    """Return the inputs of a plan; ``only`` narrows them to the totes it was made for.

    Totes released after the solving began do not spoil a plan: they wait for the next.
    """
    totes = [
        tote
        for tote in waiting_totes(session, plan.facility_id, plan.day)
        if only is None or tote.tote_id in only
    ]
    wanted = sorted({tote.facility_id for tote in totes})
    facility_ids = [plan.facility_id, *(one for one in wanted if one != plan.facility_id)]
    places = places_to_serve(session, facility_ids, plan.day)
    depot = next(place for place in places if place.facility_id == plan.facility_id)
    crews = pair(
        free_vehicles(session, plan.facility_id, plan.day),
        drivers_on_shift(session, plan.facility_id, plan.day),
    )
    earliest = seconds_of(local(plan.leave_from).time()) if plan.leave_from else None
    roads = network.day_roads(session, plan.facility_id, facility_ids, plan.day)
    return DayInputs(
        day=plan.day,
        depot=replace(depot, window=None),
        totes=tuple(totes),
        places=tuple(place for place in places if place.facility_id in set(wanted)),
        crews=leaving_from(crews, earliest),
        legs={
            ends: LegBetween(metres=leg.metres, seconds=leg.seconds)
            for ends, leg in roads.legs.items()
        },
        roads_source=roads.provenance.text(),
        cut_off=roads.cut_off,
    )


def places_of(session: Session, plan_id: PlanId) -> list[FacilityId]:
    """Return the places whose roads a plan needs: its depot and wherever a tote waits for."""
    plan = session.get_one(Plan, plan_id)
    totes = waiting_totes(session, plan.facility_id, plan.day)
    return sorted({plan.facility_id, *(tote.facility_id for tote in totes)})
