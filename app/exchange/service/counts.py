"""Numbers of a stock count by sheet: blind, each with the time it was counted (盘点表)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.counting import service as counting
from app.counting.queries import LineRow
from app.counting.rules import base_units, is_countable_time
from app.counting.service import Tally
from app.exchange.rules import COLUMNS, Fault, FaultCode, ImportKind, Record
from app.exchange.service.handling import Applying, Destination, Judgement, twice
from app.kernel.actor import Actor

HEADINGS = {column.key: column.heading for column in COLUMNS[ImportKind.COUNT]}
COUNTED, OPEN = "counted", "open"


def judge(
    session: Session, actor: Actor, destination: Destination, records: Sequence[Record]
) -> Judgement:
    """Say which rows cannot be counted so, and which lines they leave open.

    A row without numbers and without a time says that nobody counted it yet.
    """
    lines = counting.countable_lines(session, actor, destination.document)
    repeated = twice(records, lambda one: one.values["line"])
    faults: list[Fault] = []
    for record in records:
        if record.number in repeated:
            faults.append(_fault(record, "line", FaultCode.TWICE))
        known = lines.get(int(str(record.values["line"])))
        if known is None:
            faults.append(_fault(record, "line", FaultCode.UNKNOWN_LINE))
        else:
            faults += _faults(record, *known, now=destination.now)
    outcomes = {one.number: COUNTED if _is_counted(one) else OPEN for one in records}
    totals = {
        "rows": len(records),
        "counted": sum(word == COUNTED for word in outcomes.values()),
        "left": len(lines) - len({one.values["line"] for one in records if _is_counted(one)}),
    }
    return Judgement(faults=faults, outcomes=outcomes, totals=totals)


def _is_counted(record: Record) -> bool:
    return not {"packs", "loose", "counted_at"}.isdisjoint(record.values)


def _faults(record: Record, line: LineRow, since: datetime | None, *, now: datetime) -> list[Fault]:
    given = record.values
    if (given["code"], given["lot_number"]) != (line.item_code, line.lot_number):
        told = {"name": line.item_name, "lot": line.lot_number}
        return [_fault(record, "line", FaultCode.OTHER_LINE, **told)]
    if not _is_counted(record):
        return []
    faults = []
    if given.get("name", line.item_name) != line.item_name:
        faults.append(_fault(record, "name", FaultCode.OTHER_NAME, name=line.item_name))
    if {"packs", "loose"}.isdisjoint(given):
        faults.append(_fault(record, "packs", FaultCode.MISSING))
    elif line.is_coded and _quantity(record, line):
        faults.append(_fault(record, "packs", FaultCode.CODED))
    return faults + _time_faults(record, since, now=now)


def _time_faults(record: Record, since: datetime | None, *, now: datetime) -> list[Fault]:
    at = record.values.get("counted_at")
    if not isinstance(at, datetime):
        return [_fault(record, "counted_at", FaultCode.MISSING)]
    if not is_countable_time(at, opened_at=since or now, now=now):
        return [_fault(record, "counted_at", FaultCode.NOT_COUNTABLE)]
    return []


def _fault(record: Record, key: str, code: FaultCode, **told: str) -> Fault:
    return Fault(record.number, HEADINGS[key], code, str(record.values.get(key, "")), told)


def _quantity(record: Record, line: LineRow) -> int:
    packs, loose = (int(str(record.values.get(key, 0))) for key in ("packs", "loose"))
    return base_units(packs, loose, line.units_per_pack)


def apply(session: Session, actor: Actor, applying: Applying) -> str:
    """Note every counted row with its own time; a later count by hand stays."""
    destination = applying.destination
    lines = counting.countable_lines(session, actor, destination.document)
    tallies = []
    for record in applying.records:
        at, number = record.values.get("counted_at"), int(str(record.values["line"]))
        if isinstance(at, datetime):
            quantity = _quantity(record, lines[number][0])
            tallies.append(Tally(line=number, quantity=quantity, counted_at=at))
    told = (destination.document, destination.import_reference)
    counting.enter_sheet(session, actor, told, tallies, now=applying.now)
    return destination.document
