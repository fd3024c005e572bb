"""The temperature record that travels with cold goods, and what it must show (运输温度记录)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from app.purchasing.errors import ColdChainBroken, ReadingsUnreadable, TransportRecordMissing

LIMITS = {"cold": (20, 80), "cool": (None, 200)}
"""Storage class → lowest and highest tenths of a degree Celsius on the road."""
COLDEST, HOTTEST = -1000, 1000
MOST_READINGS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Temperatures:
    """The extremes of a journey in tenths of a degree, and how many readings they are from."""

    lowest: int
    highest: int
    readings: int


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
    values = []
    for number, line in enumerate(lines):
        last = line.replace("\t", ",").replace(";", ",").rpartition(",")[2]
        try:
            values.append(tenths(last))
        except ReadingsUnreadable:
            if number:
                raise
    if not values or len(values) > MOST_READINGS:
        raise ReadingsUnreadable("")
    return Temperatures(lowest=min(values), highest=max(values), readings=len(values))


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
        if record.highest > (high or HOTTEST) or (low is not None and record.lowest < low):
            raise ColdChainBroken(
                name, item=name, lowest=record.lowest / 10, highest=record.highest / 10
            )
