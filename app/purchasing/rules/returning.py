"""Rules of returns to suppliers: why, in which state, how much, and what they are worth."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.kernel.quantities import share_of


class SupplierReturnReason(StrEnum):
    """Why goods go back to their supplier (退货原因)."""

    NEAR_EXPIRY = "near_expiry"
    DAMAGED = "damaged"
    RECALL = "recall"
    WRONG_GOODS = "wrong_goods"
    QUALITY = "quality"


class SupplierReturnState(StrEnum):
    """Life of a return to a supplier."""

    REQUESTED = "requested"
    APPROVED = "approved"
    SENT = "sent"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REVERSED = "reversed"


OPEN_RETURNS = (SupplierReturnState.REQUESTED, SupplierReturnState.APPROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    """Base units that went back, at the price a sales pack was bought for."""

    quantity: int
    price_fen: int
    units_per_pack: int

    @property
    def amount_fen(self) -> int:
        """What the supplier owes for them, rounded half up to a fen."""
        return share_of(self.price_fen, self.quantity, self.units_per_pack)


def credit_of(lines: Iterable[Credited]) -> int:
    """Return what the supplier owes for all lines: each is rounded, as it is printed."""
    return sum(line.amount_fen for line in lines)


def returnable(accepted: int, returned: int, free: int) -> int:
    """Return how much may go back: not more than came on the line, nor than is there."""
    return max(0, min(accepted - returned, free))


def settled_total(invoices: Iterable[int], credits_fen: Iterable[int]) -> int | None:
    """Return what is paid for invoices less credits; None if that is nothing or less."""
    total = sum(invoices) - sum(credits_fen)
    return total if total > 0 else None
