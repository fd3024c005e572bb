"""How well suppliers deliver, computed from orders, receipts and invoices (供应商考核)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Float, Integer, Subquery, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session

from app.inventory.models import Condition
from app.kernel.local_time import LOCAL
from app.purchasing.models import (
    Invoice,
    InvoiceDifference,
    InvoiceState,
    OrderState,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
    Supplier,
    SupplierClaim,
)

OVER = (OrderState.RECEIVED, OrderState.CLOSED)


@dataclass(frozen=True, slots=True)
class Performance:
    """A supplier's figures over orders sent in a period; numerators beside denominators."""

    supplier_code: str
    supplier: str
    orders: int
    lead_days: float | None
    lines_due: int
    lines_on_time: int
    fill_percent: int | None
    lots: int
    lots_faulty: int
    invoices: int
    invoices_differing: int

    @property
    def on_time_percent(self) -> int | None:
        """Lines that had come in full by the day they were expected, of those due."""
        return _percent(self.lines_on_time, self.lines_due)

    @property
    def sound_percent(self) -> int | None:
        """Lots accepted without damage or doubt, of those that came."""
        return _percent(self.lots - self.lots_faulty, self.lots)

    @property
    def matching_percent(self) -> int | None:
        """Invoices that matched at once, of those entered."""
        return _percent(self.invoices - self.invoices_differing, self.invoices)


def _percent(part: int, whole: int) -> int | None:
    return 100 * part // whole if whole else None


def list_performance(session: Session, since: datetime, *, today: date) -> list[Performance]:
    """Return each supplier's figures over the orders sent since a moment, by code."""
    orders, lines = _orders(since), _lines(since, today)
    lots, bills = _lots(since), _invoices(since)
    rows: Iterable[Any] = session.execute(
        select(
            Supplier.code,
            Supplier.name,
            func.coalesce(orders.c.orders, 0),
            orders.c.lead_days,
            func.coalesce(lines.c.due, 0),
            func.coalesce(lines.c.on_time, 0),
            lines.c.fill,
            func.coalesce(lots.c.lots, 0),
            func.coalesce(lots.c.faulty, 0),
            func.coalesce(bills.c.invoices, 0),
            func.coalesce(bills.c.differing, 0),
        )
        .outerjoin(orders, orders.c.supplier_id == Supplier.id)
        .outerjoin(lines, lines.c.supplier_id == Supplier.id)
        .outerjoin(lots, lots.c.supplier_id == Supplier.id)
        .outerjoin(bills, bills.c.supplier_id == Supplier.id)
        .order_by(Supplier.code)
    )
    return [Performance(*row) for row in rows]


def _orders(since: datetime) -> Subquery:
    """Count orders, and average the days from sending to the first acceptance."""
    first = (
        select(Receipt.order_id, func.min(Receipt.accepted_at).label("at"))
        .group_by(Receipt.order_id)
        .subquery()
    )
    seconds = func.extract("epoch", first.c.at - PurchaseOrder.sent_at)
    return (
        select(
            PurchaseOrder.supplier_id,
            func.count().label("orders"),
            cast(func.round(func.avg(seconds) / 86400, 1), Float).label("lead_days"),
        )
        .outerjoin(first, first.c.order_id == PurchaseOrder.id)
        .where(PurchaseOrder.sent_at >= since)
        .group_by(PurchaseOrder.supplier_id)
        .subquery()
    )


def _lines(since: datetime, today: date) -> Subquery:
    """Count lines due and lines that had come in full by the day; the filled share of value."""
    accepted_on = cast(func.timezone(LOCAL.key, Receipt.accepted_at), Date)
    line = PurchaseOrderLine
    in_time = (
        select(ReceiptLine.order_line_id, func.sum(ReceiptLine.accepted).label("quantity"))
        .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
        .join(PurchaseOrder, PurchaseOrder.id == Receipt.order_id)
        .where(accepted_on <= PurchaseOrder.expected_on)
        .group_by(ReceiptLine.order_line_id)
        .subquery()
    )
    price = cast(line.price_fen, Float) / line.units_per_pack
    value = func.sum(line.quantity * price)
    return (
        select(
            PurchaseOrder.supplier_id,
            func.count().label("due"),
            func.count().filter(in_time.c.quantity >= line.quantity).label("on_time"),
            cast(
                func.floor(100 * func.sum(line.received * price) / func.nullif(value, 0)), Integer
            ).label("fill"),
        )
        .join(line, line.order_id == PurchaseOrder.id)
        .outerjoin(in_time, in_time.c.order_line_id == line.id)
        .where(
            PurchaseOrder.sent_at >= since,
            PurchaseOrder.state != OrderState.CANCELLED,
            (PurchaseOrder.expected_on < today) | PurchaseOrder.state.in_(OVER),
        )
        .group_by(PurchaseOrder.supplier_id)
        .subquery()
    )


def _lots(since: datetime) -> Subquery:
    """Count lots that came, and those of which some was refused or not usable."""
    refused = exists().where(SupplierClaim.line_id == ReceiptLine.id)
    faulty = or_(ReceiptLine.condition == Condition.DAMAGED, refused)
    return (
        select(
            PurchaseOrder.supplier_id,
            func.count().label("lots"),
            func.count().filter(faulty).label("faulty"),
        )
        .join(Receipt, Receipt.order_id == PurchaseOrder.id)
        .join(
            ReceiptLine,
            and_(ReceiptLine.receipt_id == Receipt.id, ReceiptLine.accepted.is_not(None)),
        )
        .where(PurchaseOrder.sent_at >= since)
        .group_by(PurchaseOrder.supplier_id)
        .subquery()
    )


def _invoices(since: datetime) -> Subquery:
    """Count invoices entered, and those that did not match at once."""
    differed = select(InvoiceDifference.invoice_id).distinct().subquery()
    return (
        select(
            Invoice.supplier_id,
            func.count().label("invoices"),
            func.count(differed.c.invoice_id).label("differing"),
        )
        .outerjoin(differed, differed.c.invoice_id == Invoice.id)
        .where(Invoice.entered_at >= since, Invoice.state != InvoiceState.REJECTED)
        .group_by(Invoice.supplier_id)
        .subquery()
    )
