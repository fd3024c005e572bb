"""At a stop: arrival, totes handed over or refused, doors found closed."""

from sqlalchemy import func, select, update

from app.delivery.models import Stop, StopTote
from app.delivery.rules.scanning import Verdict, judge, ledger_time
from app.delivery.rules.states import ScanOutcome, StopState, StopToteState
from app.delivery.service.changes import (
    be_at,
    be_on_road,
    done_before,
    effect_on,
    load_aboard,
    moment_of,
    reason_of,
    set_tote,
    settle_stop,
)
from app.delivery.service.facts import (
    Effect,
    Road,
    ScanEvent,
    find_carried,
    find_stop,
    take_to_stop,
)
from app.fulfilment import service as fulfilment


def arrive(road: Road, event: ScanEvent) -> Effect:
    """Note that the vehicle has reached a stop."""
    stop = find_stop(road, event)
    be_on_road(road, event)
    if stop.state is not StopState.PLANNED:
        return Effect(outcome=ScanOutcome.DUPLICATE, stop_id=stop.id)
    stop.state, stop.arrived_at = StopState.ARRIVED, moment_of(road, event)
    return Effect(stop_id=stop.id)


def hand_over(road: Road, event: ScanEvent) -> Effect:
    """Give a tote to its stop: its goods leave the vehicle for the clinic.

    Raises:
        WrongStop, WrongVehicle, ToteNotPlanned: the tote is another's; the refusal says whose.
        ToteGoingBack, ToteNotAboard: it was refused, brought back or left behind before.
        StopSettled: the stop was closed or refused.
    """
    stop, planned = find_stop(road, event), find_carried(road, event)
    carried = take_to_stop(road, planned, stop)
    verdict = judge(event.kind, carried.tote.state, carried.tote.tote_code)
    if verdict is Verdict.ALREADY:
        return done_before(carried)
    be_at(road, event, stop)
    if verdict is Verdict.LOAD_FIRST:
        load_aboard(road, event, carried)
    set_tote(road, carried.tote, StopToteState.DELIVERED)
    fulfilment.hand_over_tote(
        road.session,
        road.actor,
        carried.tote.tote_code,
        f"hand-over:{event.client_event_id}",
        happening_time=ledger_time(event.event_time, carried.moved_at, road.now),
        now=road.now,
        run=road.run.reference,
    )
    if event.receiver:
        stop.receiver_name = event.receiver
    settle_stop(road, event, stop)
    if planned.stop.id != stop.id:
        settle_stop(road, event, planned.stop)
    return effect_on(carried)


def refuse(road: Road, event: ScanEvent) -> Effect:
    """Take back what the receiver refuses: one tote, or all of the stop when none is named."""
    stop = find_stop(road, event)
    reason = reason_of(event)
    if not event.code:
        return _give_up(road, event, stop, StopState.REFUSED)
    carried = take_to_stop(road, find_carried(road, event), stop)
    verdict = judge(event.kind, carried.tote.state, carried.tote.tote_code)
    if verdict is Verdict.ALREADY:
        return done_before(carried)
    be_at(road, event, stop)
    if verdict is Verdict.LOAD_FIRST:
        load_aboard(road, event, carried)
    set_tote(road, carried.tote, StopToteState.GOING_BACK, reason)
    settle_stop(road, event, stop)
    return effect_on(carried)


def find_closed(road: Road, event: ScanEvent) -> Effect:
    """End a stop where nobody receives: its totes go back to the depot."""
    return _give_up(road, event, find_stop(road, event), StopState.CLOSED)


def _give_up(road: Road, event: ScanEvent, stop: Stop, state: StopState) -> Effect:
    """End a stop that takes no more; what is still aboard for it goes back to the depot."""
    reason = reason_of(event)
    if stop.state is state:
        return Effect(outcome=ScanOutcome.DUPLICATE, stop_id=stop.id)
    be_at(road, event, stop)
    road.session.execute(
        update(StopTote)
        .where(StopTote.stop_id == stop.id, StopTote.state == StopToteState.LOADED)
        .values(state=StopToteState.GOING_BACK, reason=reason)
        .execution_options(synchronize_session=False)
    )
    delivered = road.session.scalar(
        select(func.count()).where(
            StopTote.stop_id == stop.id, StopTote.state == StopToteState.DELIVERED
        )
    )
    stop.state = StopState.DELIVERED if delivered else state
    stop.done_at, stop.reason = moment_of(road, event), reason
    return Effect(stop_id=stop.id)
