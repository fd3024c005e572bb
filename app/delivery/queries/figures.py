"""Figures of deliveries over time: way, cost, baseline, punctuality."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Date, case, cast, extract, func, select
from sqlalchemy import false as sql_false
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.delivery.models import Run, Stop, StopTote
from app.delivery.rules.states import RunState, StopToteState
from app.kernel.ids import FacilityId
from app.kernel.local_time import LOCAL
from app.network.models import Facility
from app.network.rules.calibration import DrivenLeg

DRIVEN = (RunState.ON_ROAD, RunState.RETURNED, RunState.CLOSED)
"""Runs that left the depot; what was only planned costs nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCost:
    """Way and cost of a day's runs, beside each facility fetching alone."""

    day: date
    runs: int
    metres: int
    fen: int
    baseline_metres: int
    baseline_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TownshipCost:
    """Way and cost of a township's stops, their runs shared out by what each would need alone."""

    township: str
    stops: int
    metres: int
    fen: int
    baseline_metres: int
    baseline_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Punctuality:
    """Totes promised for a day: how many, and how many were handed over by then."""

    day: date
    promised: int
    on_time: int


def day_costs(session: Session, since: date, until: date) -> list[DayCost]:
    """Return the days from ``since`` to ``until``, both included, on which a run left."""
    rows = session.execute(
        select(
            Run.day,
            func.count(),
            func.sum(Run.metres),
            func.sum(Run.cost_fen),
            func.sum(Run.baseline_metres),
            func.sum(Run.baseline_fen),
        )
        .where(Run.day.between(since, until), Run.state.in_(DRIVEN))
        .group_by(Run.day)
        .order_by(Run.day)
    )
    return [
        DayCost(
            day=day,
            runs=runs,
            metres=int(metres),
            fen=int(fen),
            baseline_metres=int(baseline_metres),
            baseline_fen=int(baseline_fen),
        )
        for day, runs, metres, fen, baseline_metres, baseline_fen in rows
    ]


def township_costs(session: Session, since: date, until: date) -> list[TownshipCost]:
    """Return each township served from ``since`` to ``until``, both included, by name."""
    rows = session.execute(
        select(
            Facility.township,
            func.count(),
            func.sum(Stop.metres_share),
            func.sum(Stop.fen_share),
            func.sum(Stop.baseline_metres),
            func.sum(Stop.baseline_fen),
        )
        .select_from(Stop)
        .join(Run, Run.id == Stop.run_id)
        .join(Facility, Facility.id == Stop.facility_id)
        .where(Run.day.between(since, until), Run.state.in_(DRIVEN))
        .group_by(Facility.township)
        .order_by(Facility.township)
    )
    return [
        TownshipCost(
            township=township,
            stops=stops,
            metres=int(metres),
            fen=int(fen),
            baseline_metres=int(baseline_metres),
            baseline_fen=int(baseline_fen),
        )
        for township, stops, metres, fen, baseline_metres, baseline_fen in rows
    ]


def deliveries_on_time(session: Session, since: date, until: date) -> list[Punctuality]:
    """Return for each promised local day how many totes were handed over by the promised moment.

    A tote counts on the day it was promised for, whichever run carried it, and once.
    """
    day = cast(func.timezone(LOCAL.key, StopTote.promised_to), Date)
    carried = (
        select(
            day.label("day"),
            case(
                (StopTote.state == StopToteState.DELIVERED, Stop.done_at <= StopTote.promised_to),
                else_=False,
            ).label("on_time"),
        )
        .join(Stop, Stop.id == StopTote.stop_id)
        .where(StopTote.state != StopToteState.CANCELLED, day.between(since, until))
        .ext(distinct_on(StopTote.tote_id))
        .order_by(StopTote.tote_id, StopTote.id.desc())
        .subquery()
    )
    rows = session.execute(
        select(
            carried.c.day,
            func.count(),
            func.count().filter(func.coalesce(carried.c.on_time, sql_false())),
        )
        .group_by(carried.c.day)
        .order_by(carried.c.day)
    )
    return [
        Punctuality(day=on, promised=promised, on_time=on_time) for on, promised, on_time in rows
    ]


def driven_legs(session: Session, depot_id: FacilityId, since: date) -> list[DrivenLeg]:
    """Return the drives of a depot's runs since a day: from leaving one door to the next.

    In the order in which doors were reached, whatever was planned. Where a scan is missing
    there is no drive.
    """
    run, turn = Stop.run_id, (Stop.arrived_at, Stop.sequence)
    before = func.lag(Stop.facility_id).over(partition_by=run, order_by=turn)
    done = func.lag(Stop.done_at).over(partition_by=run, order_by=turn)
    left = case((before.is_(None), Run.left_at), else_=done)
    drives = (
        select(
            func.coalesce(before, Run.facility_id).label("origin_id"),
            Stop.facility_id.label("target_id"),
            extract("epoch", Stop.arrived_at - left).label("seconds"),
        )
        .join(Run, Run.id == Stop.run_id)
        .where(Run.facility_id == depot_id, Run.day >= since, Stop.arrived_at.is_not(None))
        .subquery()
    )
    rows = session.execute(select(drives).where(drives.c.seconds > 0))
    return [
        DrivenLeg(origin_id=origin, target_id=target, seconds=int(seconds))
        for origin, target, seconds in rows
    ]
