"""Whether a scanned label belongs to the delivery sheet at hand (随货同行单)."""

from datetime import date

from app.kernel.signing import SealVerdict, Signer
from app.traceability.errors import StaleSheet


def ensure_this_sheet(signer: Signer, scanned: tuple[str, str], expected: str, *, on: date) -> None:
    """Refuse a label of another sheet, one that has run out, and one that is not ours.

    ``scanned`` is the sheet's reference and its seal, which covers reference and last day.

    Raises:
        StaleSheet: ``data['sheet']`` is the sheet the label names.
    """
    reference, seal = scanned
    genuine = signer.judge(seal, reference, (), on=on) is SealVerdict.GENUINE
    if reference != expected or not genuine:
        raise StaleSheet(reference, sheet=reference, expected=expected)
