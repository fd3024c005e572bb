"""What studies are made from and shown with: recorded deliveries, offers, versions, studies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVarTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.accounts.models import UserAccount
from app.delivery.models import Run, Stop, StopTote, Vehicle
from app.delivery.queries.figures import DRIVEN
from app.delivery.rules.day import seconds_of
from app.delivery.rules.states import StopToteState
from app.fulfilment.models import PickLine, ToteContent
from app.kernel.ids import FacilityId, JobId, SavingsStudyId
from app.network.models import DeliveryDay, Facility
from app.purchasing.models import ContractLine, Supplier
from app.savings.models import CostCard, SavingsStudy
from app.savings.rules import Delivered, Offer, PlaceOfStudy, RecordedDay, SupplierOfStudy

MINUTE = 60
Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRow:
    """A version of the cost card, and who entered it."""

    card: CostCard
    entered_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRow:
    """A study in the list."""

    id: SavingsStudyId
    days: int
    until: date
    requested_at: datetime
    finished_at: datetime | None
    refusal: str
    requested_by: str
    job_id: JobId | None


def card_in_force(session: Session, day: date) -> CostCard | None:
    """Return the version that counts on a day."""
    newest = (CostCard.valid_from.desc(), CostCard.id.desc())
    return session.scalars(
        select(CostCard).where(CostCard.valid_from <= day).order_by(*newest).limit(1)
    ).first()


def list_cards(session: Session) -> list[CardRow]:
    """Return every version, the newest first."""
    rows = session.execute(
        select(CostCard, UserAccount.name)
        .join(UserAccount, UserAccount.id == CostCard.user_id)
        .order_by(CostCard.valid_from.desc(), CostCard.id.desc())
    )
    return [CardRow(card=card, entered_by=name) for card, name in rows]


def list_studies(session: Session, size: int) -> list[StudyRow]:
    """Return the last studies, the newest first."""
    columns = [
        getattr(SavingsStudy, name)
        for name in StudyRow.__dataclass_fields__
        if name != "requested_by"
    ]
    rows = session.execute(
        select(*columns, UserAccount.name.label("requested_by"))
        .join(UserAccount, UserAccount.id == SavingsStudy.user_id)
        .order_by(SavingsStudy.id.desc())
        .limit(size)
    )
    return [StudyRow(**row) for row in rows.mappings()]


def newest_with_result(session: Session) -> SavingsStudy | None:
    """Return the last study that came to a result."""
    return session.scalars(
        select(SavingsStudy)
        .where(SavingsStudy.result.is_not(None))
        .order_by(SavingsStudy.id.desc())
        .limit(1)
    ).first()


def planning_days(session: Session, hub: FacilityId, *, until: date, count: int) -> list[date]:
    """Return the last days on which goods were handed over, oldest first."""
    handed_over = select(StopTote.id).where(
        StopTote.stop_id == Stop.id, StopTote.state == StopToteState.DELIVERED
    )
    days = session.scalars(
        select(Run.day)
        .join(Stop, Stop.run_id == Run.id)
        .where(Run.facility_id == hub, Run.day <= until, Run.state.in_(DRIVEN))
        .where(handed_over.exists())
        .distinct()
        .order_by(Run.day.desc())
        .limit(count)
    )
    return sorted(days)


def delivered(session: Session, hub: FacilityId, days: Sequence[date]) -> list[Delivered]:
    """Return what was handed over on these days, by tote and item."""
    own = (
        Run.day,
        Stop.facility_id,
        StopTote.tote_id,
        StopTote.compartment,
        StopTote.controlled,
        StopTote.weight_grams,
        StopTote.volume_cm3,
        ToteContent.item_id,
    )
    lines = func.count(PickLine.requisition_line_id.distinct()).label("lines")
    rows = session.execute(
        _on_days(select(*own, lines), hub, days)
        .join(ToteContent, ToteContent.tote_id == StopTote.tote_id)
        .join(PickLine, PickLine.id == ToteContent.pick_line_id)
        .where(StopTote.state == StopToteState.DELIVERED, ToteContent.taken_out_at.is_(None))
        .group_by(*own)
        .order_by(*own)
    )
    return [Delivered(**row) for row in rows.mappings()]


def _on_days(query: Select[*Columns], hub: FacilityId, days: Sequence[date]) -> Select[*Columns]:
    return (
        query.select_from(Run)
        .join(Stop, Stop.run_id == Run.id)
        .join(StopTote, StopTote.stop_id == Stop.id)
        .where(Run.facility_id == hub, Run.day.in_(days), Run.state.in_(DRIVEN))
    )


def recorded(session: Session, hub: FacilityId, days: Sequence[date]) -> dict[date, RecordedDay]:
    """Return what was driven on these days."""
    cold = Vehicle.refrigerated
    stops = select(Stop.run_id, func.count().label("stops")).group_by(Stop.run_id).subquery("stops")
    runs = session.execute(
        select(
            Run.day,
            func.count().label("vehicles"),
            func.count().filter(cold).label("cold_vehicles"),
            func.sum(Run.metres).label("metres"),
            func.coalesce(func.sum(Run.metres).filter(cold), 0).label("cold_metres"),
            func.sum(Run.seconds).label("seconds"),
            func.sum(stops.c.stops).label("stops"),
        )
        .join(Vehicle, Vehicle.id == Run.vehicle_id)
        .join(stops, stops.c.run_id == Run.id)
        .where(Run.facility_id == hub, Run.day.in_(days), Run.state.in_(DRIVEN))
        .group_by(Run.day)
    ).mappings()
    punctual = _punctual(session, hub, days)
    return {
        row["day"]: RecordedDay(
            day=row["day"],
            **{name: int(row[name]) for name in row if name != "day"},
            promised=punctual[row["day"]][0],
            on_time=punctual[row["day"]][1],
        )
        for row in runs
    }


def _punctual(
    session: Session, hub: FacilityId, days: Sequence[date]
) -> dict[date, tuple[int, int]]:
    """Return how many totes went out on each day, and how many were there as promised."""
    in_time = StopTote.promised_to.is_(None) | (Stop.done_at <= StopTote.promised_to)
    there = StopTote.state == StopToteState.DELIVERED
    rows = session.execute(
        _on_days(select(Run.day, func.count(), func.count().filter(there, in_time)), hub, days)
        .where(StopTote.state != StopToteState.CANCELLED)
        .group_by(Run.day)
    )
    return {day: (promised, on_time) for day, promised, on_time in rows}


def offers(session: Session, since: date, until: date) -> list[Offer]:
    """Return the contract prices that held on some day between two."""
    columns = [getattr(ContractLine, name) for name in Offer.__dataclass_fields__]
    rows = session.execute(
        select(*columns)
        .where(
            ContractLine.in_force,
            ContractLine.starts_on <= until,
            ContractLine.ends_on >= since,
        )
        .order_by(ContractLine.id)
    )
    return [Offer(**row) for row in rows.mappings()]


def suppliers(session: Session) -> list[SupplierOfStudy]:
    """Return every supplier with its position."""
    columns = [getattr(Supplier, name) for name in SupplierOfStudy.__dataclass_fields__]
    rows = session.execute(select(*columns).order_by(Supplier.id)).mappings()
    return [SupplierOfStudy(**row) for row in rows]


def places(session: Session, ids: Sequence[FacilityId]) -> dict[FacilityId, PlaceOfStudy]:
    """Return facilities with their windows of all weekdays."""
    windows: dict[FacilityId, list[tuple[int, int]]] = {}
    days = select(DeliveryDay).where(DeliveryDay.facility_id.in_(ids)).order_by(DeliveryDay.id)
    for row in session.scalars(days):
        span = (seconds_of(row.opens_at), seconds_of(row.closes_at))
        windows.setdefault(row.facility_id, []).append(span)
    found = session.scalars(select(Facility).where(Facility.id.in_(ids)).order_by(Facility.id))
    return {
        row.id: PlaceOfStudy(
            id=row.id,
            latitude=row.latitude,
            longitude=row.longitude,
            service_seconds=row.service_minutes * MINUTE,
            windows=tuple(windows.get(row.id, ())),
        )
        for row in found
    }
