"""Order goods from suppliers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId, ItemId, SupplierId
from app.kernel.numbering import issue_number
from app.purchasing.models import PurchaseOrder, PurchaseOrderLine, Supplier


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedItem:
    """An item to order: base units, and the price of a sales pack in fen."""

    item_id: ItemId
    quantity: int
    price_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """What to order from whom, for which facility, and when it should arrive."""

    supplier_id: SupplierId
    facility_id: FacilityId
    expected_on: date
    lines: Sequence[OrderedItem]


def place_order(
    session: Session, actor: Actor, request: OrderRequest, *, now: datetime
) -> PurchaseOrder:
    """Order items from a supplier; names and prices are kept as they are today.

    Raises:
        NotFound: the supplier, an item or the facility is unknown to the actor.
    """
    actor.must_act_for(request.facility_id, "facility")
    if session.get(Supplier, request.supplier_id) is None:
        raise NotFound("supplier")
    item_ids = [line.item_id for line in request.lines]
    items = {item.id: item for item in session.scalars(select(Item).where(Item.id.in_(item_ids)))}
    if len(items) < len(set(item_ids)):
        raise NotFound("item")
    order = PurchaseOrder(
        reference=issue_number(session, "PO", now=now),
        supplier_id=request.supplier_id,
        facility_id=request.facility_id,
        expected_on=request.expected_on,
        ordered_at=now,
        user_id=actor.user_id,
    )
    session.add(order)
    session.flush()
    rows = [_line_row(order, line, items[line.item_id]) for line in request.lines]
    session.execute(insert(PurchaseOrderLine).values(rows))
    return order


def _line_row(order: PurchaseOrder, line: OrderedItem, item: Item) -> dict[str, object]:
    return {
        "order_id": order.id,
        "item_id": item.id,
        "item_name": item.name,
        "item_strength": item.strength,
        "quantity": line.quantity,
        "price_fen": line.price_fen,
        "received": 0,
    }
