"""Decisions about acts that are told later: their time, their order, and what contradicts them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt

from app.capture.errors import TimeInvalid
from app.kernel.actor import Permission
from app.kernel.local_time import local_day
from app.transfers.rules import is_transfer

AHEAD = timedelta(minutes=5)
"""How far a device's clock may run ahead."""
LATE = timedelta(minutes=5)
"""From then on an act counts as told late."""
FASTEST_KMH = 120
"""No road of a mountain county is faster."""
NEAR_KM = 2.0
"""Two facilities so near may share a counter; positions are no more exact."""
EARTH_KM = 6371.0


class Act(StrEnum):
    """What was done (采集动作)."""

    DISPENSE = "dispense"
    RECEIVE = "receive"
    PACK = "pack"
    UNPACK = "unpack"
    MOVE = "move"
    COUNT = "count"


class Outcome(StrEnum):
    """How an act was answered; one that waits is applied when the acts before it have come."""

    ACCEPTED = "accepted"
    CONFLICT_LATER = "conflict-later"
    REJECTED = "rejected"
    WAITING = "waiting"


TOTE = "TT-"
"""What the codes of our totes begin with."""


def needed_for(act: Act, document: str) -> Permission | None:
    """Return what a person must be allowed for an act; None where whoever may capture may do it.

    A device asks for no more than its user might do at a page.
    """
    if act is Act.DISPENSE:
        return Permission.DISPENSING_DISPENSE
    if act is Act.COUNT and document:
        return Permission.COUNTING_COUNT
    if act is not Act.RECEIVE:
        return None
    if document.startswith(TOTE):
        return Permission.DELIVERY_RECEIVE
    return Permission.TRANSFER_ASK if is_transfer(document) else Permission.PURCHASING_RECEIVE


CONTRADICTIONS = frozenset(
    {
        "already-dispensed",
        "dispensed-elsewhere",
        "dispensed-here",
        "exhausted",
        "lot-expired",
        "expired",
        "lot-held",
        "not-here",
        "out-of-circulation",
        "quality-hold",
        "recalled",
        "unit-changed",
    }
)
"""Refusals of a dispensing that tell of what others did meanwhile: the patient has the pack."""


def is_late(event_time: datetime, *, now: datetime) -> bool:
    """Say whether an act is told so late that others may have acted meanwhile."""
    return now - event_time > LATE


def contradicts(act: Act, refusal: str, *, late: bool) -> bool:
    """Say whether a refusal means that something done cannot be undone by refusing it."""
    return late and act is Act.DISPENSE and refusal in CONTRADICTIONS


def ensure_not_ahead(event_time: datetime, *, now: datetime) -> None:
    """Refuse what has not happened yet.

    Raises:
        TimeInvalid: the device's clock runs more than five minutes ahead.
    """
    if event_time > now + AHEAD:
        raise TimeInvalid(rule="ahead", event_time=event_time.isoformat())


def ensure_made(code: str, made_on: date | None, event_time: datetime) -> None:
    """Refuse that a pack was handled before it was made.

    Raises:
        TimeInvalid: it was not.
    """
    if made_on is not None and local_day(event_time) < made_on:
        raise TimeInvalid(code, scanned=code, rule="before-made", made_on=made_on.isoformat())


@dataclass(frozen=True, slots=True)
class Sighting:
    """A pack was at a position at a time."""

    at: datetime
    latitude: float
    longitude: float
    facility: str


def ensure_reachable(code: str, here: Sighting, seen: Iterable[Sighting]) -> None:
    """Refuse that a pack was in two places no vehicle goes between in that time.

    Raises:
        TimeInvalid: it would have had to be faster than any road allows.
    """
    for other in seen:
        km = kilometres(here, other)
        hours = abs((here.at - other.at).total_seconds()) / 3600
        if km > NEAR_KM and km > FASTEST_KMH * hours:
            raise TimeInvalid(
                code, scanned=code, rule="travel", facility=other.facility, km=round(km)
            )


def kilometres(one: Sighting, other: Sighting) -> float:
    """Return the distance as the crow flies: no road is shorter."""
    north = radians(other.latitude - one.latitude)
    east = radians(other.longitude - one.longitude)
    across = cos(radians(one.latitude)) * cos(radians(other.latitude))
    half = sin(north / 2) ** 2 + across * sin(east / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


def ready(waiting: Iterable[int], following: int) -> tuple[list[int], int]:
    """Return which numbers may be applied now, in order, and the next one expected.

    ``following`` is the first number not yet come: what is numbered below it was missing and
    has come at last; what is numbered above it waits until the gap is filled.
    """
    now: list[int] = []
    for number in sorted(waiting):
        if number > following:
            break
        now.append(number)
        following = max(following, number + 1)
    return now, following
