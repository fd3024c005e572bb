"""What a GS1 label on goods without trace codes says of a receipt's line."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from app.purchasing.rules.receiving import normalise_lot
from app.traceability.errors import ExpiryMismatch, LotExpired, LotMismatch
from app.traceability.rules import Elements, read_day

GTIN, CONTENT, LOT, EXPIRY, COUNT, CONTENT_COUNT = "01", "02", "10", "17", "30", "37"


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """What is printed: lot and expiry where the label carries them, and how many packs."""

    lot_number: str | None
    expires_on: date | None
    packs: int

    @property
    def missing(self) -> tuple[str, ...]:
        """What a person must still type."""
        told = {"lot_number": self.lot_number, "expires_on": self.expires_on}
        return tuple(name for name, value in told.items() if value is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnReceipt:
    """A line of the receipt as a label is compared with it."""

    line_id: int
    lot_number: str
    expires_on: date
    usable: bool


def gtin_keys(elements: Elements) -> list[str]:
    """Return under which codes an item may be known: 14 digits, or 13 without the leading zero."""
    gtin = elements.get(GTIN) or elements.get(CONTENT, "")
    return [gtin, gtin[1:]] if gtin.startswith("0") else [gtin] if gtin else []


def read_print(elements: Elements, *, today: date) -> Print:
    """Return what a label says; a logistic unit's count is of the trade items inside it."""
    count = elements.get(CONTENT_COUNT) or elements.get(COUNT)
    return Print(
        lot_number=normalise_lot(elements[LOT]) if LOT in elements else None,
        expires_on=read_day(elements[EXPIRY], today=today) if EXPIRY in elements else None,
        packs=1 if count is None else int(count),
    )


def choose_print(prints: Sequence[Print], lines: Collection[OnReceipt]) -> Print:
    """Return the first reading, or the only one that names a lot of the receipt.

    A wedge scanner that ate the separators may make one value of two.
    """
    known = {(line.lot_number, line.expires_on) for line in lines}
    fitting = [one for one in prints if (one.lot_number, one.expires_on) in known]
    return fitting[0] if len(fitting) == 1 else prints[0]


def line_for(printed: Print, lines: Sequence[OnReceipt], *, today: date) -> OnReceipt | None:
    """Return the line whose lot a label names; None where the receipt has no such lot.

    Raises:
        LotMismatch: the lot was announced with another expiry; ``data`` has both sides.
        LotExpired: the goods are past their last day, and nobody set the line apart.
    """
    _refuse_expired(printed.lot_number or "", printed.expires_on, today=today)
    of_lot = [line for line in lines if line.lot_number == printed.lot_number]
    fitting = [line for line in of_lot if printed.expires_on in {None, line.expires_on}]
    if of_lot and not fitting:
        ensure_same_lot(printed, of_lot[0].lot_number, of_lot[0].expires_on)
    if not fitting:
        return None
    found = min(fitting, key=lambda line: (not line.usable, line.line_id))
    if found.usable:
        _refuse_expired(found.lot_number, found.expires_on, today=today)
    return found


def _refuse_expired(lot_number: str, expires_on: date | None, *, today: date) -> None:
    if expires_on is not None and expires_on < today:
        raise LotExpired(lot_number, lot=lot_number, expires_on=expires_on.isoformat())


def ensure_same_lot(printed: Print, lot_number: str, expires_on: date) -> None:
    """Refuse a pack whose label names another lot or expiry than was announced.

    What the label does not carry is not compared.

    Raises:
        LotMismatch, ExpiryMismatch: ``data`` has both sides.
    """
    found = (printed.lot_number or lot_number, printed.expires_on or expires_on)
    if found != (lot_number, expires_on):
        refusal = LotMismatch if found[0] != lot_number else ExpiryMismatch
        raise refusal(
            lot_number,
            lot=lot_number,
            expires_on=expires_on.isoformat(),
            found_lot=found[0],
            found_expires_on=found[1].isoformat(),
        )
