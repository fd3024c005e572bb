"""Where an exam fits: machine, operator and patient free at once, over bits of one local day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.kernel.ticks import covered_bits, day_bits, run_starts

STRAIGHT_LINE_FACTOR = 1.4
STRAIGHT_LINE_KMH = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """Another exam of the same patient, and the road between its place and the new one's."""

    start: datetime
    end: datetime
    there: timedelta
    back: timedelta

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Say whether the patient would be examined twice at once."""
        return self.start < end and start < self.end

    def is_reachable(self, start: datetime, end: datetime) -> bool:
        """Say whether the road leaves enough time; ``there`` leads from it to the new exam."""
        return start >= self.end + self.there or end <= self.start - self.back


def starts(free: int, operators: Iterable[int], ticks: int) -> int:
    """Return the bits at which ``ticks`` are free on the machine and for one operator."""
    found = 0
    for available in operators:
        found |= run_starts(free & available, ticks)
    return found


def shift_bits(shifts: Iterable[tuple[datetime, datetime]], day: date) -> int:
    """Return the ticks of ``day`` wholly inside any of a person's shifts."""
    bits = 0
    for start, end in shifts:
        bits |= covered_bits(day, start, end)
    return bits


def engaged_bits(engagements: Iterable[Engagement], day: date) -> int:
    """Return the ticks of ``day`` in which the patient is examined elsewhere or on the road."""
    bits = 0
    for engagement in engagements:
        away = engagement.start - engagement.back, engagement.end + engagement.there
        bits |= day_bits(day, *away)
    return bits


def road_estimate(straight_metres: float) -> timedelta:
    """Return a travel time where no road is known: a detour factor, at mountain speed."""
    return timedelta(hours=straight_metres / 1000 * STRAIGHT_LINE_FACTOR / STRAIGHT_LINE_KMH)
