"""Decisions of dispensing: whether a pack may be split, and whether a mistake may be undone."""

from datetime import datetime, timedelta

from app.dispensing.errors import SplitNotAllowed, UndoNotAllowed
from app.traceability.errors import Exhausted

UNDO_WITHIN = timedelta(days=10)
"""A mistake is corrected within ten days; later the pack counts as returned goods."""
NEVER_SPLIT = frozenset({"narcotic", "psychotropic_1"})
"""麻醉药品、第一类精神药品: their packs are given whole and signed for."""


def quantity_to_give(asked: int | None, remaining: int, *, special_class: str, item: str) -> int:
    """Return the base units to take out of a pack; None asks for all that is left.

    Raises:
        Exhausted: more is asked than is left.
        SplitNotAllowed: part of the pack is asked, and the item is never broken up.
    """
    if asked is None or asked == remaining:
        return remaining
    if special_class in NEVER_SPLIT:
        raise SplitNotAllowed(item, item=item)
    if asked > remaining:
        raise Exhausted(item, asked=asked, left=remaining)
    return asked


def ensure_undoable(happened_at: datetime, *, now: datetime) -> None:
    """Refuse to undo what happened too long ago.

    Raises:
        UndoNotAllowed: more than ten days have passed.
    """
    if now - happened_at > UNDO_WITHIN:
        raise UndoNotAllowed(rule="too-late", days=UNDO_WITHIN.days)
