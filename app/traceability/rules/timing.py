"""Whether the time of an event can be: not ahead, not before its goods, not too fast (时间校验)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.kernel.local_time import local_day
from app.traceability.errors import TimeInvalid

AHEAD = timedelta(minutes=5)
"""How far a device's clock may run before ours."""
LATE = timedelta(minutes=15)
"""What arrives later than this is marked late."""
FASTEST = 1.6
"""A blue light drives no faster than this many times the road's own travel time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Where else the goods were, when, and how long the road from there takes."""

    at: datetime
    site: str
    road: timedelta


def ensure_possible(
    event_time: datetime,
    *,
    now: datetime,
    made_on: date | None,
    sightings: tuple[Sighting, ...] = (),
) -> bool:
    """Return whether an event is late; refuse a time that cannot be.

    Raises:
        TimeInvalid: it lies ahead, before the goods were made, or too near another sighting.
    """
    if event_time > now + AHEAD:
        raise TimeInvalid(rule="ahead", event_time=event_time.isoformat())
    if made_on is not None and local_day(event_time) < made_on:
        raise TimeInvalid(
            rule="before-made", event_time=event_time.isoformat(), made_on=made_on.isoformat()
        )
    for seen in sightings:
        if abs(event_time - seen.at) * FASTEST < seen.road:
            raise TimeInvalid(
                rule="travel",
                event_time=event_time.isoformat(),
                site=seen.site,
                minutes=int(seen.road.total_seconds() // 60),
            )
    return now - event_time > LATE
