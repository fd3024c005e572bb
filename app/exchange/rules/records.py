"""From a sheet to records: headings are found by name, every bad cell is reported."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.exchange.rules import cells
from app.exchange.rules.cells import BadCell, FaultCode
from app.exchange.rules.columns import Column
from app.kernel.sheets import Cell, Sheet, SheetRow

MOST_SHOWN = 60
"""Characters of a bad cell that are told back."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, in which row of the sheet and under which heading."""

    row: int
    column: str
    code: FaultCode
    value: str = ""
    told: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """A row whose cells could all be read; empty ones are missing."""

    number: int
    values: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a sheet says: good rows, faults, and headings that mean nothing to us."""

    records: list[Record]
    faults: list[Fault]
    ignored: list[str]


def read_records(sheet: Sheet, columns: Sequence[Column]) -> Reading:
    """Read every row; a row with a bad cell is reported and left out."""
    headings = [_heading(cell) for cell in sheet.headings.cells]
    known = {column.heading: column for column in columns}
    faults = _heading_faults(sheet.headings.number, headings, columns)
    records = []
    for row in sheet.rows if not faults else ():
        values, bad = _read_row(row, headings, known)
        bad = bad or _missing(row, values, columns)
        faults += bad
        if not bad:
            records.append(Record(row.number, values))
    ignored = [heading for heading in headings if heading and heading not in known]
    return Reading(records=records, faults=faults, ignored=ignored)


def _heading(cell: Cell) -> str:
    return cells.shown(cell).strip().removesuffix("*").strip()


def _heading_faults(number: int, headings: Sequence[str], columns: Sequence[Column]) -> list[Fault]:
    missing = [
        Fault(number, column.heading, FaultCode.MISSING_COLUMN)
        for column in columns
        if column.required and column.heading not in headings
    ]
    twice = [
        Fault(number, column.heading, FaultCode.TWICE)
        for column in columns
        if headings.count(column.heading) > 1
    ]
    return missing + twice


def _read_row(
    row: SheetRow, headings: Sequence[str], known: dict[str, Column]
) -> tuple[dict[str, object], list[Fault]]:
    values: dict[str, object] = {}
    faults = []
    for heading, cell in zip(headings, row.cells, strict=False):
        column = known.get(heading)
        if column is None or cells.shown(cell).strip() == "":
            continue
        try:
            cells.refuse_computed(cell)
            values[column.key] = column.parse(cell)
        except BadCell as bad:
            told = cells.shown(cell)[:MOST_SHOWN]
            faults.append(Fault(row.number, heading, bad.code, told, bad.told))
    return values, faults


def _missing(row: SheetRow, values: dict[str, object], columns: Sequence[Column]) -> list[Fault]:
    return [
        Fault(row.number, column.heading, FaultCode.MISSING)
        for column in columns
        if column.required and column.key not in values
    ]
