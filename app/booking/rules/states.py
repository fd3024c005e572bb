"""The life of a booking: booked → arrived → in progress → completed, and the ways out."""

from enum import StrEnum


class BookingState(StrEnum):
    """Where a booking stands."""

    BOOKED = "booked"
    ARRIVED = "arrived"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    ABORTED = "aborted"


class Step(StrEnum):
    """What people do to a booking."""

    ARRIVE = "arrive"
    START = "start"
    COMPLETE = "complete"
    ABORT = "abort"
    CANCEL = "cancel"
    MISS = "miss"
    MOVE = "move"


_S = BookingState
FROM: dict[Step, frozenset[BookingState]] = {
    Step.ARRIVE: frozenset({_S.BOOKED}),
    Step.START: frozenset({_S.ARRIVED}),
    Step.COMPLETE: frozenset({_S.IN_PROGRESS}),
    Step.ABORT: frozenset({_S.IN_PROGRESS}),
    Step.CANCEL: frozenset({_S.BOOKED, _S.ARRIVED}),
    Step.MISS: frozenset({_S.BOOKED}),
    Step.MOVE: frozenset({_S.BOOKED, _S.ARRIVED}),
}
"""The states in which each step may be taken."""

TO: dict[Step, BookingState] = {
    Step.ARRIVE: _S.ARRIVED,
    Step.START: _S.IN_PROGRESS,
    Step.COMPLETE: _S.COMPLETED,
    Step.ABORT: _S.ABORTED,
    Step.CANCEL: _S.CANCELLED,
    Step.MISS: _S.NO_SHOW,
    Step.MOVE: _S.BOOKED,
}
"""The state each step leads to."""

HOLDING = frozenset({_S.BOOKED, _S.ARRIVED, _S.IN_PROGRESS})
"""The states in which a booking keeps others off its machine, operator and patient."""


def steps_from(state: BookingState) -> frozenset[Step]:
    """Return what can be done to a booking in ``state``."""
    return frozenset(step for step, states in FROM.items() if state in states)
