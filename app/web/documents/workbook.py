"""Excel workbooks people take away: one sheet, codes as text, nothing that computes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A text that begins like this would be computed by the program that opens it."""
GUARD = "'"
LONGEST_CELL = 32_767
HEADING = Font(bold=True)
GROUND = PatternFill("solid", fgColor="EBF0EE")


class As(Enum):
    """How a column is shown."""

    TEXT = auto()
    NUMBER = auto()
    DATE = auto()


FORMATS = {As.TEXT: "@", As.NUMBER: "#,##0.##", As.DATE: "yyyy-mm-dd"}


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a sheet: heading, width in letters, and how its cells are shown."""

    heading: str
    width: int = 14
    shown: As = As.TEXT


Value = str | int | float | date | None


def write_workbook(
    title: str, columns: Sequence[SheetColumn], rows: Iterable[Sequence[Value]]
) -> bytes:
    """Return a workbook of one sheet; its headings stay in sight while one scrolls."""
    book = Workbook(write_only=True)
    sheet: Worksheet = book.create_sheet(_sheet_name(title))
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.append([_heading(sheet, column.heading) for column in columns])
    for row in rows:
        sheet.append(
            [_cell(sheet, value, column) for value, column in zip(row, columns, strict=True)]
        )
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def harmless(text: str) -> str:
    """Return a text that no program computes; reading a sheet takes the guard off again."""
    plain = "".join(letter for letter in text if letter >= " " or letter in "\t\r\n")
    plain = plain.replace("\r\n", "\n").replace("\r", "\n")
    return (GUARD + plain if computes(plain) else plain)[:LONGEST_CELL]


def computes(text: str) -> bool:
    """Say whether a text, or what a guard before it hides, would be computed."""
    return text.lstrip(GUARD).startswith(STARTS_A_FORMULA)


def _sheet_name(title: str) -> str:
    return "".join(letter for letter in title if letter not in "[]:*?/\\")[:31] or "Sheet"


def _heading(sheet: Worksheet, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, harmless(text))
    cell.font, cell.fill, cell.alignment = HEADING, GROUND, Alignment(wrap_text=True)
    return cell


def _cell(sheet: Worksheet, value: Value, column: SheetColumn) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, harmless(value) if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.data_type = "s"
    cell.number_format = FORMATS[column.shown]
    return cell
