"""A machine's day as a row of cells: free, booked, set aside, closed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from app.kernel.ticks import TICKS_PER_DAY, packed, runs, span

T = TypeVar("T")


class CellKind(StrEnum):
    """What a stretch of a machine's day is."""

    FREE = "free"
    BOOKED = "booked"
    BLOCKED = "blocked"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell(Generic[T]):
    """A stretch [first, end) of a day's ticks; ``thing`` is the booking that takes it.

    A free cell can be booked as it stands when ``fits``.
    """

    kind: CellKind
    first: int
    end: int
    thing: T | None = None
    fits: bool = False

    @property
    def ticks(self) -> int:
        """How many ticks the cell is wide."""
        return self.end - self.first


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Generic[T]):
    """A machine's day: bits, and the bookings that take [first, end)."""

    open: int
    blocked: int
    bookings: Mapping[tuple[int, int], T]


def cells(day: Day[T], starts: int, ticks: int, window: tuple[int, int]) -> list[Cell[T]]:
    """Return the cells of a window of the day, without gaps, in order.

    ``starts`` are the ticks at which an exam of ``ticks`` can begin; without an exam both are 0
    and free stretches stay whole.
    """
    shown = span(*window)
    taken = 0
    found: list[Cell[T]] = []
    for (first, end), thing in day.bookings.items():
        bits = span(first, end) & shown & ~taken
        taken |= bits
        found += _stretches(CellKind.BOOKED, bits, thing)
    free = day.open & ~day.blocked & ~taken & shown
    found += _stretches(CellKind.CLOSED, shown & ~day.open & ~taken, None)
    found += _stretches(CellKind.BLOCKED, shown & day.open & day.blocked & ~taken, None)
    for first in packed(starts & free, ticks) if ticks else ():
        found.append(Cell(kind=CellKind.FREE, first=first, end=first + ticks, fits=True))
        free &= ~span(first, first + ticks)
    found += _stretches(CellKind.FREE, free, None)
    return sorted(found, key=lambda cell: cell.first)


def _stretches(kind: CellKind, bits: int, thing: T | None) -> Iterable[Cell[T]]:
    return [Cell(kind=kind, first=first, end=end, thing=thing) for first, end in runs(bits)]


def window_of(opens: Iterable[int], *, least: tuple[int, int]) -> tuple[int, int]:
    """Return the hours that show all open ticks, whole hours, and at least ``least``."""
    bits = span(*least)
    for open_bits in opens:
        bits |= open_bits
    first = (bits & -bits).bit_length() - 1
    hour = TICKS_PER_DAY // 24
    return first // hour * hour, min(-(-bits.bit_length() // hour) * hour, TICKS_PER_DAY)
