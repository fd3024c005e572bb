"""Settle matched invoices with a supplier; money is never edited, only reversed (结算)."""

from collections.abc import Sequence
from dataclasses import dataclass
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
    CreditSettled,
    CreditsExceedInvoices,
    InvoiceStateChanged,
    OrderEmpty,
    SettlementReversed,
)
from app.purchasing.models import (
    Invoice,
    InvoiceState,
    Settlement,
    SettlementCredit,
    SettlementLine,
    Supplier,
    SupplierReturn,
)
from app.purchasing.rules import SupplierReturnState, settled_total
from app.traceability.errors import ReasonMissing

SUBJECT = "supplier_settlement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """Which matched invoices of a supplier to settle, less which credits for returned goods."""

    supplier_code: str
    invoices: Sequence[str]
    credits: Sequence[str] = ()


def settle_invoices(
    session: Session, actor: Actor, wanted: Settling, *, now: datetime
) -> Settlement:
    """Settle matched invoices of one supplier in one document; all of them or none.

    Credits for goods that went back are deducted, each once.

    Raises:
        NotFound: the supplier, an invoice or a credit is unknown, or not the actor's.
        OrderEmpty: no invoice is named.
        ApproverIsTheBuyer: the actor entered one of them.
        InvoiceStateChanged: one is not matched, or was settled meanwhile.
        CreditSettled: a credit was deducted, or its return taken back, meanwhile.
        CreditsExceedInvoices: nothing would be left to pay.
    """
    named = select(Supplier).where(Supplier.code == wanted.supplier_code)
    supplier = session.scalars(named).first()
    if supplier is None:
        raise NotFound("supplier")
    if not wanted.invoices:
        raise OrderEmpty(supplier.name)
    invoices = _take(session, actor, supplier, wanted.invoices)
    returned = _credits(session, actor, supplier, wanted.credits)
    total = settled_total(
        (invoice.total_fen for invoice in invoices), (one.credit_fen for one in returned)
    )
    if total is None:
        raise CreditsExceedInvoices(supplier.name)
    settlement = Settlement(
        reference=issue_number(session, "ST", now=now),
        supplier_id=supplier.id,
        facility_id=actor.facility_id,
        total_fen=total,
        settled_at=now,
        user_id=actor.user_id,
    )
    session.add(settlement)
    session.flush()
    rows = [(invoice.id, invoice.total_fen) for invoice in invoices]
    _write_lines(session, settlement, rows)
    _deduct(session, settlement, returned)
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
    _free_credits(session, original, mirrored)
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


def _credits(
    session: Session, actor: Actor, supplier: Supplier, references: Sequence[str]
) -> list[SupplierReturn]:
    wanted = set(references)
    found = list(
        session.scalars(
            select(SupplierReturn)
            .where(
                SupplierReturn.reference.in_(wanted),
                SupplierReturn.supplier_id == supplier.id,
                SupplierReturn.facility_id == actor.facility_id,
            )
            .order_by(SupplierReturn.id)
        )
    )
    if len(found) < len(wanted):
        raise NotFound("supplier return")
    return found


def _deduct(session: Session, settlement: Settlement, returned: Sequence[SupplierReturn]) -> None:
    """Mark the credits deducted, in one statement that only open ones pass."""
    if not returned:
        return
    taken = session.scalars(
        update(SupplierReturn)
        .where(
            SupplierReturn.id.in_([one.id for one in returned]),
            SupplierReturn.state == SupplierReturnState.SENT,
            SupplierReturn.settlement_id.is_(None),
        )
        .values(settlement_id=settlement.id)
        .returning(SupplierReturn.id)
        .execution_options(synchronize_session=False)
    ).all()
    for one in returned:
        if one.id not in taken:
            raise CreditSettled(one.reference, reference=one.reference)
    _write_credits(session, settlement, [(one.id, one.credit_fen) for one in returned])


def _free_credits(session: Session, original: Settlement, mirrored: Settlement) -> None:
    """Mirror the credits a settlement deducted; the next one may deduct them again."""
    rows = session.execute(
        select(SettlementCredit.return_id, SettlementCredit.amount_fen).where(
            SettlementCredit.settlement_id == original.id
        )
    ).all()
    if not rows:
        return
    _write_credits(session, mirrored, [(row.return_id, -row.amount_fen) for row in rows])
    session.execute(
        update(SupplierReturn)
        .where(SupplierReturn.settlement_id == original.id)
        .values(settlement_id=None)
        .execution_options(synchronize_session=False)
    )


def _write_credits(
    session: Session, settlement: Settlement, rows: Sequence[tuple[int, int]]
) -> None:
    values = [
        {"settlement_id": settlement.id, "return_id": return_id, "amount_fen": amount}
        for return_id, amount in rows
    ]
    session.execute(insert(SettlementCredit).values(values))


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
