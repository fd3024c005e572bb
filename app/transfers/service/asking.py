"""Ask for goods of another facility, lend them, or send them back; and take it back again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue import service as catalogue
from app.inventory import service as inventory
from app.inventory.models import Condition
from app.kernel.actor import Actor, Permission
from app.kernel.errors import Forbidden, NotFound
from app.kernel.ids import FacilityId, ItemId, LotId, TransferLineId
from app.kernel.local_time import local_day
from app.kernel.numbering import issue_number
from app.network import service as network
from app.traceability import service as traceability
from app.transfers.errors import (
    DueDateMissing,
    LoanSettled,
    SameFacility,
    TransferEmpty,
)
from app.transfers.models import Transfer, TransferLine
from app.transfers.rules import BY_HOLDER, PREFIXES, ReturnReason, TransferKind, TransferState
from app.transfers.service.finding import get_transfer, record, step

LINE_KIND = "transfer_line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """So many base units of an item; returns name the lot and its condition."""

    item_id: ItemId
    quantity: int
    lot_id: LotId | None = None
    condition: Condition = Condition.USABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Who asks for what, from whom to whom; a loan has a due date, a return a reason."""

    kind: TransferKind
    sender_id: FacilityId
    receiver_id: FacilityId
    asked_by_id: FacilityId
    wishes: Sequence[Wish]
    notes: str = ""
    due_on: date | None = None
    return_reason: ReturnReason | None = None


def ask(session: Session, actor: Actor, request: Ask, *, now: datetime) -> Transfer:
    """Write down what one facility asks of another; nothing is promised yet.

    Raises:
        NotFound: the asking facility is not one the actor may act for, or one of the others,
            an item or a lot does not exist.
        Forbidden: somebody who is neither holder nor receiver asks without the county's view.
        SameFacility, TransferEmpty, DueDateMissing: the request contradicts itself.
    """
    _refuse_nonsense(session, actor, request, now=now)
    transfer = Transfer(
        reference=issue_number(session, PREFIXES[request.kind], now=now),
        kind=request.kind,
        sender_id=request.sender_id,
        receiver_id=request.receiver_id,
        asked_by_id=request.asked_by_id,
        return_reason=request.return_reason,
        due_on=request.due_on,
        notes=request.notes,
        created_by_id=actor.user_id,
        created_at=now,
    )
    session.add(transfer)
    session.flush()
    _add_lines(session, transfer, request.wishes)
    record(session, actor, transfer, ("transfer-asked", request.notes), now=now)
    return transfer


def give_back(
    session: Session,
    actor: Actor,
    told: tuple[str, Sequence[tuple[TransferLineId, int]]],
    *,
    now: datetime,
) -> Transfer:
    """Start giving a loan back: the same items, any lot; ``told`` is the loan and its lines.

    Raises:
        NotFound: the loan is not the actor's to give back.
        LoanSettled: more than is owed.
        TransferEmpty: nothing is named.
    """
    reference, parts = told
    loan = get_transfer(session, actor, reference)
    if loan.kind is not TransferKind.LOAN:
        raise NotFound("loan")
    actor.must_act_for(loan.receiver_id, "loan")
    owed = {
        line.id: line
        for line in session.scalars(select(TransferLine).where(TransferLine.transfer_id == loan.id))
    }
    wishes = []
    for line_id, quantity in parts:
        line = owed.get(line_id)
        if line is None:
            raise NotFound("loan line")
        if quantity > line.owed - line.settled:
            raise LoanSettled(line.item_name, item=line.item_name, open=line.owed - line.settled)
        wishes.append(Wish(item_id=line.item_id, quantity=quantity))
    if not wishes:
        raise TransferEmpty(reference)
    transfer = Transfer(
        reference=issue_number(session, PREFIXES[TransferKind.LOAN_RETURN], now=now),
        kind=TransferKind.LOAN_RETURN,
        sender_id=loan.receiver_id,
        receiver_id=loan.sender_id,
        asked_by_id=loan.receiver_id,
        loan_id=loan.id,
        created_by_id=actor.user_id,
        created_at=now,
    )
    session.add(transfer)
    session.flush()
    _add_lines(session, transfer, wishes)
    record(session, actor, transfer, ("transfer-asked", loan.reference), now=now)
    return transfer


def cancel(
    session: Session, actor: Actor, reference: str, reason: str, *, now: datetime
) -> Transfer:
    """Withdraw a request before the goods are handed over; what was promised is free again.

    Raises:
        NotFound: the transfer is not one of the actor's facilities asked for.
        TransferStateChanged: the goods are on their way, or it is over.
    """
    transfer = get_transfer(session, actor, reference)
    actor.must_act_for(transfer.asked_by_id, "transfer")
    before = (TransferState.REQUESTED, TransferState.APPROVED)
    step(session, transfer, before, TransferState.CANCELLED, answer=reason)
    line_ids = session.scalars(
        select(TransferLine.id).where(TransferLine.transfer_id == transfer.id)
    ).all()
    inventory.release(session, LINE_KIND, line_ids)
    record(session, actor, transfer, ("cancelled", reason), now=now)
    return transfer


def _refuse_nonsense(session: Session, actor: Actor, request: Ask, *, now: datetime) -> None:
    actor.must_act_for(request.asked_by_id, "facility")
    sides = (request.sender_id, request.receiver_id)
    for facility_id in sides:
        network.get_facility(session, facility_id)
    if request.sender_id == request.receiver_id:
        raise SameFacility(str(request.sender_id))
    own = request.sender_id if request.kind in BY_HOLDER else request.receiver_id
    if request.asked_by_id != own and not actor.may(Permission.COUNTY_READ):
        raise Forbidden("transfer")
    items = [(wish.item_id, wish.lot_id) for wish in request.wishes]
    if not items or len(set(items)) < len(items) or min(w.quantity for w in request.wishes) < 1:
        raise TransferEmpty("transfer")
    is_loan = request.kind is TransferKind.LOAN
    if is_loan != (request.due_on is not None) or (
        request.due_on is not None and request.due_on < local_day(now)
    ):
        raise DueDateMissing("loan")


def _add_lines(session: Session, transfer: Transfer, wishes: Sequence[Wish]) -> None:
    for position, wish in enumerate(wishes, 1):
        item = catalogue.get_item(session, wish.item_id)
        if wish.lot_id is not None:
            lot = traceability.get_lot(session, wish.lot_id)
            if lot.item_id != item.id:
                raise NotFound("lot")
        line = TransferLine(
            transfer_id=transfer.id,
            position=position,
            item_id=item.id,
            lot_id=wish.lot_id,
            condition=wish.condition,
            item_code=item.code,
            item_name=item.name,
            strength=item.strength,
            base_unit=item.base_unit,
            pack_unit=item.pack_unit,
            units_per_pack=item.units_per_pack,
            price_fen=item.price_fen,
            is_coded=item.is_coded,
            asked=wish.quantity,
        )
        session.add(line)
    session.flush()
