"""Ask to send goods back to their supplier; a second person approves or refuses (退货申请)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.numbering import issue_number
from app.purchasing import queries
from app.purchasing.errors import (
    ApproverIsTheBuyer,
    OneSupplier,
    ReturnEmpty,
    ReturnExceedsReceipt,
    ReturnStateChanged,
)
from app.purchasing.models import SupplierReturn, SupplierReturnLine
from app.purchasing.queries import ReturnableRow
from app.purchasing.rules import OPEN_RETURNS, SupplierReturnReason, SupplierReturnState
from app.traceability.errors import ReasonMissing

PREFIX = "TH"
SUBJECT = "supplier_return"
Goods = tuple[int, int]
"""A line of a receipt, and the balance where what is left of it lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRequest:
    """What shall go back and why: base units by receipt line and balance."""

    reason: SupplierReturnReason
    quantities: Mapping[Goods, int]
    note: str = ""
    origin: str = ""


def request_return(
    session: Session, actor: Actor, request: ReturnRequest, *, now: datetime
) -> SupplierReturn:
    """Write down what shall go back to one supplier; nothing moves before it is sent.

    Raises:
        ReturnEmpty: nothing is named, or nothing of it.
        NotFound: some goods did not come to the actor's facilities, or are not there.
        OneSupplier: the goods came from several suppliers, or to several facilities.
        ReturnExceedsReceipt: more than came and has not gone back, or than is there.
    """
    quantities = request.quantities
    if not quantities or min(quantities.values()) < 1:
        raise ReturnEmpty("return")
    goods = queries.returnable_of(session, actor, list(quantities))
    if len(goods) < len(quantities):
        raise NotFound("receipt line")
    if len({(one.supplier_id, one.facility_id) for one in goods}) > 1:
        raise OneSupplier("return")
    for one in goods:
        if quantities[one.line_id, one.balance_id] > one.most:
            raise exceeds(one.item_name, one.most)
    wanted = SupplierReturn(
        reference=issue_number(session, PREFIX, now=now),
        facility_id=goods[0].facility_id,
        supplier_id=goods[0].supplier_id,
        reason=request.reason,
        note=request.note,
        origin=request.origin,
        created_by=actor.user_id,
        created_at=now,
    )
    session.add(wanted)
    session.flush()
    session.add_all(_line(wanted, one, quantities[one.line_id, one.balance_id]) for one in goods)
    session.flush()
    record(session, actor, wanted, ("created", request.note), now=now)
    return wanted


def approve_return(
    session: Session, actor: Actor, reference: str, answer: str, *, now: datetime
) -> SupplierReturn:
    """Let the goods go back; not by whoever asked.

    Raises:
        NotFound: the return is unknown, or not the actor's.
        ApproverIsTheBuyer: the actor asked for it.
        ReturnStateChanged: it was decided or withdrawn before.
    """
    found = _to_decide(session, actor, reference)
    stamp = {"decided_by": actor.user_id, "decided_at": now, "answer": answer}
    step(session, found, (SupplierReturnState.REQUESTED,), SupplierReturnState.APPROVED, **stamp)
    record(session, actor, found, ("approved", answer), now=now)
    return found


def refuse_return(
    session: Session, actor: Actor, reference: str, reason: str, *, now: datetime
) -> SupplierReturn:
    """Keep the goods, and say why.

    Raises:
        NotFound: the return is unknown, or not the actor's.
        ApproverIsTheBuyer: the actor asked for it; they withdraw it instead.
        ReasonMissing: people must learn why.
        ReturnStateChanged: it was decided or withdrawn before.
    """
    found = _to_decide(session, actor, reference)
    if not reason.strip():
        raise ReasonMissing(reference)
    stamp = {"decided_by": actor.user_id, "decided_at": now, "answer": reason.strip()}
    step(session, found, (SupplierReturnState.REQUESTED,), SupplierReturnState.REFUSED, **stamp)
    record(session, actor, found, ("return-refused", reason), now=now)
    return found


def withdraw_return(
    session: Session, actor: Actor, reference: str, reason: str, *, now: datetime
) -> SupplierReturn:
    """Give a return up before the goods are sent.

    Raises:
        NotFound: the return is unknown, or not the actor's.
        ReturnStateChanged: the goods are gone, or it is over.
    """
    found = own_return(session, actor, reference)
    step(session, found, OPEN_RETURNS, SupplierReturnState.WITHDRAWN)
    record(session, actor, found, ("return-withdrawn", reason), now=now)
    return found


def own_return(session: Session, actor: Actor, reference: str) -> SupplierReturn:
    """Return a return to a supplier that the actor may work on.

    Raises:
        NotFound: there is none, or it is another facility's.
    """
    found = session.scalars(
        select(SupplierReturn).where(SupplierReturn.reference == reference)
    ).first()
    if found is None:
        raise NotFound("supplier return")
    actor.must_act_for(found.facility_id, "supplier return")
    return found


def step(
    session: Session,
    found: SupplierReturn,
    expected: Sequence[SupplierReturnState],
    state: SupplierReturnState,
    **values: object,
) -> None:
    """Move a return on; the first write of every step, so rivals take turns.

    Raises:
        ReturnStateChanged: somebody moved it on first.
    """
    moved = session.scalars(
        update(SupplierReturn)
        .where(SupplierReturn.id == found.id, SupplierReturn.state.in_(expected))
        .values(state=state, **values)
        .returning(SupplierReturn.id)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        raise ReturnStateChanged(found.reference, reference=found.reference)
    session.refresh(found)


def exceeds(item: str, most: int) -> ReturnExceedsReceipt:
    """Return the refusal that says how much may go back."""
    return ReturnExceedsReceipt(item, item=item, most=most)


def record(
    session: Session, actor: Actor, found: SupplierReturn, told: tuple[str, str], *, now: datetime
) -> None:
    """Write one line of the change log: the action and its reason."""
    action, reason = told
    change = Change(subject=(SUBJECT, found.id), action=action, reason=reason)
    history.record(session, actor, change, now=now)


def _to_decide(session: Session, actor: Actor, reference: str) -> SupplierReturn:
    found = own_return(session, actor, reference)
    if found.created_by == actor.user_id:
        raise ApproverIsTheBuyer(reference)
    return found


def _line(wanted: SupplierReturn, one: ReturnableRow, quantity: int) -> SupplierReturnLine:
    return SupplierReturnLine(
        return_id=wanted.id,
        receipt_line_id=one.line_id,
        place_id=one.place_id,
        item_id=one.item_id,
        lot_id=one.lot_id,
        condition=one.condition,
        item_code=one.item_code,
        item_name=one.item_name,
        strength=one.strength,
        base_unit=one.base_unit,
        units_per_pack=one.units_per_pack,
        price_fen=one.price_fen,
        is_coded=one.is_coded,
        is_controlled=one.is_controlled,
        quantity=quantity,
    )
