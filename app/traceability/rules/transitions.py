"""The states of a coded thing and the steps between them that are listed; no other ever happens.

States go by their stored words. What lies in a container has the state of the outermost one as
long as its own is a state of goods in hand: a carton moves as one row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.traceability.errors import StateForbids

IN_HAND = frozenset({"announced", "in_stock", "in_transit", "partially_dispensed"})
"""Goods somebody may still move, give or count."""
GONE = frozenset(
    {"dispensed", "destroyed", "lost", "sent_back", "written_off", "sampled", "replaced"}
)
"""Goods nobody may give to a patient any more."""
OUT_OF_STOCK = frozenset({"written_off", "destroyed", "lost", "sent_back", "sampled", "replaced"})

LISTED: Mapping[str, frozenset[str]] = {
    "announced": frozenset({"announced", "in_stock", "in_transit", "quarantine", "sent_back"}),
    "in_stock": frozenset(
        {
            "in_stock",
            "in_transit",
            "partially_dispensed",
            "dispensed",
            "quarantine",
            *OUT_OF_STOCK,
        }
    ),
    "in_transit": frozenset(
        {"in_transit", "in_stock", "partially_dispensed", "quarantine", *OUT_OF_STOCK}
    ),
    "partially_dispensed": frozenset(
        {
            "partially_dispensed",
            "in_stock",
            "in_transit",
            "dispensed",
            "quarantine",
            "returned_pending",
            *OUT_OF_STOCK,
        }
    ),
    "dispensed": frozenset({"in_stock", "partially_dispensed", "returned_pending", "quarantine"}),
    "returned_pending": frozenset(
        {"returned_pending", "in_stock", "partially_dispensed", "quarantine", *OUT_OF_STOCK}
    ),
    "quarantine": frozenset(
        {"quarantine", "announced", "in_stock", "in_transit", "partially_dispensed", "dispensed"}
        | {"returned_pending", "lost", "sent_back"}
        | OUT_OF_STOCK
    ),
    "written_off": frozenset({"written_off", "destroyed", "in_stock", "partially_dispensed"}),
    "lost": frozenset({"lost", "in_stock", "partially_dispensed", "quarantine", "written_off"}),
    "sent_back": frozenset({"sent_back", "in_stock", "partially_dispensed", "quarantine"}),
    "sampled": frozenset({"sampled", "destroyed"}),
    "replaced": frozenset({"destroyed"}),
    "destroyed": frozenset(),
}
"""State → the states it may turn into; staying is listed where things move within a state."""


def became(now: str, wanted: str, *, consumed: int, capacity: int, releasing: bool = False) -> str:
    """Return the state a thing is in after a step that would make it ``wanted``.

    An opened pack that comes to the shelf is an opened pack, and what is set apart stays so
    wherever it is moved, until quality releases it.

    Raises:
        StateForbids: the step is not listed.
    """
    if wanted == "in_stock" and 0 < consumed < capacity:
        wanted = "partially_dispensed"
    if now == "quarantine" and not releasing and wanted in IN_HAND:
        return now
    if wanted not in LISTED[now]:
        raise StateForbids(now, now=now, wanted=wanted)
    return wanted


class UnitFlag(StrEnum):
    """What is true of a coded thing beside its state; derived, never stored."""

    EXPIRED = "expired"
    LOT_HOLD = "lot_hold"
    OWN_HOLD = "own_hold"
    COLD_EXCURSION = "cold_excursion"
    PARENT_OPEN = "parent_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitState:
    """What flags are derived from; ``set_apart`` are the kinds of its open quarantines."""

    expires_on: date | None = None
    lot_hold: str = "none"
    disposition: str = "in_stock"
    set_apart: frozenset[str] = frozenset()
    parent_open: bool = False


def flags_of(state: UnitState, *, today: date) -> frozenset[UnitFlag]:
    """Return the flags of a coded thing on a day; its last day is still usable."""
    told = {
        UnitFlag.EXPIRED: state.expires_on is not None and state.expires_on < today,
        UnitFlag.LOT_HOLD: state.lot_hold != "none",
        UnitFlag.OWN_HOLD: bool(state.set_apart) or state.disposition == "quarantine",
        UnitFlag.COLD_EXCURSION: "cold-chain-break" in state.set_apart,
        UnitFlag.PARENT_OPEN: state.parent_open,
    }
    return frozenset(flag for flag, holds in told.items() if holds)
