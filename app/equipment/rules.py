"""When a machine is open and who may run it, over plain values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.kernel.ticks import clock_bits, day_bits

LONGEST_BLOCK = timedelta(days=60)
OLDEST_BLOCK_START = timedelta(days=1)
LATEST_BLOCK_START = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Local opening hours on one weekday, from a day on and until another."""

    weekday: int
    opens_at: time
    closes_at: time
    valid_from: date
    valid_until: date | None

    def covers(self, day: date) -> bool:
        """Say whether these hours apply on ``day``."""
        return (
            day.weekday() == self.weekday
            and self.valid_from <= day
            and (self.valid_until is None or day <= self.valid_until)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A stretch of time, [start, end)."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a person may run, and for how long; ``valid_until`` is the last good day."""

    with_contrast: bool
    valid_from: date
    valid_until: date
    revoked: bool

    def covers(self, day: date, *, contrast: bool) -> bool:
        """Say whether the person may do such an exam on ``day``."""
        in_force = not self.revoked and self.valid_from <= day <= self.valid_until
        return in_force and (self.with_contrast or not contrast)


def open_bits(hours: Iterable[Hours], day: date, licensed_until: date) -> int:
    """Return the ticks of ``day`` in which the machine is open; none after its licence ended."""
    if day > licensed_until:
        return 0
    bits = 0
    for entry in hours:
        if entry.covers(day):
            bits |= clock_bits(entry.opens_at, entry.closes_at)
    return bits


def period_bits(periods: Iterable[Period], day: date) -> int:
    """Return the ticks of ``day`` that any of the periods touches."""
    bits = 0
    for period in periods:
        bits |= day_bits(day, period.start, period.end)
    return bits


def is_possible_block(period: Period, now: datetime) -> bool:
    """Say whether a machine can be set aside for this period."""
    length = period.end - period.start
    near = now - OLDEST_BLOCK_START <= period.start <= now + LATEST_BLOCK_START
    return timedelta() < length <= LONGEST_BLOCK and near
