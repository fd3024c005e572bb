"""Invoices, their differences and settlements, as lists and pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, func, select
from sqlalchemy.orm import Session

from app.accounts.models import UserAccount
from app.kernel.actor import Actor, Permission
from app.kernel.ids import InvoiceId, PurchaseOrderId
from app.purchasing.models import (
    DifferenceOutcome,
    Invoice,
    InvoiceDifference,
    InvoiceLine,
    InvoiceState,
    PurchaseOrder,
    PurchaseOrderLine,
    Supplier,
)
from app.purchasing.queries.contracts import whole
from app.purchasing.rules import DifferenceKind, Owed


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice in a list."""

    invoice_id: InvoiceId
    reference: str
    number: str
    supplier: str
    supplier_code: str
    order_reference: str
    state: InvoiceState
    invoiced_on: date
    total_fen: int
    differences: int


@dataclass(frozen=True, slots=True)
class InvoiceHead:
    """One invoice: of whom, for which order, entered by whom."""

    invoice_id: InvoiceId
    reference: str
    number: str
    supplier: str
    supplier_code: str
    order_reference: str
    state: InvoiceState
    invoiced_on: date
    total_fen: int
    entered_at: datetime
    entered_by_id: int
    entered_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class InvoiceLineRow:
    """Order, receipt and invoice side by side; quantities are base units."""

    item_name: str
    item_strength: str
    base_unit: str
    pack_unit: str
    units_per_pack: int
    ordered: int
    received: int
    order_price_fen: int
    packs: int
    billed: int
    price_fen: int

    @property
    def amount_fen(self) -> int:
        """What the line asks for."""
        return self.packs * self.price_fen


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A difference and what became of it."""

    difference_id: int
    kind: DifferenceKind
    item_name: str | None
    base_unit: str | None
    expected: int
    found: int
    resolution: DifferenceOutcome | None
    reason: str
    resolved_by: str | None


@dataclass(frozen=True, slots=True)
class Billable:
    """An order line that may be billed: accepted and not billed yet."""

    order_line_id: int
    item_name: str
    item_strength: str
    pack_unit: str
    units_per_pack: int
    received: int
    unbilled: int
    price_fen: int


def _billed(without: InvoiceId | None = None) -> Subquery:
    """Return what live invoices bill of each order line, one invoice left out."""
    statement = (
        select(InvoiceLine.order_line_id, func.sum(InvoiceLine.quantity).label("quantity"))
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(Invoice.state != InvoiceState.REJECTED)
        .group_by(InvoiceLine.order_line_id)
    )
    if without is not None:
        statement = statement.where(Invoice.id != without)
    return statement.subquery()


def owed(session: Session, order_id: PurchaseOrderId, *, without: InvoiceId) -> dict[int, Owed]:
    """Return what each line of an order may be billed for, other invoices deducted."""
    billed = _billed(without)
    rows = session.execute(
        select(
            PurchaseOrderLine.id,
            PurchaseOrderLine.received - whole(billed.c.quantity),
            PurchaseOrderLine.price_fen,
        )
        .outerjoin(billed, billed.c.order_line_id == PurchaseOrderLine.id)
        .where(PurchaseOrderLine.order_id == order_id)
    )
    return {line: Owed(quantity=max(0, left), price_fen=price) for line, left, price in rows}


def list_billable(session: Session, order_id: PurchaseOrderId) -> list[Billable]:
    """Return the lines of an order of which something came that nobody billed."""
    billed = _billed()
    left = PurchaseOrderLine.received - whole(billed.c.quantity)
    rows: Iterable[Any] = session.execute(
        select(
            PurchaseOrderLine.id,
            PurchaseOrderLine.item_name,
            PurchaseOrderLine.item_strength,
            PurchaseOrderLine.pack_unit,
            PurchaseOrderLine.units_per_pack,
            PurchaseOrderLine.received,
            left,
            PurchaseOrderLine.price_fen,
        )
        .outerjoin(billed, billed.c.order_line_id == PurchaseOrderLine.id)
        .where(PurchaseOrderLine.order_id == order_id, left > 0)
        .order_by(PurchaseOrderLine.id)
    )
    return [Billable(*row) for row in rows]


def list_invoices(
    session: Session, actor: Actor, state: InvoiceState | None, before: int | None, limit: int
) -> list[InvoiceRow]:
    """Return invoices of the actor's facilities, newest first, at most ``limit`` + 1."""
    conditions: list[ColumnElement[bool]] = []
    if not actor.may(Permission.COUNTY_READ):
        conditions.append(Invoice.facility_id.in_(actor.facility_ids))
    if state is not None:
        conditions.append(Invoice.state == state)
    if before is not None:
        conditions.append(Invoice.id < before)
    return _invoices(session, conditions, limit + 1)


