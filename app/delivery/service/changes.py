"""The single steps events are made of: goods moved, states changed, stops ended."""

from datetime import datetime

from sqlalchemy import select, update

from app.delivery.errors import StopSettled, ToteNotAboard, WrongVehicle
from app.delivery.models import Stop, StopTote
from app.delivery.rules.scanning import ledger_time, outcome_of_stop
from app.delivery.rules.states import OPEN_STOPS, RunState, ScanOutcome, StopState, StopToteState
from app.delivery.service.facts import Carried, Effect, Road, ScanEvent
from app.delivery.service.runs import Step, change_state
from app.fulfilment import service as fulfilment
from app.kernel.db import refusing
from app.traceability.errors import ReasonMissing

BEFORE_ROAD = (RunState.PLANNED, RunState.LOADING)


def load_aboard(road: Road, event: ScanEvent, carried: Carried) -> None:
    """Move a tote's goods into the vehicle's place."""
    code = carried.tote.tote_code
    set_tote(road, carried.tote, StopToteState.LOADED)
    fulfilment.load_tote(
        road.session,
        road.actor,
        code,
        road.place_id,
        f"load:{event.client_event_id}",
        happening_time=ledger_time(event.event_time, carried.moved_at, road.now),
        now=road.now,
        run=road.run.reference,
    )


def put_back(road: Road, event: ScanEvent, carried: Carried, reason: str) -> None:
    """Move a tote's goods from the vehicle back into the depot."""
    fulfilment.return_tote(
        road.session,
        road.actor,
        carried.tote.tote_code,
        reason,
        f"return:{event.client_event_id}",
        happening_time=ledger_time(event.event_time, carried.moved_at, road.now),
        now=road.now,
        run=road.run.reference,
    )


def set_tote(road: Road, tote: StopTote, state: StopToteState, reason: str = "") -> None:
    """Change a tote's state by compare-and-set; a tote lives on one run only.

    Raises:
        WrongVehicle: it was planned for another run meanwhile.
        ToteNotAboard: somebody changed it first.
    """
    elsewhere = WrongVehicle(tote.tote_code, vehicle="", run="", facility="")
    with refusing(road.session, "uq_stop_tote_live", elsewhere):
        changed = road.session.scalar(
            update(StopTote)
            .where(StopTote.id == tote.id, StopTote.state == tote.state)
            .values(state=state, reason=reason)
            .returning(StopTote.id)
            .execution_options(synchronize_session=False)
        )
    if changed is None:
        raise ToteNotAboard(tote.tote_code)
    road.session.refresh(tote)


def settle_stop(road: Road, event: ScanEvent, stop: Stop) -> None:
    """End a stop once none of its totes waits aboard any more."""
    if stop.state not in OPEN_STOPS:
        return
    states = road.session.scalars(select(StopTote.state).where(StopTote.stop_id == stop.id))
    outcome = outcome_of_stop(list(states))
    if outcome is not None:
        stop.state, stop.done_at = outcome, moment_of(road, event)
        stop.reason = stop.reason or event.reason
        road.session.flush()


def be_on_road(road: Road, event: ScanEvent) -> None:
    """Note that the run has left: what happens at a stop did, recorded or not."""
    if road.run.state in BEFORE_ROAD:
        advance(road, event, RunState.ON_ROAD, BEFORE_ROAD)


def be_at(road: Road, event: ScanEvent, stop: Stop) -> None:
    """Note that the vehicle is at a stop, even where nobody recorded the arrival.

    Raises:
        StopSettled: the stop has ended.
    """
    if stop.state not in OPEN_STOPS:
        raise StopSettled(str(stop.sequence), state=stop.state.value)
    be_on_road(road, event)
    if stop.state is StopState.PLANNED:
        stop.state, stop.arrived_at = StopState.ARRIVED, moment_of(road, event)


def advance(road: Road, event: ScanEvent, target: RunState, origins: tuple[RunState, ...]) -> None:
    """Move the run on at the event's moment."""
    step = Step(origins=origins, target=target, at=moment_of(road, event))
    change_state(road.session, road.actor, road.run, step, now=road.now)


def moment_of(road: Road, event: ScanEvent) -> datetime:
    """Return when the event happened, as far as the device's clock can be believed."""
    return ledger_time(event.event_time, None, road.now)


def reason_of(event: ScanEvent) -> str:
    """Return the reason an event must give."""
    if not event.reason:
        raise ReasonMissing(event.kind.value)
    return event.reason


def effect_on(carried: Carried) -> Effect:
    """Return the effect of an accepted event on a tote."""
    return Effect(stop_id=carried.stop.id, tote_id=carried.tote.tote_id)


def done_before(carried: Carried) -> Effect:
    """Return the answer to an event that changes nothing."""
    return Effect(
        outcome=ScanOutcome.DUPLICATE, stop_id=carried.stop.id, tote_id=carried.tote.tote_id
    )
