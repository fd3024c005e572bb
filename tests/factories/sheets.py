"""Workbooks as people and attackers make them."""

import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook

from app.exchange.rules import COLUMNS
from app.kernel.sheets import Cell, Sheet, SheetRow

HEADINGS = {kind: [column.heading for column in columns] for kind, columns in COLUMNS.items()}


def a_workbook(*rows: Sequence[Any]) -> bytes:
    """Return a workbook with these rows on its first sheet."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    return saved(book)


def saved(book: Any) -> bytes:
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def a_sheet(headings: Sequence[str], *rows: Sequence[Cell]) -> Sheet:
    """Return a sheet as the reader would."""
    numbered = [SheetRow(number, tuple(row)) for number, row in enumerate(rows, start=2)]
    return Sheet(headings=SheetRow(1, tuple(headings)), rows=numbered)


def cells_of(data: bytes) -> list[tuple[Any, ...]]:
    """Return what a workbook shows, row by row."""
    return list(load_workbook(BytesIO(data)).worksheets[0].iter_rows(values_only=True))


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """Return the same archive with one part added or replaced."""
    target = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return target.getvalue()
