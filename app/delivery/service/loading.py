"""At the depot: totes go aboard or stay behind for a reason, and the run leaves."""

from sqlalchemy import select

from app.delivery.errors import TotesMissing
from app.delivery.models import Stop, StopTote
from app.delivery.rules.scanning import Verdict, judge
from app.delivery.rules.states import RunState, StopToteState
from app.delivery.service.changes import (
    BEFORE_ROAD,
    advance,
    done_before,
    effect_on,
    load_aboard,
    reason_of,
    set_tote,
    settle_stop,
)
from app.delivery.service.facts import Effect, Road, ScanEvent, find_carried


def load(road: Road, event: ScanEvent) -> Effect:
    """Take a tote aboard: its goods move to the vehicle's place.

    Raises:
        WrongVehicle, ToteNotPlanned: the tote is not on this run's list.
    """
    carried = find_carried(road, event)
    if judge(event.kind, carried.tote.state, carried.tote.tote_code) is Verdict.ALREADY:
        return done_before(carried)
    if road.run.state is RunState.PLANNED:
        advance(road, event, RunState.LOADING, (RunState.PLANNED,))
    load_aboard(road, event, carried)
    return effect_on(carried)


def leave_behind(road: Road, event: ScanEvent) -> Effect:
    """Note why a tote of the run stays at the depot."""
    carried = find_carried(road, event)
    if judge(event.kind, carried.tote.state, carried.tote.tote_code) is Verdict.ALREADY:
        return done_before(carried)
    set_tote(road, carried.tote, StopToteState.LEFT_BEHIND, reason_of(event))
    if road.run.state is RunState.ON_ROAD:
        settle_stop(road, event, carried.stop)
    return effect_on(carried)


def depart(road: Road, event: ScanEvent) -> Effect:
    """Leave the depot.

    Raises:
        TotesMissing: totes of the run are neither aboard nor explained; all are named.
    """
    missing = road.session.scalars(
        select(StopTote.tote_code)
        .join(Stop, Stop.id == StopTote.stop_id)
        .where(Stop.run_id == road.run.id, StopTote.state == StopToteState.PLANNED)
        .order_by(Stop.sequence, StopTote.tote_code)
    ).all()
    if missing:
        raise TotesMissing(road.run.reference, count=len(missing), codes=", ".join(missing))
    advance(road, event, RunState.ON_ROAD, BEFORE_ROAD)
    for stop in road.session.scalars(select(Stop).where(Stop.run_id == road.run.id)):
        settle_stop(road, event, stop)
    return Effect()
