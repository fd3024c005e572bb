"""Lines of purchase orders: what they cost, and whether an order may stand as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.kernel.errors import NotFound
from app.kernel.ids import ItemId
from app.purchasing import queries
from app.purchasing.errors import OrderEmpty
from app.purchasing.models import PurchaseOrder, PurchaseOrderLine, Supplier
from app.purchasing.queries import PriceInForce
from app.purchasing.rules import Goods, ensure_price, ensure_qualified, needed_licences


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedItem:
    """An item to order: sales packs, and the price of one in fen (None: the agreed price)."""

    item_id: ItemId
    packs: int
    price_fen: int | None = None


def write_lines(
    session: Session, order: PurchaseOrder, lines: Sequence[OrderedItem], *, today: date
) -> None:
    """Write lines at the prices of today; the line of an item replaces the one it had.

    Raises:
        NotFound: an item is unknown.
        PriceAboveContract: an item costs more than its contract says.
    """
    if not lines:
        return
    wanted = {line.item_id: line for line in lines}
    items = session.scalars(select(Item).where(Item.id.in_(wanted)).order_by(Item.code)).all()
    if len(items) < len(wanted):
        raise NotFound("item")
    prices = queries.prices_in_force(session, order.supplier_id, wanted, on=today)
    rows = [_line_row(order, wanted[item.id], item, prices.get(item.id)) for item in items]
    written = insert(PurchaseOrderLine).values(rows)
    replaced = ("quantity", "price_fen", "contract_line_id", "units_per_pack", "pack_unit")
    session.execute(
        written.on_conflict_do_update(
            index_elements=[PurchaseOrderLine.order_id, PurchaseOrderLine.item_id],
            set_={name: written.excluded[name] for name in replaced},
        )
    )


def _line_row(
    order: PurchaseOrder, line: OrderedItem, item: Item, agreed: PriceInForce | None
) -> dict[str, object]:
    usual = agreed.price_fen if agreed else item.price_fen
    price_fen = usual if line.price_fen is None else line.price_fen
    ensure_price(item.name, price_fen, agreed.price_fen if agreed else None)
    return {
        "order_id": order.id,
        "item_id": item.id,
        "item_name": item.name,
        "item_strength": item.strength,
        "base_unit": item.base_unit,
        "pack_unit": item.pack_unit,
        "units_per_pack": item.units_per_pack,
        "quantity": line.packs * item.units_per_pack,
        "price_fen": price_fen,
        "contract_line_id": agreed.contract_line_id if agreed else None,
        "received": 0,
    }


def ensure_sound(session: Session, order: PurchaseOrder, *, today: date) -> None:
    """Refuse an order that is empty, too dear, or of a supplier who may not sell its goods.

    Raises:
        OrderEmpty, PriceAboveContract, SupplierNotQualified: as they say.
    """
    rows = session.execute(
        select(PurchaseOrderLine, Item)
        .join(Item, Item.id == PurchaseOrderLine.item_id)
        .where(PurchaseOrderLine.order_id == order.id)
        .order_by(PurchaseOrderLine.id)
    ).all()
    if not rows:
        raise OrderEmpty(order.reference, reference=order.reference)
    goods = {Goods(item.kind.value, item.special_class.value) for _, item in rows}
    held = queries.licences_of(session, order.supplier_id)
    supplier = session.get_one(Supplier, order.supplier_id)
    ensure_qualified(supplier.name, held, needed_licences(goods), on=today)
    prices = queries.prices_in_force(
        session, order.supplier_id, [item.id for _, item in rows], on=today
    )
    for line, item in rows:
        agreed = prices.get(item.id)
        ensure_price(item.name, line.price_fen, agreed.price_fen if agreed else None)
