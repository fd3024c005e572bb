"""Enter suppliers' invoices and match them with what was ordered and received (三单匹配)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, insert, select, update
from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.db import refusing
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.numbering import issue_number
from app.purchasing import queries
from app.purchasing.errors import (
    ApproverIsTheBuyer,
    InvoiceKnown,
    InvoiceStateChanged,
    NotOrdered,
    OrderEmpty,
)
from app.purchasing.models import (
    DifferenceOutcome,
    Invoice,
    InvoiceDifference,
    InvoiceLine,
    InvoiceState,
    PurchaseOrder,
    PurchaseOrderLine,
)
from app.purchasing.rules import Billed, Difference, differences
from app.purchasing.service.opening import get_order
from app.traceability.errors import ReasonMissing

SUBJECT = "supplier_invoice"


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledItem:
    """What an invoice asks for an order line: sales packs, and the price of one in fen."""

    order_line_id: int
    packs: int
    price_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRequest:
    """An invoice as its paper says it."""

    order_reference: str
    number: str
    invoiced_on: date
    total_fen: int
    lines: Sequence[BilledItem]


def enter_invoice(
    session: Session, actor: Actor, request: InvoiceRequest, *, now: datetime
) -> Invoice:
    """Store an invoice and match it at once with its order and what came of it.

    Raises:
        NotFound: the order is unknown, or not the actor's.
        OrderEmpty: the invoice has no line.
        NotOrdered: a line is not of this order.
        InvoiceKnown: the supplier's number was entered before.
    """
    order = get_order(session, actor, request.order_reference)
    actor.must_act_for(order.facility_id, "order")
    if not request.lines:
        raise OrderEmpty(request.number)
    invoice = Invoice(
        reference=issue_number(session, "IV", now=now),
        number=request.number,
        supplier_id=order.supplier_id,
        order_id=order.id,
        facility_id=order.facility_id,
        state=InvoiceState.DIFFERING,
        invoiced_on=request.invoiced_on,
        total_fen=request.total_fen,
        entered_at=now,
        entered_by=actor.user_id,
    )
    known = InvoiceKnown(request.number, number=request.number)
    with refusing(session, "uq_supplier_invoice_number", known):
        session.add(invoice)
    _write_lines(session, invoice, request.lines)
    _match(session, invoice, now=now)
    _record(session, actor, invoice, ("created", ""), now=now)
    return invoice


def get_invoice(session: Session, actor: Actor, reference: str) -> Invoice:
    """Return an invoice the actor may see.

    Raises:
        NotFound: there is none, or it is another facility's.
    """
    invoice = session.scalars(select(Invoice).where(Invoice.reference == reference)).first()
    if invoice is None or not actor.sees(invoice.facility_id):
        raise NotFound("invoice")
    return invoice


def match_again(session: Session, actor: Actor, reference: str, *, now: datetime) -> Invoice:
    """Match a differing invoice with what has come since; what is gone is noted as cleared.

    Raises:
        NotFound: the invoice is unknown, or not the actor's.
        InvoiceStateChanged: it does not differ any more.
    """
    invoice = _own_invoice(session, actor, reference)
    step_invoice(session, invoice, InvoiceState.DIFFERING)
    _match(session, invoice, now=now)
    _record(session, actor, invoice, ("matched-again", ""), now=now)
    return invoice


def accept_difference(
    session: Session,
    actor: Actor,
    named: tuple[str, int],
    reason: str,
    *,
    now: datetime,
) -> Invoice:
    """Accept one difference, named by its invoice and key; not by who entered the invoice.

    Raises:
        NotFound: the invoice or the difference is unknown, or not the actor's.
        ApproverIsTheBuyer: the actor entered the invoice.
        InvoiceStateChanged: the difference was closed meanwhile.
        ReasonMissing: people must learn why.
    """
    reference, difference_id = named
    invoice = _own_invoice(session, actor, reference)
    if invoice.entered_by == actor.user_id:
        raise ApproverIsTheBuyer(reference)
    said = reason.strip()
    if not said:
        raise ReasonMissing("reason")
    step_invoice(session, invoice, InvoiceState.DIFFERING)
    closed = session.scalars(
        update(InvoiceDifference)
        .where(
            InvoiceDifference.id == difference_id,
            InvoiceDifference.invoice_id == invoice.id,
            InvoiceDifference.resolution.is_(None),
        )
        .values(
            resolution=DifferenceOutcome.ACCEPTED,
            reason=said,
            resolved_by=actor.user_id,
            resolved_at=now,
        )
        .returning(InvoiceDifference.id)
    ).first()
    if closed is None:
        raise InvoiceStateChanged(reference, reference=reference)
    _finish(session, invoice)
    _record(session, actor, invoice, ("difference-accepted", said), now=now)
    return invoice


def reject_invoice(
    session: Session, actor: Actor, reference: str, reason: str, *, now: datetime
) -> Invoice:
    """Send an invoice back to the supplier; what it billed may be billed again.

    Raises:
        NotFound: the invoice is unknown, or not the actor's.
        InvoiceStateChanged: it is settled, or was sent back.
        ReasonMissing: people must learn why.
    """
    invoice = _own_invoice(session, actor, reference)
    said = reason.strip()
    if not said:
        raise ReasonMissing("reason")
    unsettled = (InvoiceState.DIFFERING, InvoiceState.MATCHED)
    step_invoice(session, invoice, *unsettled, state=InvoiceState.REJECTED, reason=said)
    _record(session, actor, invoice, ("rejected", said), now=now)
    return invoice


def step_invoice(
    session: Session,
    invoice: Invoice,
    *expected: InvoiceState,
    state: InvoiceState | None = None,
    **values: object,
) -> None:
    """Lock an invoice that must be in one of ``expected``, and move it on.

    Raises:
        InvoiceStateChanged: somebody moved it on first.
    """
    moved = session.scalars(
        update(Invoice)
        .where(Invoice.id == invoice.id, Invoice.state.in_(expected))
        .values(state=state or Invoice.state, **values)
        .returning(Invoice.id)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        raise InvoiceStateChanged(invoice.reference, reference=invoice.reference)
    session.refresh(invoice)


def _own_invoice(session: Session, actor: Actor, reference: str) -> Invoice:
    invoice = get_invoice(session, actor, reference)
    actor.must_act_for(invoice.facility_id, "invoice")
    return invoice


def _write_lines(session: Session, invoice: Invoice, lines: Sequence[BilledItem]) -> None:
    wanted = {line.order_line_id: line for line in lines}
    ordered = session.scalars(
        select(PurchaseOrderLine).where(
            PurchaseOrderLine.order_id == invoice.order_id, PurchaseOrderLine.id.in_(wanted)
        )
    ).all()
    if len(ordered) < len(lines):
        raise NotOrdered(invoice.number, order=invoice.number)
    rows = [
        {
            "invoice_id": invoice.id,
            "order_line_id": line.id,
            "packs": wanted[line.id].packs,
            "quantity": wanted[line.id].packs * line.units_per_pack,
            "price_fen": wanted[line.id].price_fen,
        }
        for line in ordered
    ]
    session.execute(insert(InvoiceLine).values(rows))


def _match(session: Session, invoice: Invoice, *, now: datetime) -> None:
    """Compare with what is owed; the order stays locked, so two invoices take turns."""
    session.execute(
        select(PurchaseOrder.id).where(PurchaseOrder.id == invoice.order_id).with_for_update()
    )
    lines = session.scalars(select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id))
    billed = [
        Billed(
            line_id=line.order_line_id,
            quantity=line.quantity,
            price_fen=line.price_fen,
            amount_fen=line.packs * line.price_fen,
        )
        for line in lines
    ]
    owed = queries.owed(session, invoice.order_id, without=invoice.id)
    found = differences(billed, owed, printed_fen=invoice.total_fen)
    _keep(session, invoice, found, now=now)
    _finish(session, invoice)


def _keep(
    session: Session, invoice: Invoice, found: Sequence[Difference], *, now: datetime
) -> None:
    """Add differences that are new, and note as cleared what is gone; accepted ones stay."""
    known = session.scalars(
        select(InvoiceDifference).where(
            InvoiceDifference.invoice_id == invoice.id,
            InvoiceDifference.resolution.is_distinct_from(DifferenceOutcome.CLEARED),
        )
    ).all()
    now_there = {(one.kind, one.line_id, one.expected, one.found) for one in found}
    for one in known:
        same = (one.kind, one.order_line_id, one.expected, one.found)
        if same in now_there:
            now_there.remove(same)
        elif one.resolution is None:
            one.resolution, one.resolved_at = DifferenceOutcome.CLEARED, now
    session.add_all(
        InvoiceDifference(
            invoice_id=invoice.id,
            order_line_id=line_id,
            kind=kind,
            expected=expected,
            found=said,
            entered_by=invoice.entered_by,
        )
        for kind, line_id, expected, said in sorted(now_there, key=str)
    )
    session.flush()


def _finish(session: Session, invoice: Invoice) -> None:
    """Call the invoice matched when no difference is open."""
    waiting = exists().where(
        InvoiceDifference.invoice_id == invoice.id, InvoiceDifference.resolution.is_(None)
    )
    if not session.scalar(select(waiting)):
        step_invoice(session, invoice, InvoiceState.DIFFERING, state=InvoiceState.MATCHED)


def _record(
    session: Session, actor: Actor, invoice: Invoice, told: tuple[str, str], *, now: datetime
) -> None:
    action, reason = told
    change = Change(
        subject=(SUBJECT, invoice.id),
        action=action,
        after={"state": invoice.state.value},
        reason=reason,
    )
    history.record(session, actor, change, now=now)
