"""Open a receipt for goods that stand at the door."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.inventory.models import Condition
from app.kernel.actor import Actor
from app.kernel.db import refusing
from app.kernel.errors import NotFound
from app.kernel.ids import ReceiptId
from app.kernel.numbering import issue_number
from app.purchasing.errors import OrderClosed, ReceiptOpen, ReceiptStateChanged
from app.purchasing.models import (
    AnnouncedLot,
    OrderState,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
    ReceiptState,
    Supplier,
)

WAITS = "该供应商货品须经质量放行"
"""Stored beside the goods, like every reason people type: that quality must release them."""


def get_order(session: Session, actor: Actor, reference: str) -> PurchaseOrder:
    """Return an order the actor may see.

    Raises:
        NotFound: there is none, or it is another facility's.
    """
    order = session.scalars(
        select(PurchaseOrder).where(PurchaseOrder.reference == reference)
    ).first()
    if order is None or not actor.sees(order.facility_id):
        raise NotFound("order")
    return order


def get_receipt(session: Session, actor: Actor, reference: str) -> Receipt:
    """Return a receipt the actor may see.

    Raises:
        NotFound: there is none, or it is another facility's.
    """
    receipt = session.scalars(select(Receipt).where(Receipt.reference == reference)).first()
    if receipt is None or not actor.sees(receipt.facility_id):
        raise NotFound("receipt")
    return receipt


def open_receipt(session: Session, actor: Actor, reference: str, *, now: datetime) -> Receipt:
    """Start receiving an order: its announced lots become the lines to be counted.

    Raises:
        NotFound: the order is unknown, or not the actor's to receive.
        OrderClosed: nothing is left to come, or the supplier does not have the order yet.
        ReceiptOpen: somebody is receiving it already.
    """
    order = get_order(session, actor, reference)
    actor.must_act_for(order.facility_id, "order")
    claimed = session.scalars(
        update(PurchaseOrder)
        .where(
            PurchaseOrder.id == order.id,
            PurchaseOrder.state.in_((OrderState.SENT, OrderState.PARTIALLY_RECEIVED)),
        )
        .values(state=PurchaseOrder.state)  # a lock: the order cannot be closed meanwhile
        .returning(PurchaseOrder.id)
    ).first()
    if claimed is None:
        raise OrderClosed(reference, order=reference)
    receipt = Receipt(
        reference=issue_number(session, "GR", now=now),
        order_id=order.id,
        facility_id=order.facility_id,
        opened_at=now,
        opened_by=actor.user_id,
    )
    with refusing(session, "uq_receipt_open_order", ReceiptOpen(reference, order=reference)):
        session.add(receipt)
    _claim_notice(session, receipt)
    return receipt


def _claim_notice(session: Session, receipt: Receipt) -> None:
    """Turn what the supplier announced and nobody has received yet into lines."""
    lines = select(PurchaseOrderLine.id).where(PurchaseOrderLine.order_id == receipt.order_id)
    claimed = session.execute(
        update(AnnouncedLot)
        .where(AnnouncedLot.order_line_id.in_(lines), AnnouncedLot.receipt_id.is_(None))
        .values(receipt_id=receipt.id)
        .returning(AnnouncedLot.order_line_id, AnnouncedLot.lot_id, AnnouncedLot.quantity)
    ).all()
    if not claimed:
        return
    lines_of_order = session.execute(
        select(PurchaseOrderLine.id, PurchaseOrderLine.item_id).where(
            PurchaseOrderLine.id.in_({row.order_line_id for row in claimed})
        )
    )
    items = {row.id: row.item_id for row in lines_of_order}
    held = waits_for_release(session, receipt)
    rows = [
        {
            "receipt_id": receipt.id,
            "order_line_id": row.order_line_id,
            "item_id": items[row.order_line_id],
            "lot_id": row.lot_id,
            "expected": row.quantity,
            **arriving_as(held=held),
        }
        for row in claimed
    ]
    session.execute(insert(ReceiptLine).values(rows))


def waits_for_release(session: Session, receipt: Receipt) -> bool:
    """Say whether the goods of a receipt must wait in quarantine for quality."""
    return session.scalars(
        select(Supplier.quarantine)
        .join(PurchaseOrder, PurchaseOrder.supplier_id == Supplier.id)
        .where(PurchaseOrder.id == receipt.order_id)
    ).one()


def arriving_as(*, held: bool) -> dict[str, Any]:
    """Return the condition in which goods arrive, and why it is not usable."""
    if held:
        return {"condition": Condition.QUARANTINE, "reason": WAITS}
    return {"condition": Condition.USABLE, "reason": ""}


def step(
    session: Session,
    receipt: Receipt,
    expected: ReceiptState,
    state: ReceiptState | None = None,
    **values: object,
) -> None:
    """Lock a receipt that must be in ``expected``, and move it on to ``state`` if one is given.

    It is the first write of every step, so two people at one receipt take turns.

    Raises:
        ReceiptStateChanged: somebody moved it on first.
    """
    moved = session.scalars(
        update(Receipt)
        .where(Receipt.id == receipt.id, Receipt.state == expected)
        .values(state=state or expected, **values)
        .returning(Receipt.id)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        raise ReceiptStateChanged(receipt.reference, reference=receipt.reference)
    session.refresh(receipt)


def own_receipt(session: Session, actor: Actor, reference: str) -> Receipt:
    """Return a receipt the actor may work on.

    Raises:
        NotFound: there is none, or it is another facility's.
    """
    receipt = get_receipt(session, actor, reference)
    actor.must_act_for(receipt.facility_id, "receipt")
    return receipt


def get_line(session: Session, receipt_id: ReceiptId, line_id: int) -> ReceiptLine:
    """Return a line of a receipt as it now is.

    Raises:
        NotFound: the receipt has no such line.
    """
    line = session.scalars(
        select(ReceiptLine)
        .where(ReceiptLine.id == line_id, ReceiptLine.receipt_id == receipt_id)
        .execution_options(populate_existing=True)
    ).first()
    if line is None:
        raise NotFound("receipt line")
    return line
