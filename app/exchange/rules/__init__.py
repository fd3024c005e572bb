"""Rules of sheets: which columns each kind has, and what may stand in a cell."""

from app.exchange.rules.cells import BadCell, FaultCode
from app.exchange.rules.columns import COLUMNS, TOLD_BESIDE, Column, ImportKind
from app.exchange.rules.records import Fault, Reading, Record, read_records

__all__ = [
    "COLUMNS",
    "TOLD_BESIDE",
    "BadCell",
    "Column",
    "Fault",
    "FaultCode",
    "ImportKind",
    "Reading",
    "Record",
    "read_records",
]
