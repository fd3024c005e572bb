"""A spreadsheet as plain values, whatever program wrote it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that would be computed; what it shows is not what somebody typed."""

    text: str


Cell = str | int | float | bool | date | Formula | None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that has something in it; ``number`` is what the program shows at its left."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first sheet of a workbook: its headings, and the rows below them."""

    headings: SheetRow
    rows: Sequence[SheetRow]
