"""A run under way against its plan: how far behind it is, and what will come late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

BEHIND = timedelta(minutes=10)
"""From so much on a delay is worth telling."""

NONE = timedelta(0)


class Risk(StrEnum):
    """How a stop that is still to be reached looks."""

    ON_TIME = "on_time"
    BEHIND = "behind"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCall:
    """A stop as planned, and when it really was reached and left."""

    arrival: datetime
    departure: datetime
    window_to: datetime | None
    arrived_at: datetime | None
    done_at: datetime | None
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """When a stop is expected, how long after its window that is, and what to think of it."""

    expected: datetime
    late: timedelta
    risk: Risk


def outlook_of(
    calls: Sequence[PlannedCall], leave: datetime, left_at: datetime | None, now: datetime
) -> list[Outlook | None]:
    """Return what to expect of each call; None where it has an outcome already.

    A run is as far behind as at its last known event; nothing happens before now, and what
    holds up a stop holds up all that follow.
    """
    delay = max(NONE, _delay(calls, leave, left_at, now))
    outlooks: list[Outlook | None] = []
    for call in calls:
        if not call.is_open:
            outlooks.append(None)
            continue
        outlook = _outlook(call, delay, now)
        delay = max(NONE, outlook.expected - call.arrival)
        outlooks.append(outlook)
    return outlooks


def _delay(
    calls: Sequence[PlannedCall], leave: datetime, left_at: datetime | None, now: datetime
) -> timedelta:
    if left_at is None:
        return max(NONE, now - leave)
    delay = left_at - leave
    for call in calls:
        if call.done_at is not None and not call.is_open:
            delay = call.done_at - call.departure
        elif call.arrived_at is not None:
            delay = call.arrived_at - call.arrival
    return delay


def _outlook(call: PlannedCall, delay: timedelta, now: datetime) -> Outlook:
    expected = call.arrived_at or max(call.arrival + delay, now)
    late = max(NONE, expected - call.window_to) if call.window_to else NONE
    behind = expected - call.arrival >= BEHIND
    risk = Risk.LATE if late else Risk.BEHIND if behind else Risk.ON_TIME
    return Outlook(expected=expected, late=late, risk=risk)
