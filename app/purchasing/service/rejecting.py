"""Refuse goods at the door: a claim keeps them until the supplier makes them good (拒收)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.errors import NotFound, RuleBroken
from app.kernel.history import Change
from app.kernel.numbering import issue_number
from app.purchasing.errors import ClaimClosed, ScanTheCode
from app.purchasing.models import (
    ClaimOutcome,
    PurchaseOrder,
    ReceiptLine,
    ReceiptState,
    RefusalReason,
    SupplierClaim,
)
from app.purchasing.service.opening import get_line, own_receipt, step

SUBJECT = "supplier_claim"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Goods of a receipt's line not taken in; without a quantity the whole line."""

    line_id: int
    reason: RefusalReason
    note: str = ""
    quantity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How the supplier made refused goods good."""

    outcome: ClaimOutcome
    note: str = ""


def refuse_goods(
    session: Session, actor: Actor, reference: str, refusal: Refusal, *, now: datetime
) -> SupplierClaim:
    """Take goods out of the count and into a claim; the order still waits for them.

    Raises:
        NotFound: the receipt or the line is unknown, or not the actor's to work on.
        ReceiptStateChanged: the count was finished.
        RuleBroken: more would be refused than came.
        ScanTheCode: coded goods are refused as a whole line, before any of it is scanned.
    """
    receipt = own_receipt(session, actor, reference)
    step(session, receipt, ReceiptState.DRAFT)
    line = get_line(session, receipt.id, refusal.line_id)
    there = line.expected if line.first_count is None else line.first_count
    quantity = there if refusal.quantity is None else refusal.quantity
    _refuse_part_of_coded(session, line, quantity)
    if not 0 < quantity <= there:
        raise RuleBroken("quantity")
    line.expected = max(0, line.expected - quantity)
    line.first_count, line.first_by = there - quantity, actor.user_id
    order = session.get_one(PurchaseOrder, receipt.order_id)
    claim = SupplierClaim(
        reference=issue_number(session, "SC", now=now),
        receipt_id=receipt.id,
        line_id=line.id,
        supplier_id=order.supplier_id,
        facility_id=receipt.facility_id,
        item_id=line.item_id,
        lot_id=line.lot_id,
        quantity=quantity,
        reason=refusal.reason,
        note=refusal.note,
        opened_at=now,
        opened_by=actor.user_id,
    )
    session.add(claim)
    session.flush()
    _record(session, actor, claim, "refused", now=now)
    return claim


def close_claim(
    session: Session, actor: Actor, reference: str, making: Making, *, now: datetime
) -> SupplierClaim:
    """Say how the supplier made refused goods good.

    Raises:
        NotFound: the claim is unknown, or not the actor's.
        ClaimClosed: somebody closed it before.
    """
    claim = session.scalars(
        select(SupplierClaim).where(SupplierClaim.reference == reference)
    ).first()
    if claim is None:
        raise NotFound("claim")
    actor.must_act_for(claim.facility_id, "claim")
    closed = session.scalars(
        update(SupplierClaim)
        .where(SupplierClaim.id == claim.id, SupplierClaim.outcome.is_(None))
        .values(
            outcome=making.outcome,
            closing_note=making.note,
            closed_at=now,
            closed_by=actor.user_id,
        )
        .returning(SupplierClaim.id)
        .execution_options(synchronize_session=False)
    ).first()
    if closed is None:
        raise ClaimClosed(reference, reference=reference)
    session.refresh(claim)
    _record(session, actor, claim, "closed", now=now)
    return claim


def _refuse_part_of_coded(session: Session, line: ReceiptLine, quantity: int) -> None:
    item = session.get_one(Item, line.item_id)
    if item.is_coded and (line.first_count or quantity != line.expected):
        raise ScanTheCode(item.name, item=item.name)


def _record(
    session: Session, actor: Actor, claim: SupplierClaim, action: str, *, now: datetime
) -> None:
    change = Change(
        subject=(SUBJECT, claim.id),
        action=action,
        after={"quantity": claim.quantity, "reason": claim.reason.value},
        reason=claim.note,
    )
    history.record(session, actor, change, now=now)
