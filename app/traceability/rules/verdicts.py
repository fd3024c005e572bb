"""Say of any text, in a form programs hold on to, what code it is and whether it is right."""

from typing import Any

from app.traceability.errors import MalformedCode
from app.traceability.rules import gs1
from app.traceability.rules.codes import CodeKind, Scan, looks_like_gs1, recognise
from app.traceability.rules.gs1_checks import has_check_digit


def verdict(text: str) -> dict[str, Any]:
    """Return kind, validity, error and elements of a scanned text, whatever it is."""
    scan = recognise(text)
    kind, error = _judged(scan)
    told: dict[str, Any] = {
        "kind": kind.value,
        "valid": error is None,
        "error": error,
        "elements": scan.elements,
    }
    return told | {"ambiguous": True} if scan.ambiguous else told


def _judged(scan: Scan) -> tuple[CodeKind, str | None]:
    if scan.kind is CodeKind.UNKNOWN and looks_like_gs1(scan.code):
        return CodeKind.GS1, _cause(scan.code)
    if scan.fault is not None:
        return scan.kind, str(scan.fault.data["cause"])
    if scan.kind is CodeKind.UNKNOWN:
        return scan.kind, "unknown" if scan.code else "empty"
    if scan.kind is CodeKind.GOODS and not has_check_digit(scan.code):
        return scan.kind, "check-digit"
    return scan.kind, None


def _cause(message: str) -> str:
    """Return why a message without a mark is no GS1 code."""
    try:
        gs1.read_message(message)
    except MalformedCode as fault:
        return str(fault.data["cause"])
    return "separator"
