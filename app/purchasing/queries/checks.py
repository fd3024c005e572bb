"""What the use cases of receiving must know before they write."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import CTE, exists, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item, PackClass, PackScheme, SpecialClass
from app.kernel.ids import ItemId, PurchaseOrderId, ReceiptId, UnitId
from app.purchasing.models import PurchaseOrder, PurchaseOrderLine, ReceiptScan, Supplier
from app.traceability.models import BizStep, TraceEvent, Unit
from app.traceability.queries import named_units


def counted_above(session: Session, receipt_id: ReceiptId, unit_id: UnitId) -> bool:
    """Say whether the unit, or a container around it, counts at this receipt."""
    tree = select(Unit.id, Unit.parent_id).where(Unit.id == unit_id).cte("tree", recursive=True)
    tree = tree.union_all(select(Unit.id, Unit.parent_id).join(tree, Unit.id == tree.c.parent_id))
    return _counts(session, receipt_id, tree)


def counted_below(session: Session, receipt_id: ReceiptId, unit_id: UnitId) -> bool:
    """Say whether something inside the unit counts at this receipt."""
    tree = select(Unit.id).where(Unit.parent_id == unit_id).cte("tree", recursive=True)
    tree = tree.union_all(select(Unit.id).join(tree, Unit.parent_id == tree.c.id))
    return _counts(session, receipt_id, tree)


def _counts(session: Session, receipt_id: ReceiptId, tree: CTE) -> bool:
    counted = exists().where(
        ReceiptScan.receipt_id == receipt_id,
        ReceiptScan.counted,
        ReceiptScan.unit_id.in_(select(tree.c.id)),
    )
    return _truth(session, counted)


def is_ordered(session: Session, order_id: PurchaseOrderId, item_id: ItemId | None) -> bool:
    """Say whether an order has a line of this item."""
    line = exists().where(
        PurchaseOrderLine.order_id == order_id, PurchaseOrderLine.item_id == item_id
    )
    return _truth(session, line)


def ordered_names(session: Session, order_id: PurchaseOrderId) -> list[str]:
    """Return the names of what an order asks for."""
    return list(
        session.scalars(
            select(Item.name)
            .join(PurchaseOrderLine, PurchaseOrderLine.item_id == Item.id)
            .where(PurchaseOrderLine.order_id == order_id)
        )
    )


def ordered_classes(session: Session, order_id: PurchaseOrderId) -> dict[ItemId, str]:
    """Return the ordered items whose classes of trace codes are known, by name."""
    rows = session.execute(
        select(Item.id, Item.name)
        .join(PurchaseOrderLine, PurchaseOrderLine.item_id == Item.id)
        .join(PackClass, PackClass.item_id == Item.id)
        .where(PurchaseOrderLine.order_id == order_id, PackClass.scheme == PackScheme.CN20)
        .distinct()
    )
    return {row.id: row.name for row in rows}


def is_announced(session: Session, unit_id: UnitId, document: str) -> bool:
    """Say whether the supplier announced this very code on a document."""
    named = named_units()
    announced = exists().where(
        named.c.unit_id == unit_id,
        named.c.event_id == TraceEvent.id,
        TraceEvent.step == BizStep.ANNOUNCING,
        TraceEvent.document == document,
    )
    return _truth(session, announced)


def item_name(session: Session, unit: Unit) -> str:
    """Return the name of what a coded thing is."""
    return session.scalar(select(Item.name).where(Item.id == unit.item_id)) or ""


def controlled_names(session: Session, item_ids: Collection[ItemId]) -> list[str]:
    """Return the names of the controlled medicines among these items."""
    rows = session.scalars(
        select(Item.name)
        .where(Item.id.in_(item_ids), Item.special_class != SpecialClass.NONE)
        .order_by(Item.code)
    )
    return list(rows)


def supplier_name(session: Session, order_id: PurchaseOrderId) -> str:
    """Return who delivers an order."""
    return session.scalars(
        select(Supplier.name)
        .join(PurchaseOrder, PurchaseOrder.supplier_id == Supplier.id)
        .where(PurchaseOrder.id == order_id)
    ).one()


def _truth(session: Session, condition: Any) -> bool:
    return bool(session.scalar(select(condition)))
