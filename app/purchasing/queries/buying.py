"""What buyers look at: orders in every state, one order's people, items and their prices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.catalogue.models import Item
from app.kernel.actor import Actor, Permission
from app.kernel.ids import ItemId, PurchaseOrderId, SupplierId
from app.network.models import Facility
from app.purchasing.models import OrderState, PurchaseOrder, PurchaseOrderLine, Supplier
from app.purchasing.queries.contracts import whole
from app.purchasing.queries.suppliers import prices_in_force

MOST_HITS = 20


@dataclass(frozen=True, slots=True)
class BoughtRow:
    """An order in the buyer's list; ``total_fen`` is what it costs in full."""

    order_id: int
    reference: str
    supplier: str
    state: OrderState
    ordered_at: datetime
    expected_on: date
    writer: str
    lines: int
    received_lines: int
    total_fen: int


@dataclass(frozen=True, slots=True)
class OrderHead:
    """One order: from whom, for whom, and who did what when."""

    reference: str
    state: OrderState
    supplier_id: SupplierId
    supplier: str
    supplier_code: str
    supplier_phone: str
    facility: str
    expected_on: date
    ordered_at: datetime
    writer_id: int
    writer: str
    submitted_at: datetime | None
    approved_at: datetime | None
    approver: str | None
    sent_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class PricedItem:
    """An item found for an order, with the agreed price if one is in force."""

    item_id: ItemId
    code: str
    name: str
    strength: str
    maker: str
    pack_unit: str
    listed_fen: int
    contracted_fen: int | None


def list_bought(
    session: Session, actor: Actor, state: OrderState | None, before: int | None, limit: int
) -> list[BoughtRow]:
    """Return orders of the actor's facilities, newest first, at most ``limit`` + 1."""
    line = PurchaseOrderLine
    sums = (
        select(
            line.order_id,
            func.count().label("lines"),
            func.count().filter(line.received >= line.quantity).label("received"),
            func.sum(func.div(line.quantity, line.units_per_pack) * line.price_fen).label("total"),
        )
        .group_by(line.order_id)
        .subquery()
    )
    statement = (
        select(
            PurchaseOrder.id,
            PurchaseOrder.reference,
            Supplier.name,
            PurchaseOrder.state,
            PurchaseOrder.ordered_at,
            PurchaseOrder.expected_on,
            UserAccount.name,
            func.coalesce(sums.c.lines, 0),
            func.coalesce(sums.c.received, 0),
            whole(sums.c.total),
        )
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .join(UserAccount, UserAccount.id == PurchaseOrder.user_id)
        .outerjoin(sums, sums.c.order_id == PurchaseOrder.id)
        .order_by(PurchaseOrder.id.desc())
        .limit(limit + 1)
    )
    if not actor.may(Permission.COUNTY_READ):
        statement = statement.where(PurchaseOrder.facility_id.in_(actor.facility_ids))
    if state is not None:
        statement = statement.where(PurchaseOrder.state == state)
    if before is not None:
        statement = statement.where(PurchaseOrder.id < before)
    rows: Iterable[Any] = session.execute(statement)
    return [BoughtRow(*row) for row in rows]


def get_order_head(session: Session, order_id: PurchaseOrderId) -> OrderHead:
    """Return the head of an order."""
    writer, approver = aliased(UserAccount), aliased(UserAccount)
    row: Any = session.execute(
        select(
            PurchaseOrder.reference,
            PurchaseOrder.state,
            Supplier.id,
            Supplier.name,
            Supplier.code,
            Supplier.phone,
            Facility.name,
            PurchaseOrder.expected_on,
            PurchaseOrder.ordered_at,
            writer.id,
            writer.name,
            PurchaseOrder.submitted_at,
            PurchaseOrder.approved_at,
            approver.name,
            PurchaseOrder.sent_at,
            PurchaseOrder.reason,
        )
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .join(Facility, Facility.id == PurchaseOrder.facility_id)
        .join(writer, writer.id == PurchaseOrder.user_id)
        .outerjoin(approver, approver.id == PurchaseOrder.approved_by)
        .where(PurchaseOrder.id == order_id)
    ).one()
    return OrderHead(*row)


def search_priced(
    session: Session, supplier_id: SupplierId, text: str, *, today: date
) -> list[PricedItem]:
    """Return items by name, pinyin initials or code, exact codes first."""
    part = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    code = text.upper()
    rows = session.execute(
        select(
            Item.id.label("item_id"),
            Item.code,
            Item.name,
            Item.strength,
            Item.maker,
            Item.pack_unit,
            Item.price_fen.label("listed_fen"),
        )
        .where(
            Item.is_stocked,
            Item.pinyin.like(f"{part.lower()}%")
            | Item.name.like(f"%{part}%")
            | Item.code.startswith(code, autoescape=True),
        )
        .order_by(Item.code != code, Item.pinyin, Item.code)
        .limit(MOST_HITS)
    )
    found = rows.mappings().all()
    prices = prices_in_force(session, supplier_id, [row["item_id"] for row in found], on=today)
    agreed = {item_id: price.price_fen for item_id, price in prices.items()}
    return [PricedItem(**row, contracted_fen=agreed.get(row["item_id"])) for row in found]
