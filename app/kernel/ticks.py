"""Five-minute ticks: the unit in which machines, people and patients are claimed.

A tick is counted from the epoch; a day's ticks are also bits of one integer, lowest bit first,
so that "is it free" and "where does it fit" are a few operations on machine words.
Local days have no daylight saving, so each has exactly 288 ticks.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from app.kernel.local_time import at_local

TICK_MINUTES = 5
TICKS_PER_DAY = 24 * 60 // TICK_MINUTES
MASK_BYTES = TICKS_PER_DAY // 8
WHOLE_DAY = (1 << TICKS_PER_DAY) - 1
_SECONDS = TICK_MINUTES * 60


def tick_of(moment: datetime) -> int:
    """Return the tick in which an aware moment falls."""
    return int(moment.timestamp() // _SECONDS)


def tick_after(moment: datetime) -> int:
    """Return the first tick that begins at or after an aware moment."""
    return -int(-moment.timestamp() // _SECONDS)


def moment_of(tick: int) -> datetime:
    """Return the moment, in UTC, at which a tick begins."""
    return datetime.fromtimestamp(tick * _SECONDS, UTC)


def first_tick(day: date) -> int:
    """Return the tick of local midnight."""
    return tick_of(at_local(day, time.min))


def is_on_tick(moment: datetime) -> bool:
    """Say whether an aware moment is the beginning of a tick."""
    return moment.microsecond == 0 and int(moment.timestamp()) % _SECONDS == 0


def ticks_for(minutes: int) -> int:
    """Return the whole ticks that cover ``minutes``."""
    return -(-minutes // TICK_MINUTES)


def day_bits(day: date, start: datetime, end: datetime) -> int:
    """Return the bits of the local day's ticks that [start, end) touches."""
    midnight = first_tick(day)
    low = max(tick_of(start) - midnight, 0)
    high = min(tick_after(end) - midnight, TICKS_PER_DAY)
    return span(low, high)


def covered_bits(day: date, start: datetime, end: datetime) -> int:
    """Return the bits of the local day's ticks that lie wholly inside [start, end)."""
    midnight = first_tick(day)
    low = max(tick_after(start) - midnight, 0)
    high = min(tick_of(end) - midnight, TICKS_PER_DAY)
    return span(low, high)


def span(first: int, end: int) -> int:
    """Return the bits [first, end)."""
    return ((1 << (end - first)) - 1) << first if first < end else 0


def clock_bits(opens: time, closes: time) -> int:
    """Return the bits of [opens, closes) on any local day; midnight as an end is the day's end."""
    low = -(-(opens.hour * 60 + opens.minute) // TICK_MINUTES)
    end = closes.hour * 60 + closes.minute or 24 * 60
    high = end // TICK_MINUTES
    return span(low, high)


def run_starts(free: int, ticks: int) -> int:
    """Return the bits at which ``ticks`` free bits in a row begin."""
    have = 1
    while have < ticks:
        step = min(have, ticks - have)
        free &= free >> step
        have += step
    return free


def packed(starts: int, ticks: int) -> Iterator[int]:
    """Yield starts, earliest first, so that no two runs of ``ticks`` overlap."""
    while starts:
        low = (starts & -starts).bit_length() - 1
        yield low
        starts = starts >> (low + ticks) << (low + ticks)


def runs(bits: int) -> Iterator[tuple[int, int]]:
    """Yield each stretch of set bits as [first, end), earliest first."""
    while bits:
        first = (bits & -bits).bit_length() - 1
        rest = bits >> first
        length = (~rest & (rest + 1)).bit_length() - 1
        yield first, first + length
        bits = rest >> length << (first + length)


def to_bytes(mask: int) -> bytes:
    """Return a day's bits as the database stores them."""
    return mask.to_bytes(MASK_BYTES, "little")


def from_bytes(stored: bytes) -> int:
    """Return a day's bits as read from the database."""
    return int.from_bytes(stored, "little")
