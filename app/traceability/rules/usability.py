"""Whether a lot may be offered, picked or dispensed on a day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.kernel.local_time import local
from app.traceability.errors import LotExpired, LotHeld, QualityHold, Recalled


class Unusable(StrEnum):
    """Why a lot is passed over."""

    HELD = "held"
    RECALLED = "recalled"
    EXPIRED = "expired"
    SHORT_DATED = "short_dated"
    SLOW_USE = "slow_use"
    """Whoever asks for it would not use it before it expires."""


@dataclass(frozen=True, slots=True)
class LotState:
    """What decides: the hold ("none", "quality", "recall") and the last usable day.

    The rest is what whoever holds the goods must know: the class of a recall, since when, and
    what to do with them.
    """

    lot_number: str
    hold: str
    expires_on: date
    hold_reason: str = ""
    hold_class: str = ""
    hold_since: datetime | None = None
    hold_instruction: str = ""


def why_unusable(lot: LotState, *, on: date, last_needed: date | None = None) -> Unusable | None:
    """Return why a lot may not be used, or None; ``last_needed`` is when it will be used up.

    The expiry date itself is still usable.
    """
    if lot.hold != "none":
        return Unusable.RECALLED if lot.hold == "recall" else Unusable.HELD
    if lot.expires_on < on:
        return Unusable.EXPIRED
    if last_needed is not None and lot.expires_on < last_needed:
        return Unusable.SHORT_DATED
    return None


def ensure_usable(lot: LotState, *, on: date) -> None:
    """Refuse a lot that is held, recalled or past its last day.

    Raises:
        Recalled, QualityHold: a recall or quality holds it.
        LotExpired: its last usable day is before ``on``.
    """
    why = why_unusable(lot, on=on)
    if why is Unusable.EXPIRED:
        raise LotExpired(lot.lot_number, lot=lot.lot_number, expires_on=lot.expires_on.isoformat())
    if why is not None:
        raise _held(lot)


def ensure_free(lot: LotState) -> None:
    """Refuse a lot that is held or recalled, whatever its expiry.

    Raises:
        Recalled, QualityHold: a recall or quality holds it.
    """
    if lot.hold != "none":
        raise _held(lot)


def _held(lot: LotState) -> LotHeld:
    kind = Recalled if lot.hold == "recall" else QualityHold
    since = lot.hold_since
    return kind(
        lot.lot_number,
        lot=lot.lot_number,
        reason=lot.hold_reason,
        recall_class=lot.hold_class or "none",
        since=since.isoformat() if since else "",
        since_local=f"{local(since):%Y-%m-%d %H:%M}" if since else "",
        instruction=lot.hold_instruction or lot.hold_reason,
    )


NEAR = timedelta(days=90)
"""From this far before its last day a pack is near its expiry (近效期)."""


def days_left(expires_on: date, *, on: date) -> int | None:
    """Return how many days a pack near its expiry has left; None of one that is not near it."""
    left = expires_on - on
    return left.days if left <= NEAR else None
