"""Plain values of a reconciliation: what was compared, and what may explain a difference."""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """How much was compared: the whole county, one facility, or what moved since the last time."""

    COUNTY = "county"
    FACILITY = "facility"
    MOVED = "moved"


class Clue(StrEnum):
    """What may explain a difference.

    ``STRANGER`` stands here and the book knows no document that brought it. ``GONE`` stood
    here and left by one. ``DOCUMENT`` moved the book here and names no code. ``CONTENT`` has
    another content than its events took out of it.
    """

    STRANGER = "stranger"
    GONE = "gone"
    DOCUMENT = "document"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class Figures:
    """Base units of one lot at one place: by the ledger, and inside its live packs."""

    books: int
    codes: int
    packs: int = 0

    @property
    def difference(self) -> int:
        """What the codes have more than the book; below zero they lack it."""
        return self.codes - self.books


def share(matched: int, compared: int) -> float:
    """Return how many of a hundred places and lots agree; nothing compared is all right."""
    return round(100 * matched / compared, 2) if compared else 100.0
