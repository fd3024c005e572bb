"""What a driver's event means for the tote, the stop and the run it names."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from app.delivery.errors import ToteAboard, ToteDelivered, ToteGoingBack, ToteNotAboard
from app.delivery.rules.states import ClockFlag, RunState, ScanKind, StopState, StopToteState
from app.kernel.errors import DomainError
from app.kernel.local_time import local

MOST_AHEAD = timedelta(minutes=5)
SOON = timedelta(minutes=15)
FARTHEST_BACK = timedelta(days=6)

RUN_ALLOWS: Mapping[ScanKind, frozenset[RunState]] = {
    ScanKind.LOAD: frozenset({RunState.PLANNED, RunState.LOADING, RunState.ON_ROAD}),
    ScanKind.LEAVE_BEHIND: frozenset({RunState.PLANNED, RunState.LOADING, RunState.ON_ROAD}),
    ScanKind.DEPART: frozenset({RunState.PLANNED, RunState.LOADING}),
    ScanKind.RETURN: frozenset({RunState.ON_ROAD, RunState.RETURNED, RunState.CLOSED}),
}
ROAD = frozenset({RunState.PLANNED, RunState.LOADING, RunState.ON_ROAD, RunState.RETURNED})
"""Every other event; a phone without signal may send them late, so loading counts as left."""


class Verdict(StrEnum):
    """Whether an event changes something."""

    DO = "do"
    LOAD_FIRST = "load_first"
    ALREADY = "already"


Ruling = Verdict | type[DomainError]

TOTE_RULINGS: Mapping[ScanKind, Mapping[StopToteState, Ruling]] = {
    ScanKind.LOAD: {
        StopToteState.PLANNED: Verdict.DO,
        StopToteState.LEFT_BEHIND: Verdict.DO,
        StopToteState.LOADED: Verdict.ALREADY,
        StopToteState.DELIVERED: Verdict.ALREADY,
        StopToteState.GOING_BACK: Verdict.ALREADY,
        StopToteState.RETURNED: ToteNotAboard,
    },
    ScanKind.LEAVE_BEHIND: {
        StopToteState.PLANNED: Verdict.DO,
        StopToteState.LEFT_BEHIND: Verdict.ALREADY,
        StopToteState.LOADED: ToteAboard,
        StopToteState.GOING_BACK: ToteAboard,
        StopToteState.DELIVERED: ToteDelivered,
        StopToteState.RETURNED: Verdict.ALREADY,
    },
    ScanKind.HAND_OVER: {
        StopToteState.PLANNED: Verdict.LOAD_FIRST,
        StopToteState.LOADED: Verdict.DO,
        StopToteState.DELIVERED: Verdict.ALREADY,
        StopToteState.GOING_BACK: ToteGoingBack,
        StopToteState.RETURNED: ToteGoingBack,
        StopToteState.LEFT_BEHIND: ToteNotAboard,
    },
    ScanKind.REFUSE: {
        StopToteState.PLANNED: Verdict.LOAD_FIRST,
        StopToteState.LOADED: Verdict.DO,
        StopToteState.GOING_BACK: Verdict.ALREADY,
        StopToteState.RETURNED: Verdict.ALREADY,
        StopToteState.DELIVERED: ToteDelivered,
        StopToteState.LEFT_BEHIND: ToteNotAboard,
    },
    ScanKind.RETURN: {
        StopToteState.LOADED: Verdict.DO,
        StopToteState.GOING_BACK: Verdict.DO,
        StopToteState.KEPT: Verdict.DO,
        StopToteState.RETURNED: Verdict.ALREADY,
        StopToteState.DELIVERED: ToteDelivered,
        StopToteState.PLANNED: ToteNotAboard,
        StopToteState.LEFT_BEHIND: ToteNotAboard,
    },
}
"""What each event does to a tote in each state; a cancelled tote belongs to no run.

A tote that is handed over without having been scanned aboard was aboard all the same: its
loading is posted first, so that events reach the same end in any order.
"""


def judge(kind: ScanKind, state: StopToteState, code: str) -> Verdict:
    """Return what the event does to a tote.

    Raises:
        ToteNotAboard, ToteAboard, ToteDelivered, ToteGoingBack: the event contradicts what
            is known of the tote.
    """
    ruling = TOTE_RULINGS[kind].get(state, ToteNotAboard)
    if isinstance(ruling, Verdict):
        return ruling
    raise ruling(code)


def run_allows(kind: ScanKind, state: RunState) -> bool:
    """Say whether events of this kind still count in a run of this state."""
    return state in RUN_ALLOWS.get(kind, ROAD)


def clock_of(event_time: datetime, now: datetime) -> ClockFlag:
    """Say whether an event's time is plausible, came late, or lies ahead of ours."""
    if event_time > now + MOST_AHEAD:
        return ClockFlag.AHEAD
    return ClockFlag.LATE if event_time < now - SOON else ClockFlag.PLAUSIBLE


def ledger_time(event_time: datetime, floor: datetime | None, now: datetime) -> datetime:
    """Return when the ledger dates an event: as the device says, where that is possible.

    A clock that runs ahead, lies before the goods' last move, in another month or more than
    six days back cannot date stock; the event itself keeps what the device said.
    """
    earliest = now - FARTHEST_BACK if floor is None else max(floor, now - FARTHEST_BACK)
    dated = max(event_time, earliest)
    return dated if dated <= now and local(dated).month == local(now).month else now


def outcome_of_stop(states: list[StopToteState]) -> StopState | None:
    """Return how a stop ended once none of its totes waits aboard any more, else None."""
    if any(state in (StopToteState.PLANNED, StopToteState.LOADED) for state in states):
        return None
    if StopToteState.DELIVERED in states:
        return StopState.DELIVERED
    refused = {StopToteState.GOING_BACK, StopToteState.RETURNED}
    return StopState.REFUSED if refused & set(states) else StopState.SKIPPED
