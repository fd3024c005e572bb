"""Taking back an event by a counter-event; nothing recorded is ever removed."""

from collections.abc import Callable, Mapping

from sqlalchemy import select, update

from app.delivery.errors import NothingToUndo
from app.delivery.models import DeliveryScan, Stop, StopTote
from app.delivery.rules.scanning import ledger_time
from app.delivery.rules.states import ScanKind, ScanOutcome, StopState, StopToteState
from app.delivery.service.changes import effect_on, put_back, set_tote
from app.delivery.service.facts import Carried, Effect, Road, ScanEvent, find_carried
from app.fulfilment import service as fulfilment
from app.kernel.ids import StopId

UNDONE = "undone"


def undo(road: Road, event: ScanEvent) -> Effect:
    """Take back an accepted event of this run, as long as nothing was built on it.

    A hand-over can be taken back until the clinic has confirmed it; from then on its receipt
    or a discrepancy says what became of it. What was brought back is loaded by a new scan.

    Raises:
        NothingToUndo: there is no such event, or it cannot be taken back.
    """
    scan = road.session.scalars(
        select(DeliveryScan).where(
            DeliveryScan.client_event_id == event.undoes,
            DeliveryScan.run_id == road.run.id,
            DeliveryScan.outcome == ScanOutcome.ACCEPTED,
        )
    ).one_or_none()
    counter_act = _COUNTER_ACTS.get(scan.kind) if scan else None
    if scan is None or counter_act is None:
        raise NothingToUndo(event.undoes)
    return counter_act(road, event, scan)


def _unload(road: Road, event: ScanEvent, scan: DeliveryScan) -> Effect:
    carried = _carried(road, event, scan, StopToteState.LOADED)
    put_back(road, event, carried, UNDONE)
    fulfilment.release_again(road.session, road.actor, carried.tote.tote_code, now=road.now)
    set_tote(road, carried.tote, StopToteState.PLANNED)
    return effect_on(carried)


def _take_back(road: Road, event: ScanEvent, scan: DeliveryScan) -> Effect:
    carried = _carried(road, event, scan, StopToteState.DELIVERED)
    fulfilment.take_back_tote(
        road.session,
        road.actor,
        carried.tote.tote_code,
        road.place_id,
        event.client_event_id,
        happening_time=ledger_time(event.event_time, carried.moved_at, road.now),
        now=road.now,
    )
    set_tote(road, carried.tote, StopToteState.LOADED)
    _reopen(road, carried.stop.id)
    return effect_on(carried)


def _take_along(road: Road, event: ScanEvent, scan: DeliveryScan) -> Effect:
    carried = _carried(road, event, scan, StopToteState.LEFT_BEHIND)
    set_tote(road, carried.tote, StopToteState.PLANNED)
    return effect_on(carried)


def _offer_again(road: Road, event: ScanEvent, scan: DeliveryScan) -> Effect:
    """Open a stop that was closed or refused: its totes are still in the vehicle."""
    changed = road.session.scalars(
        update(StopTote)
        .where(
            StopTote.stop_id == scan.stop_id,
            StopTote.state == StopToteState.GOING_BACK,
            *([StopTote.tote_id == scan.tote_id] if scan.tote_id else []),
        )
        .values(state=StopToteState.LOADED, reason="")
        .returning(StopTote.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not changed:
        raise NothingToUndo(event.undoes)
    _reopen(road, scan.stop_id)
    return Effect(stop_id=scan.stop_id, tote_id=scan.tote_id)


def _reopen(road: Road, stop_id: StopId | None) -> None:
    road.session.execute(
        update(Stop)
        .where(Stop.id == stop_id)
        .values(state=StopState.ARRIVED, done_at=None, reason="")
        .execution_options(synchronize_session="fetch")
    )


def _not_there_yet(road: Road, event: ScanEvent, scan: DeliveryScan) -> Effect:
    changed = road.session.scalar(
        update(Stop)
        .where(Stop.id == scan.stop_id, Stop.state == StopState.ARRIVED)
        .values(state=StopState.PLANNED, arrived_at=None)
        .returning(Stop.id)
        .execution_options(synchronize_session="fetch")
    )
    if changed is None:
        raise NothingToUndo(event.undoes)
    return Effect(stop_id=scan.stop_id)


def _carried(road: Road, event: ScanEvent, scan: DeliveryScan, state: StopToteState) -> Carried:
    carried = find_carried(road, event, code=scan.tote_code)
    if carried.tote.state is not state:
        raise NothingToUndo(event.undoes)
    return carried


_COUNTER_ACTS: Mapping[ScanKind, Callable[[Road, ScanEvent, DeliveryScan], Effect]] = {
    ScanKind.LOAD: _unload,
    ScanKind.LEAVE_BEHIND: _take_along,
    ScanKind.ARRIVE: _not_there_yet,
    ScanKind.HAND_OVER: _take_back,
    ScanKind.REFUSE: _offer_again,
    ScanKind.CLOSED: _offer_again,
}
