"""Settle matched invoices with a supplier; money is never edited, only reversed (结算)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.db import refusing
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.numbering import issue_number
from app.purchasing.errors import (
    ApproverIsTheBuyer,
    InvoiceStateChanged,
    OrderEmpty,
    SettlementReversed,
)
from app.purchasing.models import Invoice, InvoiceState, Settlement, SettlementLine, Supplier
from app.traceability.errors import ReasonMissing

SUBJECT = "supplier_settlement"


def settle_invoices(
    session: Session, actor: Actor, supplier_code: str, references: Sequence[str], *, now: datetime
) -> Settlement:
    """Settle matched invoices of one supplier in one document; all of them or none.

    Raises:
        NotFound: the supplier or an invoice is unknown, or not the actor's.
        OrderEmpty: no invoice is named.
        ApproverIsTheBuyer: the actor entered one of them.
        InvoiceStateChanged: one is not matched, or was settled meanwhile.
    """
    supplier = session.scalars(select(Supplier).where(Supplier.code == supplier_code)).first()
    if supplier is None:
        raise NotFound("supplier")
    if not references:
        raise OrderEmpty(supplier.name)
    invoices = _take(session, actor, supplier, references)
    settlement = Settlement(
        reference=issue_number(session, "ST", now=now),
        supplier_id=supplier.id,
        facility_id=actor.facility_id,
        total_fen=sum(invoice.total_fen for invoice in invoices),
        settled_at=now,
        user_id=actor.user_id,
    )
    session.add(settlement)
    session.flush()
    rows = [(invoice.id, invoice.total_fen) for invoice in invoices]
    _write_lines(session, settlement, rows)
    _record(session, actor, settlement, "settled", now=now)
    return settlement


def get_settlement(session: Session, actor: Actor, reference: str) -> Settlement:
    """Return a settlement the actor may see.

    Raises:
        NotFound: there is none, or it is another facility's.
    """
    found = session.scalars(select(Settlement).where(Settlement.reference == reference)).first()
    if found is None or not actor.sees(found.facility_id):
        raise NotFound("settlement")
    return found


def reverse_settlement(
    session: Session, actor: Actor, reference: str, reason: str, *, now: datetime
) -> Settlement:
    """Undo a settlement by its mirror image; its invoices are matched again, not settled.

    Raises:
        NotFound: the settlement is unknown, a reversal itself, or not the actor's.
        SettlementReversed: it was undone before.
        ReasonMissing: people must learn why.
    """
    original = get_settlement(session, actor, reference)
    actor.must_act_for(original.facility_id, "settlement")
    said = reason.strip()
    if not said:
        raise ReasonMissing("reason")
    if original.reverses_id is not None:
        raise NotFound("settlement")
    mirrored = Settlement(
        reference=issue_number(session, "ST", now=now),
        supplier_id=original.supplier_id,
        facility_id=original.facility_id,
        total_fen=-original.total_fen,
        settled_at=now,
        user_id=actor.user_id,
        reason=said,
        reverses_id=original.id,
    )
    undone = SettlementReversed(reference, reference=reference)
    with refusing(session, "uq_supplier_settlement_reverses_id", undone):
        session.add(mirrored)
    lines = session.execute(
        select(SettlementLine.invoice_id, SettlementLine.amount_fen).where(
            SettlementLine.settlement_id == original.id
        )
    ).all()
    _write_lines(session, mirrored, [(line.invoice_id, -line.amount_fen) for line in lines])
    session.execute(
        update(Invoice)
        .where(Invoice.id.in_([line.invoice_id for line in lines]))
        .values(state=InvoiceState.MATCHED)
        .execution_options(synchronize_session=False)
    )
    _record(session, actor, mirrored, "reversed", now=now)
    return mirrored


def _take(
    session: Session, actor: Actor, supplier: Supplier, references: Sequence[str]
) -> list[Invoice]:
    """Mark the invoices settled, in one statement that only matched ones pass."""
    wanted = set(references)
    named = (
        Invoice.reference.in_(wanted),
        Invoice.supplier_id == supplier.id,
        Invoice.facility_id == actor.facility_id,
    )
    invoices = list(session.scalars(select(Invoice).where(*named).order_by(Invoice.id)))
    if len(invoices) < len(wanted):
        raise NotFound("invoice")
    own = [invoice.reference for invoice in invoices if invoice.entered_by == actor.user_id]
    if own:
        raise ApproverIsTheBuyer(own[0])
    taken = session.scalars(
        update(Invoice)
        .where(*named, Invoice.state == InvoiceState.MATCHED)
        .values(state=InvoiceState.SETTLED)
        .returning(Invoice.id)
        .execution_options(synchronize_session=False)
    ).all()
    if len(taken) < len(wanted):
        late = next(invoice for invoice in invoices if invoice.id not in set(taken))
        raise InvoiceStateChanged(late.reference, reference=late.reference)
    return invoices


def _write_lines(session: Session, settlement: Settlement, rows: Sequence[tuple[int, int]]) -> None:
    values = [
        {"settlement_id": settlement.id, "invoice_id": invoice, "amount_fen": amount}
        for invoice, amount in rows
    ]
    session.execute(insert(SettlementLine).values(values))


def _record(
    session: Session, actor: Actor, settlement: Settlement, action: str, *, now: datetime
) -> None:
    change = Change(
        subject=(SUBJECT, settlement.id),
        action=action,
        after={"total_fen": settlement.total_fen},
        reason=settlement.reason,
    )
    history.record(session, actor, change, now=now)
