"""Orders and receipts as lists."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ScalarSelect, Subquery, and_, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.catalogue.models import Item
from app.kernel.actor import Actor, Permission
from app.kernel.ids import ItemId, PurchaseOrderId
from app.purchasing.models import (
    AnnouncedLot,
    Contract,
    ContractLine,
    OrderState,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
    ReceiptState,
    Supplier,
)

OPEN_ORDERS = (OrderState.SENT, OrderState.PARTIALLY_RECEIVED)
"""What suppliers are still to deliver."""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in a list; ``open_receipt`` is the receipt somebody is counting now."""

    order_id: int
    reference: str
    supplier: str
    city: str
    state: OrderState
    expected_on: date
    lines: int
    received_lines: int
    announced_lots: int
    open_receipt: str | None


@dataclass(frozen=True, slots=True)
class OrderLineRow:
    """A line of an order; ``contract`` is the reference of the contract its price is from."""

    line_id: int
    item_id: ItemId
    item_code: str
    item_name: str
    item_strength: str
    maker: str
    base_unit: str
    pack_unit: str
    units_per_pack: int
    quantity: int
    received: int
    price_fen: int
    contract: str | None

    @property
    def packs(self) -> int:
        """Sales packs ordered."""
        return self.quantity // self.units_per_pack

    @property
    def amount_fen(self) -> int:
        """What the line costs."""
        return self.packs * self.price_fen


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A receipt in a list, with how many of its lines differ from the delivery note."""

    receipt_id: int
    reference: str
    order_reference: str
    supplier: str
    state: ReceiptState
    opened_at: datetime
    lines: int
    differences: int


def list_orders(
    session: Session,
    actor: Actor,
    states: tuple[OrderState, ...],
    after: int | None,
    limit: int,
) -> list[OrderRow]:
    """Return orders of the actor's facilities by expected day, at most ``limit`` + 1."""
    lines = _line_counts()
    counting = and_(
        Receipt.order_id == PurchaseOrder.id,
        Receipt.state.in_((ReceiptState.DRAFT, ReceiptState.COUNTED)),
    )
    statement = (
        select(
            PurchaseOrder.id,
            PurchaseOrder.reference,
            Supplier.name,
            Supplier.city,
            PurchaseOrder.state,
            PurchaseOrder.expected_on,
            func.coalesce(lines.c.lines, 0),
            func.coalesce(lines.c.received, 0),
            _announced_lots(),
            Receipt.reference,
        )
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .outerjoin(lines, lines.c.order_id == PurchaseOrder.id)
        .outerjoin(Receipt, counting)
        .where(PurchaseOrder.state.in_(states))
        .order_by(PurchaseOrder.expected_on, PurchaseOrder.id)
        .limit(limit + 1)
    )
    if not actor.may(Permission.COUNTY_READ):
        statement = statement.where(PurchaseOrder.facility_id.in_(actor.facility_ids))
    if after is not None:
        last = aliased(PurchaseOrder)
        day = select(last.expected_on).where(last.id == after).scalar_subquery()
        statement = statement.where(
            tuple_(PurchaseOrder.expected_on, PurchaseOrder.id) > tuple_(day, after)
        )
    return [OrderRow(*row) for row in session.execute(statement)]


def _line_counts() -> Subquery:
    """Count the lines of each order, and those that have arrived in full."""
    return (
        select(
            PurchaseOrderLine.order_id,
            func.count().label("lines"),
            func.count()
            .filter(PurchaseOrderLine.received >= PurchaseOrderLine.quantity)
            .label("received"),
        )
        .group_by(PurchaseOrderLine.order_id)
        .subquery()
    )


def _announced_lots() -> ScalarSelect[int]:
    """Count the lots a supplier announced for an order that nobody has received yet."""
    return (
        select(func.count())
        .select_from(AnnouncedLot)
        .join(PurchaseOrderLine, PurchaseOrderLine.id == AnnouncedLot.order_line_id)
        .where(PurchaseOrderLine.order_id == PurchaseOrder.id, AnnouncedLot.receipt_id.is_(None))
        .scalar_subquery()
    )


def list_order_lines(session: Session, order_id: PurchaseOrderId) -> list[OrderLineRow]:
    """Return the lines of an order."""
    rows: Iterable[Any] = session.execute(
        select(
            PurchaseOrderLine.id,
            PurchaseOrderLine.item_id,
            Item.code,
            PurchaseOrderLine.item_name,
            PurchaseOrderLine.item_strength,
            Item.maker,
            PurchaseOrderLine.base_unit,
            PurchaseOrderLine.pack_unit,
            PurchaseOrderLine.units_per_pack,
            PurchaseOrderLine.quantity,
            PurchaseOrderLine.received,
            PurchaseOrderLine.price_fen,
            Contract.reference,
        )
        .join(Item, Item.id == PurchaseOrderLine.item_id)
        .outerjoin(ContractLine, ContractLine.id == PurchaseOrderLine.contract_line_id)
        .outerjoin(Contract, Contract.id == ContractLine.contract_id)
        .where(PurchaseOrderLine.order_id == order_id)
        .order_by(PurchaseOrderLine.id)
    )
    return [OrderLineRow(*row) for row in rows]


def list_receipts(
    session: Session,
    actor: Actor,
    state: ReceiptState | None,
    before: int | None,
    limit: int,
) -> list[ReceiptRow]:
    """Return receipts of the actor's facilities, newest first, at most ``limit`` + 1."""
    found = func.coalesce(ReceiptLine.accepted, ReceiptLine.first_count)
    lines = (
        select(
            ReceiptLine.receipt_id,
            func.count().label("lines"),
            func.count().filter(found != ReceiptLine.expected).label("differences"),
        )
        .group_by(ReceiptLine.receipt_id)
        .subquery()
    )
    statement = (
        select(
            Receipt.id,
            Receipt.reference,
            PurchaseOrder.reference,
            Supplier.name,
            Receipt.state,
            Receipt.opened_at,
            func.coalesce(lines.c.lines, 0),
            func.coalesce(lines.c.differences, 0),
        )
        .join(PurchaseOrder, PurchaseOrder.id == Receipt.order_id)
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .outerjoin(lines, lines.c.receipt_id == Receipt.id)
        .order_by(Receipt.id.desc())
        .limit(limit + 1)
    )
    if not actor.may(Permission.COUNTY_READ):
        statement = statement.where(Receipt.facility_id.in_(actor.facility_ids))
    if state is not None:
        statement = statement.where(Receipt.state == state)
    if before is not None:
        statement = statement.where(Receipt.id < before)
    return [ReceiptRow(*row) for row in session.execute(statement)]


def list_receipts_of(session: Session, order_id: PurchaseOrderId) -> list[tuple[str, ReceiptState]]:
    """Return reference and state of an order's receipts, oldest first."""
    rows = session.execute(
        select(Receipt.reference, Receipt.state)
        .where(Receipt.order_id == order_id)
        .order_by(Receipt.id)
    )
    return [(row.reference, row.state) for row in rows]
