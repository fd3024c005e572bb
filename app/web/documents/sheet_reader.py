"""Read the first sheet of a workbook somebody sent; every file is hostile until read."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from app.kernel.errors import RuleBroken
from app.kernel.sheets import Cell, Formula, Sheet, SheetRow
from app.web.documents.workbook import GUARD, computes

MOST_BYTES = 2 * 1024 * 1024
MOST_UNPACKED = 40 * 1024 * 1024
MOST_PARTS = 300
MOST_ROWS = 5_000
MOST_COLUMNS = 60
LONGEST_TEXT = 2_000
OLE = b"\xd0\xcf\x11\xe0"
"""How .xls files and workbooks with a password begin."""
UNREADABLE = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
    EOFError,
    OverflowError,
    RuntimeError,
    SyntaxError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
    InvalidFileException,
)
"""What the libraries raise over a broken archive, markup or number."""


class NotAWorkbook(RuleBroken):
    """The file is no .xlsx workbook, or is damaged."""

    code = "not-a-workbook"


class OldOrLockedWorkbook(RuleBroken):
    """The file is an old .xls, or has a password."""

    code = "workbook-old-or-locked"


class WorkbookHasMacros(RuleBroken):
    """The workbook brings programs (.xlsm)."""

    code = "workbook-has-macros"


class WorkbookHasLinks(RuleBroken):
    """The workbook draws on other files."""

    code = "workbook-has-links"


class WorkbookTooLarge(RuleBroken):
    """The file, what it unpacks to, or its sheet is larger than anything a person typed."""

    code = "workbook-too-large"


class WorkbookEmpty(RuleBroken):
    """The first sheet has no headings, or no row below them."""

    code = "workbook-empty"


def read_sheet(data: bytes) -> Sheet:
    """Return the first sheet of a workbook; its first row that is not empty has the headings.

    Raises:
        NotAWorkbook, OldOrLockedWorkbook, WorkbookHasMacros, WorkbookHasLinks,
        WorkbookTooLarge, WorkbookEmpty: the file is not what a sheet of lines looks like.
    """
    _refuse_by_look(data)
    try:
        _refuse_by_parts(data)
        rows = list(_rows(data))
    except UNREADABLE as error:
        raise NotAWorkbook from error
    if len(rows) < len(("headings", "a row")):
        raise WorkbookEmpty
    return Sheet(headings=rows[0], rows=rows[1:])


def _refuse_by_look(data: bytes) -> None:
    if len(data) > MOST_BYTES:
        raise WorkbookTooLarge(megabytes=MOST_BYTES // 2**20, rows=MOST_ROWS)
    if data.startswith(OLE):
        raise OldOrLockedWorkbook
    if not data.startswith(b"PK"):
        raise NotAWorkbook


def _refuse_by_parts(data: bytes) -> None:
    """Judge the archive by its list of contents, before anything is unpacked."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise WorkbookTooLarge(megabytes=MOST_BYTES // 2**20, rows=MOST_ROWS)
        names = {part.filename.lower() for part in parts}
        if any(part.flag_bits & 1 for part in parts):
            raise OldOrLockedWorkbook
        types = archive.read("[Content_Types].xml").lower()
        if b"macroenabled" in types or any(name.endswith("vbaproject.bin") for name in names):
            raise WorkbookHasMacros
        if any("externallinks/" in name for name in names):
            raise WorkbookHasLinks
        if b"spreadsheetml" not in types:
            raise NotAWorkbook
        for part in parts:
            if part.filename.lower().endswith((".xml", ".rels")):
                _refuse_entities(archive.read(part))


def _refuse_entities(markup: bytes) -> None:
    """No workbook declares a document type; entities are how small files grow large."""
    if b"<!doctype" in markup.replace(b"\x00", b"").lower():
        raise NotAWorkbook


def _rows(data: bytes) -> Iterator[SheetRow]:
    book = load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        sheet: Any = book.worksheets[0]
        # A sheet may claim a million columns; only what is there counts.
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), start=1):
            if number > MOST_ROWS + 1:
                raise WorkbookTooLarge(megabytes=MOST_BYTES // 2**20, rows=MOST_ROWS)
            values = _trimmed([_value(cell) for cell in cells])
            if len(values) > MOST_COLUMNS:
                raise WorkbookTooLarge(megabytes=MOST_BYTES // 2**20, rows=MOST_ROWS)
            if values:
                yield SheetRow(number, values)
    finally:
        book.close()


def _trimmed(values: list[Cell]) -> tuple[Cell, ...]:
    """Return a row without the empty cells at its end."""
    filled = [place for place, value in enumerate(values, start=1) if value not in (None, "")]
    return tuple(values[: filled[-1]]) if filled else ()


def _value(cell: Any) -> Cell:
    value = cell.value
    if cell.data_type == "f":
        return Formula(str(value)[:LONGEST_TEXT])
    if isinstance(value, datetime):
        return value.date() if value.time() == time.min else value
    if isinstance(value, str):
        return unguarded(value[:LONGEST_TEXT])
    if value is None or isinstance(value, bool | int | float | date):
        return value
    return str(value)[:LONGEST_TEXT]


def unguarded(text: str) -> str:
    """Return a text without the guard our own sheets put before what looks like a formula."""
    return text.removeprefix(GUARD) if computes(text) else text
