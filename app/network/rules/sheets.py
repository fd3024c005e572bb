"""Drives in a table somebody made: each row is read, or named with what is wrong in it."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.kernel.ids import FacilityId
from app.network.rules.roads import Drive

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "from": ("from", "起点"),
    "to": ("to", "终点"),
    "seconds": ("seconds", "秒"),
    "metres": ("metres", "米"),
}
MOST_ROWS = 100_000
LONGEST_SECONDS, LONGEST_METRES = 24 * 3600, 2_000_000
MOST_DIGITS = 9
FASTEST_METRES_PER_SECOND = 42
"""150 km/h: whoever is faster has swapped two columns."""


class Fault(StrEnum):
    """What can be wrong with a row."""

    MISSING_COLUMN = "missing_column"
    UNKNOWN_PLACE = "unknown_place"
    SAME_PLACE = "same_place"
    NOT_A_NUMBER = "not_a_number"
    TOO_FAST = "too_fast"
    TWICE = "twice"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """A row of the sheet, counted as a spreadsheet does, and what is wrong with it."""

    row: int
    fault: Fault
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSheet:
    """What a sheet says, and what is wrong with it; a sheet with faults is not used at all."""

    drives: Sequence[Drive]
    faults: Sequence[RowFault]


class _BadRow(Exception):
    def __init__(self, fault: Fault, value: str) -> None:
        super().__init__(fault)
        self.fault, self.value = fault, value


def read_sheet(text: str, places: Mapping[str, FacilityId]) -> ReadSheet:
    """Read comma-separated drives; ``places`` are known by code, name or short name."""
    rows = list(csv.reader(text.splitlines()))
    headings = [cell.strip().lower() for cell in rows[0]] if rows else []
    found = {name: _place_of(headings, words) for name, words in COLUMNS.items()}
    absent = [COLUMNS[name][-1] for name, column in found.items() if column is None]
    if absent:
        faults = [RowFault(row=1, fault=Fault.MISSING_COLUMN, value=word) for word in absent]
        return ReadSheet(drives=(), faults=faults)
    if len(rows) > MOST_ROWS + 1:
        too_many = RowFault(row=MOST_ROWS + 2, fault=Fault.TOO_MANY, value=str(MOST_ROWS))
        return ReadSheet(drives=(), faults=[too_many])
    columns = [column for column in found.values() if column is not None]
    return _read(rows[1:], columns, places)


def _place_of(headings: Sequence[str], words: Sequence[str]) -> int | None:
    return next((column for column, heading in enumerate(headings) if heading in words), None)


def _read(
    rows: Sequence[Sequence[str]], columns: Sequence[int], places: Mapping[str, FacilityId]
) -> ReadSheet:
    drives: dict[tuple[FacilityId, FacilityId], Drive] = {}
    faults: list[RowFault] = []
    for number, row in enumerate(rows, start=2):
        cells = [row[column].strip() if column < len(row) else "" for column in columns]
        if not any(cells):
            continue
        try:
            drive = _drive(cells, places)
        except _BadRow as bad:
            faults.append(RowFault(row=number, fault=bad.fault, value=bad.value))
            continue
        if drives.setdefault((drive.origin_id, drive.target_id), drive) is not drive:
            faults.append(RowFault(row=number, fault=Fault.TWICE, value="→".join(cells[:2])))
    return ReadSheet(drives=list(drives.values()), faults=faults)


def _drive(cells: Sequence[str], places: Mapping[str, FacilityId]) -> Drive:
    ends = list(_ends(cells[:2], places))
    if ends[0] == ends[1]:
        raise _BadRow(Fault.SAME_PLACE, cells[0])
    seconds = _whole(cells[2], LONGEST_SECONDS)
    metres = _whole(cells[3], LONGEST_METRES)
    if metres > seconds * FASTEST_METRES_PER_SECOND:
        raise _BadRow(Fault.TOO_FAST, f"{cells[3]}/{cells[2]}")
    return Drive(origin_id=ends[0], target_id=ends[1], seconds=seconds, metres=metres)


def _ends(words: Sequence[str], places: Mapping[str, FacilityId]) -> Iterator[FacilityId]:
    for word in words:
        if word not in places:
            raise _BadRow(Fault.UNKNOWN_PLACE, word)
        yield places[word]


def _whole(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS and int(text) <= most):
        raise _BadRow(Fault.NOT_A_NUMBER, text)
    return int(text)
