"""Whether a lot may be offered, picked or dispensed on a day."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.traceability.errors import LotExpired, LotHeld


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
    """What decides: the hold ("none", "quality", "recall") and the last usable day."""

    lot_number: str
    hold: str
    expires_on: date
    hold_reason: str = ""


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
        LotHeld: quality or a recall holds it.
        LotExpired: its last usable day is before ``on``.
    """
    why = why_unusable(lot, on=on)
    if why is Unusable.EXPIRED:
        raise LotExpired(lot.lot_number, lot=lot.lot_number, expires_on=lot.expires_on.isoformat())
    if why is not None:
        raise LotHeld(lot.lot_number, lot=lot.lot_number, reason=lot.hold_reason)
