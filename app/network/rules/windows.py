"""When a facility is served next: a decision over its weekdays and windows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.kernel.local_time import at_local, local_day

LEAD_TIME = timedelta(hours=2)
"""What the centre needs from order to departure; later orders go with the next day."""
WEEK = 7


@dataclass(frozen=True, slots=True)
class WeeklyWindow:
    """A weekday (0 is Monday) on which a facility is served, between local times."""

    weekday: int
    opens_at: time
    closes_at: time


@dataclass(frozen=True, slots=True)
class DeliveryWindow:
    """One coming delivery: its local day and its window ``[opens, closes)`` in UTC."""

    day: date
    opens: datetime
    closes: datetime


def next_window(week: Sequence[WeeklyWindow], *, now: datetime) -> DeliveryWindow | None:
    """Return the first window that opens at least ``LEAD_TIME`` from now; None without days."""
    today = local_day(now)
    for offset in range(WEEK + 1):
        day = today + timedelta(days=offset)
        for window in week:
            opens = at_local(day, window.opens_at)
            if window.weekday == day.weekday() and opens >= now + LEAD_TIME:
                return DeliveryWindow(day, opens, at_local(day, window.closes_at))
    return None
