from collections.abc import Callable
from datetime import UTC, date, datetime, time

import pytest

from app.exchange.rules import COLUMNS, ImportKind, cells, read_records
from app.exchange.rules.cells import BadCell, FaultCode
from app.kernel.sheets import Cell, Formula
from tests.factories.sheets import a_sheet

Parser = Callable[[Cell], object]
HALF_PAST_NINE = datetime(2027, 12, 31, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("parse", "cell", "value"),
    [
        (cells.code, "w００１－Ａ", "W001-A"),
        (cells.code, 12345, "12345"),
        (cells.code, 12345.0, "12345"),
        (cells.code, "89990010000000000001", "89990010000000000001"),
        (cells.text, "　阿莫西林（胶囊） ", "阿莫西林（胶囊）"),
        (cells.whole, "１，２００", 1200),
        (cells.whole, 12.0, 12),
        (cells.fen, "9.6", 960),
        (cells.fen, 9.6, 960),
        (cells.fen, 0, 0),
        (cells.day, date(2027, 12, 31), date(2027, 12, 31)),
        (cells.day, "2027-12-31", date(2027, 12, 31)),
        (cells.day, "2027年1月5日", date(2027, 1, 5)),
        (cells.day, "20271231", date(2027, 12, 31)),
        (cells.day, 20271231, date(2027, 12, 31)),
        (cells.day, 46752, date(2027, 12, 31)),
        (cells.day, datetime.combine(date(2027, 12, 31), time(8, 30)), date(2027, 12, 31)),
        (cells.moment, datetime.combine(date(2027, 12, 31), time(9, 30, 20)), HALF_PAST_NINE),
        (cells.moment, "2027-12-31 09:30", HALF_PAST_NINE),
        (cells.moment, "2027年12月31日 9时30分", HALF_PAST_NINE),
        (cells.moment, "2027/12/31 9:30:15", HALF_PAST_NINE),
        (cells.moment, 46752.3958333, HALF_PAST_NINE),
        (cells.yes_or_no, "是", True),
        (cells.yes_or_no, 0, False),
    ],
)
def test_what_people_type_is_read(parse: Parser, cell: Cell, value: object) -> None:
    assert parse(cell) == value


@pytest.mark.parametrize(
    ("parse", "cell", "fault"),
    [
        (cells.code, 1.23e19, FaultCode.DAMAGED_CODE),
        (cells.code, 89990010000000000001, FaultCode.DAMAGED_CODE),
        (cells.code, "8.99900E+19", FaultCode.DAMAGED_CODE),
        (cells.whole, 1.5, FaultCode.NOT_A_NUMBER),
        (cells.whole, "三", FaultCode.NOT_A_NUMBER),
        (cells.whole, True, FaultCode.NOT_A_NUMBER),
        (cells.whole, 0, FaultCode.NOT_POSITIVE),
        (cells.whole, -3, FaultCode.NOT_POSITIVE),
        (cells.whole, 2**53, FaultCode.TOO_LARGE),
        (cells.whole, "1e400", FaultCode.TOO_LARGE),
        (cells.whole, "NaN", FaultCode.NOT_A_NUMBER),
        (cells.whole, "Infinity", FaultCode.NOT_A_NUMBER),
        (cells.whole, date(2027, 1, 1), FaultCode.NOT_A_NUMBER),
        (cells.fen, "9.605", FaultCode.NOT_MONEY),
        (cells.fen, -1, FaultCode.NOT_MONEY),
        (cells.moment, "2027-12-31", FaultCode.NOT_A_MOMENT),
        (cells.moment, "2027-12-31 25:00", FaultCode.NOT_A_MOMENT),
        (cells.moment, "2027-13-31 09:30", FaultCode.NOT_A_MOMENT),
        (cells.moment, "上午", FaultCode.NOT_A_MOMENT),
        (cells.day, "2027-13-01", FaultCode.NOT_A_DATE),
        (cells.day, "1899-01-01", FaultCode.NOT_A_DATE),
        (cells.day, 9_999_999_999, FaultCode.NOT_A_DATE),
        (cells.yes_or_no, "也许", FaultCode.NOT_YES_OR_NO),
        (cells.text, "长" * 201, FaultCode.TOO_LONG),
        (cells.one_of({"常温": "ambient"}), "热", FaultCode.NOT_ONE_OF),
    ],
)
def test_what_cannot_be_is_named(parse: Parser, cell: Cell, fault: FaultCode) -> None:
    with pytest.raises(BadCell) as bad:
        parse(cell)

    assert bad.value.code is fault


def test_every_bad_cell_is_reported_and_good_rows_are_kept() -> None:
    sheet = a_sheet(
        ["药品编码*", "备注", "请领数量（包装）"],
        ["W1", "", 3],
        ["", "x", Formula("=1+1")],
        [1.23e19, "", "#REF!"],
        ["W2", "", 2],
    )

    reading = read_records(sheet, COLUMNS[ImportKind.REQUISITION])

    assert [record.values["code"] for record in reading.records] == ["W1", "W2"]
    assert reading.ignored == ["备注"]
    assert [(fault.row, fault.column, fault.code) for fault in reading.faults] == [
        (3, "请领数量（包装）", FaultCode.FORMULA),
        (4, "药品编码", FaultCode.DAMAGED_CODE),
        (4, "请领数量（包装）", FaultCode.ERROR_VALUE),
    ]


def test_a_sheet_without_its_columns_is_not_guessed_at() -> None:
    reading = read_records(a_sheet(["编码", "数量"], ["W1", 3]), COLUMNS[ImportKind.OPENING])

    assert reading.records == []
    assert {fault.code for fault in reading.faults} == {FaultCode.MISSING_COLUMN}
