"""Back at the depot: totes leave the vehicle; and taking back an event of a moment ago."""

from app.delivery.rules.scanning import Verdict, judge
from app.delivery.rules.states import RunState, StopToteState
from app.delivery.service.changes import (
    advance,
    done_before,
    effect_on,
    put_back,
    set_tote,
    settle_stop,
)
from app.delivery.service.facts import Effect, Road, ScanEvent, find_carried
from app.traceability.errors import ReasonMissing


def bring_back(road: Road, event: ScanEvent) -> Effect:
    """Take a tote out of the vehicle at the depot, for the reason it comes back.

    Raises:
        ReasonMissing: it was never refused and nobody says why it comes back.
    """
    carried = find_carried(road, event)
    if judge(event.kind, carried.tote.state, carried.tote.tote_code) is Verdict.ALREADY:
        return done_before(carried)
    if road.run.state is RunState.ON_ROAD:
        advance(road, event, RunState.RETURNED, (RunState.ON_ROAD,))
    was = carried.tote.state
    reason = event.reason or carried.tote.reason
    if not reason:
        raise ReasonMissing(carried.tote.tote_code)
    put_back(road, event, carried, reason)
    set_tote(road, carried.tote, StopToteState.RETURNED, reason)
    if was is StopToteState.LOADED:
        settle_stop(road, event, carried.stop)
    return effect_on(carried)
