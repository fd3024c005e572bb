"""Traceability rules: which kind of code a scan is, and whether a lot may be used."""

from app.traceability.rules.codes import (
    CodeKind,
    Scan,
    bin_key,
    device_key,
    gtin_key,
    lot_key,
    recognise,
    serial_key,
)
from app.traceability.rules.gs1 import Elements, read_day
from app.traceability.rules.matching import Assignment, PacksWanted, ScannedPack, assign_packs
from app.traceability.rules.usability import (
    LotState,
    Unusable,
    days_left,
    ensure_free,
    ensure_usable,
    why_unusable,
)
from app.traceability.rules.verdicts import verdict

__all__ = [
    "Assignment",
    "CodeKind",
    "Elements",
    "LotState",
    "PacksWanted",
    "Scan",
    "ScannedPack",
    "Unusable",
    "assign_packs",
    "bin_key",
    "days_left",
    "device_key",
    "ensure_free",
    "ensure_usable",
    "gtin_key",
    "lot_key",
    "read_day",
    "recognise",
    "serial_key",
    "verdict",
    "why_unusable",
]
