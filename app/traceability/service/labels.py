"""Whether a label of ours that was scanned may be trusted."""

from datetime import date

from app.kernel.signing import SealVerdict, Signer
from app.traceability.errors import ForeignLabel, StaleLabel
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
    if not scan.seal:
        return
    verdict = signer.judge(scan.seal, scan.code, content, on=on)
    if verdict is SealVerdict.FOREIGN:
        raise ForeignLabel(scan.code, scanned=scan.code)
    if verdict is not SealVerdict.GENUINE:
        raise StaleLabel(scan.code, scanned=scan.code)
