"""Which act belongs to which kind of event."""

from collections.abc import Callable, Mapping

from app.delivery.errors import RunStateChanged
from app.delivery.rules.scanning import run_allows
from app.delivery.rules.states import RunState, ScanKind, ScanOutcome
from app.delivery.service.facts import Effect, Road, ScanEvent
from app.delivery.service.handing import arrive, find_closed, hand_over, refuse
from app.delivery.service.loading import depart, leave_behind, load
from app.delivery.service.returning import bring_back
from app.delivery.service.undoing import undo


def apply(road: Road, event: ScanEvent) -> Effect:
    """Do what an event says, or say that it was done before.

    Raises:
        RunStateChanged: events of this kind no longer count in the run.
        DomainError: the event contradicts the plan or what was recorded before.
    """
    if event.kind is ScanKind.DEPART and road.run.state is RunState.ON_ROAD:
        return Effect(outcome=ScanOutcome.DUPLICATE)
    if not run_allows(event.kind, road.run.state):
        raise RunStateChanged(road.run.reference, state=road.run.state.value)
    return _ACTS[event.kind](road, event)


_ACTS: Mapping[ScanKind, Callable[[Road, ScanEvent], Effect]] = {
    ScanKind.LOAD: load,
    ScanKind.LEAVE_BEHIND: leave_behind,
    ScanKind.DEPART: depart,
    ScanKind.ARRIVE: arrive,
    ScanKind.HAND_OVER: hand_over,
    ScanKind.REFUSE: refuse,
    ScanKind.CLOSED: find_closed,
    ScanKind.RETURN: bring_back,
    ScanKind.UNDO: undo,
}
