"""Papers labels are printed on, and where each label stands. All measures are millimetres."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class Layout(StrEnum):
    """A roll of a thermal printer, or A4 sheets of a common grid."""

    THERMAL_50X30 = "thermal_50x30"
    A4_21 = "a4_21"
    A4_24 = "a4_24"
    A4_40 = "a4_40"
    A4_65 = "a4_65"


@dataclass(frozen=True, slots=True)
class Grid:
    """A page, the labels on it, and how far one lies from the next."""

    page: tuple[float, float]
    label: tuple[float, float]
    columns: int
    rows: int
    first: tuple[float, float] = (0.0, 0.0)
    step: tuple[float, float] = (0.0, 0.0)

    @property
    def places(self) -> int:
        """Labels on a page."""
        return self.columns * self.rows

    def corner(self, place: int) -> tuple[float, float]:
        """Return the left upper corner of a label; places count along the rows."""
        row, column = divmod(place, self.columns)
        return self.first[0] + column * self.step[0], self.first[1] + row * self.step[1]


A4 = (210.0, 297.0)
GRIDS: dict[Layout, Grid] = {
    Layout.THERMAL_50X30: Grid((50.0, 30.0), (50.0, 30.0), 1, 1),
    Layout.A4_21: Grid(A4, (63.5, 38.1), 3, 7, (7.25, 15.15), (66.0, 38.1)),
    Layout.A4_24: Grid(A4, (70.0, 37.0), 3, 8, (0.0, 0.5), (70.0, 37.0)),
    Layout.A4_40: Grid(A4, (52.5, 29.7), 4, 10, (0.0, 0.0), (52.5, 29.7)),
    Layout.A4_65: Grid(A4, (38.1, 21.2), 5, 13, (4.75, 10.7), (40.6, 21.2)),
}


@dataclass(frozen=True, slots=True)
class Spot:
    """A label on a page: which one it is, and its left upper corner."""

    index: int
    left: float
    top: float


def spread(things: Sequence[T], grid: Grid, *, skip: int = 0) -> list[list[Spot]]:
    """Return the pages: where each thing stands, when ``skip`` places were used before."""
    pages: list[list[Spot]] = []
    for index in range(len(things)):
        page, place = divmod(index + skip % grid.places, grid.places)
        if page == len(pages):
            pages.append([])
        pages[page].append(Spot(index, *grid.corner(place)))
    return pages
