"""Write purchase orders and carry them from draft to the supplier, by two people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import FacilityId, PurchasePlanId, SupplierId
from app.kernel.local_time import local_day
from app.kernel.numbering import issue_number
from app.purchasing.errors import ApproverIsTheBuyer, OrderStateChanged, ReceiptOpen
from app.purchasing.models import (
    OrderState,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReceiptState,
    Supplier,
)
from app.purchasing.service.opening import get_order
from app.purchasing.service.order_lines import OrderedItem, ensure_sound, write_lines
from app.traceability.errors import ReasonMissing

SUBJECT = "purchase_order"
UNSENT = (OrderState.DRAFT, OrderState.SUBMITTED, OrderState.APPROVED)
COMING = (OrderState.SENT, OrderState.PARTIALLY_RECEIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """What to order from whom, for which facility, and when it should arrive."""

    supplier_id: SupplierId
    facility_id: FacilityId
    expected_on: date
    lines: Sequence[OrderedItem] = ()
    plan_id: PurchasePlanId | None = None


def draft_order(
    session: Session, actor: Actor, request: OrderRequest, *, now: datetime
) -> PurchaseOrder:
    """Begin an order; names, packs and prices are kept as they are today.

    Raises:
        NotFound: the supplier, an item or the facility is unknown to the actor.
        PriceAboveContract: an item costs more than its contract says.
    """
    actor.must_act_for(request.facility_id, "facility")
    if session.get(Supplier, request.supplier_id) is None:
        raise NotFound("supplier")
    order = PurchaseOrder(
        reference=issue_number(session, "PO", now=now),
        supplier_id=request.supplier_id,
        facility_id=request.facility_id,
        expected_on=request.expected_on,
        plan_id=request.plan_id,
        ordered_at=now,
        user_id=actor.user_id,
    )
    session.add(order)
    session.flush()
    write_lines(session, order, request.lines, today=local_day(now))
    _record(session, actor, order, ("created", ""), now=now)
    return order


def set_lines(
    session: Session,
    actor: Actor,
    reference: str,
    lines: Sequence[OrderedItem],
    *,
    now: datetime,
) -> PurchaseOrder:
    """Write lines of a draft; none of an item takes its line away.

    Raises:
        NotFound: the order or an item is unknown, or the order is another facility's.
        OrderStateChanged: it is no draft any more.
        PriceAboveContract: an item costs more than its contract says.
    """
    order = _own_order(session, actor, reference)
    step_order(session, order, (OrderState.DRAFT,))
    gone = [line.item_id for line in lines if not line.packs]
    session.execute(
        delete(PurchaseOrderLine).where(
            PurchaseOrderLine.order_id == order.id, PurchaseOrderLine.item_id.in_(gone)
        )
    )
    kept = [line for line in lines if line.packs]
    write_lines(session, order, kept, today=local_day(now))
    return order


def submit_order(session: Session, actor: Actor, reference: str, *, now: datetime) -> PurchaseOrder:
    """Hand a draft in for approval.

    Raises:
        NotFound: the order is unknown, or not the actor's.
        OrderStateChanged: it is no draft any more.
        OrderEmpty: it has no line.
        SupplierNotQualified: a licence the supplier needs is missing or has expired.
        PriceAboveContract: a contract came into force that is cheaper.
    """
    order = _own_order(session, actor, reference)
    step_order(session, order, (OrderState.DRAFT,), OrderState.SUBMITTED, submitted_at=now)
    ensure_sound(session, order, today=local_day(now))
    _record(session, actor, order, ("submitted", ""), now=now)
    return order


def send_back_order(
    session: Session, actor: Actor, reference: str, reason: str, *, now: datetime
) -> PurchaseOrder:
    """Return a submitted order to its writer, with the reason.

    Raises:
        NotFound: the order is unknown, or not the actor's.
        OrderStateChanged: it is not waiting for approval.
        ReasonMissing: the writer must learn why.
    """
    order = _own_order(session, actor, reference)
    said = _said(reason)
    step_order(session, order, (OrderState.SUBMITTED,), OrderState.DRAFT, reason=said)
    _record(session, actor, order, ("rejected", said), now=now)
    return order


def approve_order(
    session: Session, actor: Actor, reference: str, *, now: datetime
) -> PurchaseOrder:
    """Approve a submitted order; whoever wrote it may not.

    Raises:
        NotFound: the order is unknown, or not the actor's.
        ApproverIsTheBuyer: the actor wrote it.
        OrderStateChanged: it is not waiting for approval.
        SupplierNotQualified, PriceAboveContract: what held at submission holds no longer.
    """
    order = _own_order(session, actor, reference)
    if order.user_id == actor.user_id:
        raise ApproverIsTheBuyer(reference)
    stamp = {"approved_at": now, "approved_by": actor.user_id, "reason": ""}
    step_order(session, order, (OrderState.SUBMITTED,), OrderState.APPROVED, **stamp)
    ensure_sound(session, order, today=local_day(now))
    _record(session, actor, order, ("approved", ""), now=now)
    return order


def send_order(session: Session, actor: Actor, reference: str, *, now: datetime) -> PurchaseOrder:
    """Note that the supplier got the order; from now on its goods may be received.

    Raises:
        NotFound: the order is unknown, or not the actor's.
        OrderStateChanged: it is not approved, or was sent before.
        SupplierNotQualified, PriceAboveContract: what held at approval holds no longer.
    """
    order = _own_order(session, actor, reference)
    step_order(session, order, (OrderState.APPROVED,), OrderState.SENT, sent_at=now)
    ensure_sound(session, order, today=local_day(now))
    _record(session, actor, order, ("sent", ""), now=now)
    return order


def cancel_order(
    session: Session, actor: Actor, reference: str, reason: str, *, now: datetime
) -> PurchaseOrder:
    """Give up an order of which nothing was received.

    Raises:
        NotFound: the order is unknown, or not the actor's.
        OrderStateChanged: goods of it came, or it is over.
        ReceiptOpen: somebody is counting its goods.
        ReasonMissing: people must learn why.
    """
    order = _own_order(session, actor, reference)
    said = _said(reason)
    step_order(session, order, (*UNSENT, OrderState.SENT))
    _refuse_counting(session, order)
    step_order(session, order, (order.state,), OrderState.CANCELLED, reason=said)
    _record(session, actor, order, ("cancelled", said), now=now)
    return order


def close_order(
    session: Session, actor: Actor, reference: str, reason: str, *, now: datetime
) -> PurchaseOrder:
    """End an order whose rest will not come.

    Raises:
        NotFound: the order is unknown, or not the actor's.
        OrderStateChanged: nothing of it was sent, or it is over.
        ReceiptOpen: somebody is counting its goods.
        ReasonMissing: people must learn why.
    """
    order = _own_order(session, actor, reference)
    said = _said(reason)
    step_order(session, order, COMING)
    _refuse_counting(session, order)
    step_order(session, order, COMING, OrderState.CLOSED, reason=said)
    _record(session, actor, order, ("closed", said), now=now)
    return order


def step_order(
    session: Session,
    order: PurchaseOrder,
    expected: Iterable[OrderState],
    state: OrderState | None = None,
    **values: object,
) -> None:
    """Lock an order that must be in one of ``expected``, and move it on if ``state`` is given.

    It is the first write of every step, so two people at one order take turns.

    Raises:
        OrderStateChanged: somebody moved it on first.
    """
    moved = session.scalars(
        update(PurchaseOrder)
        .where(PurchaseOrder.id == order.id, PurchaseOrder.state.in_(tuple(expected)))
        .values(state=state or PurchaseOrder.state, **values)
        .returning(PurchaseOrder.id)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        raise OrderStateChanged(order.reference, reference=order.reference)
    session.refresh(order)


def _own_order(session: Session, actor: Actor, reference: str) -> PurchaseOrder:
    order = get_order(session, actor, reference)
    actor.must_act_for(order.facility_id, "order")
    return order


def _said(reason: str) -> str:
    said = reason.strip()
    if not said:
        raise ReasonMissing("reason")
    return said


def _refuse_counting(session: Session, order: PurchaseOrder) -> None:
    """Refuse while a receipt is open; the order is locked, so none can be opened meanwhile."""
    counting = exists().where(
        Receipt.order_id == order.id,
        Receipt.state.in_((ReceiptState.DRAFT, ReceiptState.COUNTED)),
    )
    if session.scalar(select(counting)):
        raise ReceiptOpen(order.reference, order=order.reference)


def _record(
    session: Session,
    actor: Actor,
    order: PurchaseOrder,
    told: tuple[str, str],
    *,
    now: datetime,
) -> None:
    action, reason = told
    change = Change(
        subject=(SUBJECT, order.id),
        action=action,
        after={"state": order.state.value},
        reason=reason,
    )
    history.record(session, actor, change, now=now)
