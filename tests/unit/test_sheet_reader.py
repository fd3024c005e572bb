import random
from contextlib import suppress
from datetime import date, datetime

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from app.kernel.errors import DomainError
from app.kernel.sheets import Formula
from app.web.documents.sheet_reader import (
    MOST_BYTES,
    MOST_ROWS,
    NotAWorkbook,
    OldOrLockedWorkbook,
    WorkbookEmpty,
    WorkbookHasLinks,
    WorkbookHasMacros,
    WorkbookTooLarge,
    read_sheet,
)
from app.web.documents.workbook import As, SheetColumn, write_workbook
from tests.factories.sheets import a_workbook, cells_of, saved, with_part

MIDNIGHT = datetime(2027, 12, 31)  # noqa: DTZ001 - Excel knows no time zones
GOOD = a_workbook(["药品编码", "数量"], ["W1", 3])
SHEET = "xl/worksheets/sheet1.xml"


def test_rows_keep_the_numbers_people_see() -> None:
    sheet = read_sheet(a_workbook([], ["编码", "日期"], [], ["W1", MIDNIGHT]))

    assert sheet.headings.number == 2
    assert [(row.number, row.cells) for row in sheet.rows] == [(4, ("W1", date(2027, 12, 31)))]


def test_formulas_are_seen_and_not_computed() -> None:
    book = Workbook()
    book.active.append(["a", "b"])
    book.active.append(["=1+1", "x"])
    book.active["B2"] = ArrayFormula("B2:B3", "=SUM(A1:A9)")

    (row,) = read_sheet(saved(book)).rows

    assert all(isinstance(cell, Formula) for cell in row.cells[:2])


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "==", "'=1"]
)
def test_nothing_we_write_is_computed_and_it_reads_back(text: str) -> None:
    data = write_workbook("x", [SheetColumn("名称")], [[text]])

    (shown,) = cells_of(data)[1]
    (row,) = read_sheet(data).rows
    assert not str(shown).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert row.cells == (text.replace("\r", "\n"),)


def test_codes_are_written_as_text() -> None:
    code = "89990010000000000001"
    data = write_workbook(
        "x", [SheetColumn("追溯码"), SheetColumn("数", shown=As.NUMBER)], [[code, 5]]
    )

    assert cells_of(data)[1] == (code, 5)
    assert read_sheet(data).rows[0].cells == (code, 5)


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", NotAWorkbook),
        (b"PK\x03\x04 no archive", NotAWorkbook),
        (b"code,quantity\nW1,3\n", NotAWorkbook),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, OldOrLockedWorkbook),
        (b"PK" + b"\0" * MOST_BYTES, WorkbookTooLarge),
        (with_part(GOOD, "xl/vbaProject.bin", b"x"), WorkbookHasMacros),
        (with_part(GOOD, "xl/externalLinks/externalLink1.xml", b"<a/>"), WorkbookHasLinks),
        (with_part(GOOD, "xl/media/bomb.bin", b"\0" * (41 * 2**20)), WorkbookTooLarge),
        (with_part(GOOD, "[Content_Types].xml", b"<Types/>"), NotAWorkbook),
        (with_part(GOOD, SHEET, b"<worksheet><sheetData><row"), NotAWorkbook),
        (
            with_part(GOOD, SHEET, b'<!DOCTYPE x [<!ENTITY a "a">]><worksheet>&a;</worksheet>'),
            NotAWorkbook,
        ),
        (a_workbook(), WorkbookEmpty),
        (a_workbook(["编码"]), WorkbookEmpty),
        (a_workbook(*[[number] for number in range(MOST_ROWS + 2)]), WorkbookTooLarge),
    ],
    ids=[
        "empty file", "cut off", "csv", "xls", "too long", "macros", "links", "zip bomb",
        "other office file", "broken xml", "entities", "no rows", "headings only", "too many rows",
    ],
)  # fmt: skip
def test_hostile_files_are_named(data: bytes, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        read_sheet(data)


def test_a_sheet_that_claims_the_last_row_and_column_is_not_believed() -> None:
    claim = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<dimension ref="A1:XFD1048576"/><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
        b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>b</t></is></c></row>'
        b"</sheetData></worksheet>"
    )

    with pytest.raises((WorkbookTooLarge, WorkbookEmpty)):
        read_sheet(with_part(GOOD, SHEET, claim))


def test_damaged_files_never_raise_anything_else() -> None:
    chance = random.Random(7)
    for _ in range(150):
        data = bytearray(GOOD)
        for _ in range(chance.randint(1, 12)):
            data[chance.randrange(2, len(data))] = chance.randrange(256)
        with suppress(DomainError):
            read_sheet(bytes(data))
