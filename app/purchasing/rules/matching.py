"""Three-way match of order, receipt and invoice: every difference has a name, none is tolerated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class DifferenceKind(StrEnum):
    """How an invoice departs from what was ordered and received."""

    MORE_THAN_RECEIVED = "more_than_received"
    LESS_THAN_RECEIVED = "less_than_received"
    PRICE_ABOVE_ORDER = "price_above_order"
    PRICE_BELOW_ORDER = "price_below_order"
    TOTAL_DIFFERS = "total_differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed:
    """A line of an invoice: base units, and the price of a sales pack in fen."""

    line_id: int
    quantity: int
    price_fen: int
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What an order line may be billed for: accepted and not billed yet, at the ordered price."""

    quantity: int
    price_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One departure; ``line_id`` is the order line, None where the total is meant."""

    kind: DifferenceKind
    line_id: int | None
    expected: int
    found: int


def differences(
    billed: Sequence[Billed], owed: Mapping[int, Owed], *, printed_fen: int
) -> list[Difference]:
    """Return every difference between an invoice and what is owed."""
    kinds = DifferenceKind
    found = []
    for line in billed:
        due = owed[line.line_id]
        pairs = (
            (due.quantity, line.quantity, kinds.MORE_THAN_RECEIVED, kinds.LESS_THAN_RECEIVED),
            (due.price_fen, line.price_fen, kinds.PRICE_ABOVE_ORDER, kinds.PRICE_BELOW_ORDER),
        )
        for expected, said, above, below in pairs:
            if said != expected:
                kind = above if said > expected else below
                one = Difference(kind=kind, line_id=line.line_id, expected=expected, found=said)
                found.append(one)
    total = sum(line.amount_fen for line in billed)
    if total != printed_fen:
        kind = kinds.TOTAL_DIFFERS
        found.append(Difference(kind=kind, line_id=None, expected=total, found=printed_fen))
    return found
