"""Whether a label of ours that was scanned may be trusted."""

from datetime import date

from app.kernel.signing import SealVerdict, Signer
from app.traceability.errors import ForeignLabel, StaleLabel, StaleSheet
from app.traceability.rules import Scan


def trust_label(
    signer: Signer, scan: Scan, content: tuple[str, ...] | None = None, *, on: date
) -> None:
    """Refuse a sealed label that is not ours, or no longer holds.

    ``content`` is what the thing stands for now, None where that is not known. Codes that were
    typed, and labels from before there were seals, have none and pass.

    Raises:
        ForeignLabel: it was not made under our key, or for another code.
        StaleLabel: its last day has passed, or the thing has become another since.
    """
    if not _holds(signer, scan, content, on=on):
        raise StaleLabel(scan.code, scanned=scan.code)


def trust_sheet(signer: Signer, scan: Scan, sheet: str, *, on: date) -> None:
    """Refuse the label of a tote that belongs to another delivery sheet, or has run out.

    ``sheet`` is the document the tote travels under now: the seal covers it, and its last day.

    Raises:
        ForeignLabel: it was not made under our key, or for another tote.
        StaleSheet: it was printed for another delivery sheet, or its last day has passed.
    """
    if not _holds(signer, scan, (sheet,), on=on):
        raise StaleSheet(scan.code, scanned=scan.code, sheet=sheet)


def _holds(signer: Signer, scan: Scan, content: tuple[str, ...] | None, *, on: date) -> bool:
    if not scan.seal:
        return True
    verdict = signer.judge(scan.seal, scan.code, content, on=on)
    if verdict is SealVerdict.FOREIGN:
        raise ForeignLabel(scan.code, scanned=scan.code)
    return verdict is SealVerdict.GENUINE
