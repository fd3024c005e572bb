"""Sheets as the database keeps them between upload and confirmation."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from app.exchange.rules import Fault, FaultCode
from app.kernel.db import Json
from app.kernel.sheets import Cell, Formula, Sheet, SheetRow


def sheet_to_json(sheet: Sheet) -> Json:
    """Return a sheet as JSON; days and formulas keep their kind."""
    return {
        "rows": [[row.number, *map(_to_json, row.cells)] for row in (sheet.headings, *sheet.rows)]
    }


def sheet_from_json(stored: Json) -> Sheet:
    """Return the sheet that was stored."""
    headings, *rows = [
        SheetRow(int(number), tuple(_from_json(cell) for cell in cells))
        for number, *cells in stored["rows"]
    ]
    return Sheet(headings=headings, rows=rows)


def faults_to_json(faults: Sequence[Fault], ignored: Sequence[str]) -> Json:
    """Return bad cells and unread headings as JSON."""
    rows = [[one.row, one.column, one.code.value, one.value, one.told] for one in faults]
    return {"faults": rows, "ignored": list(ignored)}


def faults_from_json(stored: Json) -> list[Fault]:
    """Return the bad cells that were stored."""
    return [
        Fault(int(row), column, FaultCode(code), value, told)
        for row, column, code, value, told in stored.get("faults", [])
    ]


def _to_json(cell: Cell) -> Any:
    if isinstance(cell, Formula):
        return {"formula": cell.text}
    if isinstance(cell, datetime):
        return {"moment": cell.isoformat()}
    if isinstance(cell, date):
        return {"day": cell.isoformat()}
    return cell


def _from_json(stored: Any) -> Cell:
    if not isinstance(stored, dict):
        return stored  # type: ignore[no-any-return]
    if "moment" in stored:
        return datetime.fromisoformat(stored["moment"])
    if "day" in stored:
        return date.fromisoformat(stored["day"])
    return Formula(stored["formula"])
