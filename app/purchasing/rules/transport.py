"""The temperature record that travels with cold goods, and what it must show (运输温度记录)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from app.purchasing.errors import ColdChainBroken, ReadingsUnreadable, TransportRecordMissing

LIMITS = {"cold": (20, 80), "cool": (None, 200)}
"""Storage class → lowest and highest tenths of a degree Celsius on the road."""
COLDEST, HOTTEST = -1000, 1000
LONGEST_GAP = 5
"""Minutes a record of a transport may be silent (GSP)."""
MOST_READINGS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Temperatures:
    """The extremes of a journey in tenths of a degree, and how many readings they are from.

    ``gap`` is the longest time in minutes between two readings that carry their time.
    """

    lowest: int
    highest: int
    readings: int
    gap: int = 0


def tenths(text: str) -> int:
    """Return degrees Celsius as whole tenths.

    Raises:
        ReadingsUnreadable: it is no temperature between -100 and 100 degrees.
    """
    try:
        value = Decimal(text.strip()) * 10
        if value != value.to_integral_value() or not COLDEST <= value <= HOTTEST:
            raise ReadingsUnreadable(text[:40])
    except InvalidOperation as error:
        raise ReadingsUnreadable(text[:40]) from error
    return int(value)


def read_readings(text: str) -> Temperatures:
    """Return the extremes of readings, a line each, the temperature in the last column.

    A first line without a temperature is a heading.

    Raises:
        ReadingsUnreadable: a line holds no temperature, or there is none at all.
    """
    lines = [line for line in text.splitlines() if line.strip()][: MOST_READINGS + 1]
    values, times = [], []
    for number, line in enumerate(lines):
        first, _, last = line.replace("\t", ",").replace(";", ",").rpartition(",")
        try:
            values.append(tenths(last))
        except ReadingsUnreadable:
            if number:
                raise
        times.append(_moment(first))
    if not values or len(values) > MOST_READINGS:
        raise ReadingsUnreadable("")
    return Temperatures(
        lowest=min(values), highest=max(values), readings=len(values), gap=_longest_gap(times)
    )


def _moment(text: str) -> datetime | None:
    """Return the time in front of a reading, where it is one."""
    try:
        return datetime.fromisoformat(text.strip().rstrip(",").replace("/", "-"))
    except ValueError:
        return None


def _longest_gap(times: Iterable[datetime | None]) -> int:
    known = [time.replace(tzinfo=None) for time in times if time is not None]
    gaps = [abs(after - before) for before, after in pairwise(known)]
    return int(max(gaps, default=timedelta()).total_seconds() // 60)


def ensure_kept_cool(goods: Iterable[tuple[str, str]], record: Temperatures | None) -> None:
    """Refuse goods, by name and storage class, that were too warm or too cold on the road.

    Raises:
        TransportRecordMissing: cold goods came without a record.
        ColdChainBroken: ``data`` has the extremes and names the goods.
    """
    for name, storage_class in goods:
        if storage_class not in LIMITS:
            continue
        if record is None:
            if storage_class == "cold":
                raise TransportRecordMissing(name, item=name)
            continue
        low, high = LIMITS[storage_class]
        warm = record.highest > (high or HOTTEST)
        if warm or (low is not None and record.lowest < low) or record.gap > LONGEST_GAP:
            raise ColdChainBroken(
                name,
                item=name,
                lowest=record.lowest / 10,
                highest=record.highest / 10,
                gap=record.gap,
            )
