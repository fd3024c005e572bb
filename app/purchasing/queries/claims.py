"""Goods refused, and goods that wait in quarantine."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.accounts.models import UserAccount
from app.catalogue.models import Item
from app.inventory.models import Condition, StockBalance
from app.kernel.actor import Actor, Permission
from app.kernel.ids import LotId, PlaceId, ReceiptId
from app.purchasing.models import (
    ClaimOutcome,
    PurchaseOrder,
    Receipt,
    ReceiptLine,
    ReceiptState,
    RefusalReason,
    Supplier,
    SupplierClaim,
)
from app.purchasing.queries.receipts import placements_of_line
from app.traceability.models import Lot

MOST_WAITING = 200


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """Goods refused; open until the supplier made them good."""

    claim_id: int
    reference: str
    receipt_reference: str
    supplier: str
    item_name: str
    strength: str
    base_unit: str
    lot_number: str
    quantity: int
    reason: RefusalReason
    note: str
    opened_at: datetime
    opened_by: str
    outcome: ClaimOutcome | None
    closing_note: str


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """An accepted line in quarantine."""

    line_id: int
    receipt_reference: str
    supplier: str
    item_name: str
    strength: str
    base_unit: str
    lot_id: LotId
    lot_number: str
    expires_on: date
    quantity: int
    reason: str
    placements: list[dict[str, Any]]

    @property
    def place_code(self) -> str | None:
        """The bin the goods went to, or the bins they were split over."""
        return "、".join(part["place_code"] for part in self.placements) or None


def list_claims(
    session: Session, actor: Actor, before: int | None, limit: int, *, only_open: bool
) -> list[ClaimRow]:
    """Return claims of the actor's facilities, newest first, at most ``limit`` + 1."""
    conditions: list[ColumnElement[bool]] = []
    if not actor.may(Permission.COUNTY_READ):
        conditions.append(SupplierClaim.facility_id.in_(actor.facility_ids))
    if only_open:
        conditions.append(SupplierClaim.outcome.is_(None))
    if before is not None:
        conditions.append(SupplierClaim.id < before)
    return _claims(session, conditions, limit + 1)


def claims_of(session: Session, receipt_id: ReceiptId) -> list[ClaimRow]:
    """Return what was refused of a receipt."""
    return _claims(session, [SupplierClaim.receipt_id == receipt_id], None)


def _claims(
    session: Session, conditions: list[ColumnElement[bool]], limit: int | None
) -> list[ClaimRow]:
    rows: Iterable[Any] = session.execute(
        select(
            SupplierClaim.id,
            SupplierClaim.reference,
            Receipt.reference,
            Supplier.name,
            Item.name,
            Item.strength,
            Item.base_unit,
            Lot.lot_number,
            SupplierClaim.quantity,
            SupplierClaim.reason,
            SupplierClaim.note,
            SupplierClaim.opened_at,
            UserAccount.name,
            SupplierClaim.outcome,
            SupplierClaim.closing_note,
        )
        .join(Receipt, Receipt.id == SupplierClaim.receipt_id)
        .join(Supplier, Supplier.id == SupplierClaim.supplier_id)
        .join(Item, Item.id == SupplierClaim.item_id)
        .join(Lot, Lot.id == SupplierClaim.lot_id)
        .join(UserAccount, UserAccount.id == SupplierClaim.opened_by)
        .where(*conditions)
        .order_by(SupplierClaim.id.desc())
        .limit(limit)
    )
    return [ClaimRow(*row) for row in rows]


def list_waiting(session: Session, actor: Actor) -> list[WaitingRow]:
    """Return what waits for quality, oldest first."""
    statement = (
        select(
            ReceiptLine.id,
            Receipt.reference,
            Supplier.name,
            Item.name,
            Item.strength,
            Item.base_unit,
            Lot.id,
            Lot.lot_number,
            Lot.expires_on,
            ReceiptLine.accepted - ReceiptLine.returned,
            ReceiptLine.reason,
            placements_of_line(),
        )
        .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
        .join(PurchaseOrder, PurchaseOrder.id == Receipt.order_id)
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .join(Item, Item.id == ReceiptLine.item_id)
        .join(Lot, Lot.id == ReceiptLine.lot_id)
        .where(
            ReceiptLine.condition == Condition.QUARANTINE,
            ReceiptLine.released_at.is_(None),
            ReceiptLine.accepted > ReceiptLine.returned,
            Receipt.state.in_((ReceiptState.ACCEPTED, ReceiptState.PUT_AWAY)),
        )
        .order_by(ReceiptLine.id)
        .limit(MOST_WAITING)
    )
    if not actor.may(Permission.COUNTY_READ):
        statement = statement.where(Receipt.facility_id.in_(actor.facility_ids))
    rows: Iterable[Any] = session.execute(statement)
    return [WaitingRow(*row) for row in rows]


def quarantined_at(
    session: Session, lot_id: LotId, place_ids: Collection[PlaceId]
) -> dict[PlaceId, int]:
    """Return how much of a lot lies in quarantine at each of these places."""
    rows = session.execute(
        select(StockBalance.place_id, StockBalance.on_hand).where(
            StockBalance.lot_id == lot_id,
            StockBalance.place_id.in_(place_ids),
            StockBalance.condition == Condition.QUARANTINE,
        )
    )
    return {row.place_id: row.on_hand for row in rows}