def invoices_of(session: Session, order_id: PurchaseOrderId) -> list[InvoiceRow]:
    """Return the invoices of an order, newest first."""
    return _invoices(session, [Invoice.order_id == order_id], None)


def _invoices(
    session: Session, conditions: list[ColumnElement[bool]], limit: int | None
) -> list[InvoiceRow]:
    waiting = (
        select(func.count())
        .where(InvoiceDifference.invoice_id == Invoice.id, InvoiceDifference.resolution.is_(None))
        .scalar_subquery()
    )
    rows: Iterable[Any] = session.execute(
        select(
            Invoice.id,
            Invoice.reference,
            Invoice.number,
            Supplier.name,
            Supplier.code,
            PurchaseOrder.reference,
            Invoice.state,
            Invoice.invoiced_on,
            Invoice.total_fen,
            waiting,
        )
        .join(Supplier, Supplier.id == Invoice.supplier_id)
        .join(PurchaseOrder, PurchaseOrder.id == Invoice.order_id)
        .where(*conditions)
        .order_by(Invoice.id.desc())
        .limit(limit)
    )
    return [InvoiceRow(*row) for row in rows]


def get_invoice_head(session: Session, invoice_id: InvoiceId) -> InvoiceHead:
    """Return the head of an invoice."""
    row: Any = session.execute(
        select(
            Invoice.id,
            Invoice.reference,
            Invoice.number,
            Supplier.name,
            Supplier.code,
            PurchaseOrder.reference,
            Invoice.state,
            Invoice.invoiced_on,
            Invoice.total_fen,
            Invoice.entered_at,
            UserAccount.id,
            UserAccount.name,
            Invoice.reason,
        )
        .join(Supplier, Supplier.id == Invoice.supplier_id)
        .join(PurchaseOrder, PurchaseOrder.id == Invoice.order_id)
        .join(UserAccount, UserAccount.id == Invoice.entered_by)
        .where(Invoice.id == invoice_id)
    ).one()
    return InvoiceHead(*row)


def list_invoice_lines(session: Session, invoice_id: InvoiceId) -> list[InvoiceLineRow]:
    """Return the lines of an invoice beside their order and what came."""
    line = PurchaseOrderLine
    rows: Iterable[Any] = session.execute(
        select(
            line.item_name,
            line.item_strength,
            line.base_unit,
            line.pack_unit,
            line.units_per_pack,
            line.quantity,
            line.received,
            line.price_fen,
            InvoiceLine.packs,
            InvoiceLine.quantity,
            InvoiceLine.price_fen,
        )
        .join(InvoiceLine, InvoiceLine.order_line_id == line.id)
        .where(InvoiceLine.invoice_id == invoice_id)
        .order_by(line.id)
    )
    return [InvoiceLineRow(*row) for row in rows]


def list_differences(session: Session, invoice_id: InvoiceId) -> list[DifferenceRow]:
    """Return the differences of an invoice, the oldest first."""
    rows: Iterable[Any] = session.execute(
        select(
            InvoiceDifference.id,
            InvoiceDifference.kind,
            PurchaseOrderLine.item_name,
            PurchaseOrderLine.base_unit,
            InvoiceDifference.expected,
            InvoiceDifference.found,
            InvoiceDifference.resolution,
            InvoiceDifference.reason,
            UserAccount.name,
        )
        .outerjoin(PurchaseOrderLine, PurchaseOrderLine.id == InvoiceDifference.order_line_id)
        .outerjoin(UserAccount, UserAccount.id == InvoiceDifference.resolved_by)
        .where(InvoiceDifference.invoice_id == invoice_id)
        .order_by(InvoiceDifference.id)
    )
    return [DifferenceRow(*row) for row in rows]
