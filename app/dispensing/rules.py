"""Decisions of dispensing: whether a pack may be split, and whether a mistake may be undone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.dispensing.errors import SplitNotAllowed, UndoNotAllowed
from app.traceability.errors import Exhausted

UNDO_WITHIN = timedelta(days=10)
"""A mistake is corrected within ten days; later the pack counts as returned goods."""
SAME_SCAN = timedelta(seconds=10)
"""The same device reading the same code for the same document within this is one scan."""
ALARMS_AT = 3
"""A pack scanned again at its own site warns twice; the third time is an alert."""
NEVER_SPLIT = frozenset({"narcotic", "psychotropic_1"})
"""麻醉药品、第一类精神药品: their packs are given whole and signed for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Splitting:
    """What decides whether a pack may be broken: the item's own word, and its special class."""

    item: str
    special_class: str = "none"
    allowed: bool = True
    capacity: int = 0


def quantity_to_give(asked: int | None, remaining: int, of: Splitting) -> int:
    """Return the base units to take out of a pack; None asks for all that is left.

    Raises:
        Exhausted: more is asked than is left.
        SplitNotAllowed: part of the pack is asked, and the item is never broken up.
    """
    if asked is None or asked == remaining:
        return remaining
    if of.special_class in NEVER_SPLIT or not of.allowed:
        raise SplitNotAllowed(of.item, item=of.item)
    if asked > remaining:
        taken = of.capacity - remaining
        raise Exhausted(of.item, asked=asked, left=remaining, capacity=of.capacity, taken=taken)
    return asked


def ensure_undoable(reference: str, happened_at: datetime, *, now: datetime) -> None:
    """Refuse to undo what happened too long ago.

    Raises:
        UndoNotAllowed: more than ten days have passed.
    """
    if now - happened_at > UNDO_WITHIN:
        raise UndoNotAllowed(reference, rule="too-late", days=UNDO_WITHIN.days)
