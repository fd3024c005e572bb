"""Receive and inspect what a transfer brought; what is missing stays open until settled."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.inventory import service as inventory
from app.inventory.models import Condition, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.db import refusing
from app.kernel.ids import ItemId, PlaceId, TransferContentId, TransferLineId, UnitId, UserId
from app.traceability import service as traceability
from app.traceability.models import BizStep, Disposition, Unit
from app.traceability.service import Happening
from app.transfers import queries
from app.transfers.errors import InspectionContradicts, LoanSettled
from app.transfers.models import Transfer, TransferContent, TransferLine
from app.transfers.rules import Inspected, TransferKind, TransferState
from app.transfers.service.finding import get_transfer, lines_of, record, step
from app.transfers.service.handing import transit_place


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """How contents arrived; a content that is not named arrived whole and usable."""

    reference: str
    inspected: Mapping[TransferContentId, Inspected] = field(default_factory=dict)
    note: str = ""


def receive(
    session: Session, actor: Actor, receipt: Receipt, second: UserId | None, *, now: datetime
) -> Transfer:
    """Lay what arrived on the receiver's shelves, in the condition found, in one posting.

    What is missing stays in transit, in the holder's name, until somebody says what became
    of it. Goods given back settle the loan in the same transaction.

    Raises:
        NotFound: the transfer is not the actor's facility's to receive.
        TransferStateChanged: it is not on its way, or was received before.
        InspectionContradicts: more arrived than was handed over.
        LoanSettled: the loan was given back by another transfer meanwhile.
        SecondPersonNeeded: controlled medicines go under lock with two people.
    """
    transfer = get_transfer(session, actor, receipt.reference)
    actor.must_act_for(transfer.receiver_id, "transfer")
    stamp = {
        "received_by_id": actor.user_id,
        "received_second_id": second,
        "received_at": now,
    }
    step(session, transfer, (TransferState.HANDED_OVER,), TransferState.RECEIVED, **stamp)
    contents = contents_of(session, transfer)
    _inspect(contents, receipt)
    session.flush()
    lines = {line.id: line for line in lines_of(session, transfer)}
    shelves = shelves_of(session, transfer, {line.item_id for line in lines.values()})
    _post(session, actor, transfer, (contents, lines, shelves), now=now)
    _lay_down(session, actor, transfer, (contents, lines, shelves), now=now)
    settle_loans(session, transfer, list(lines.values()), _arrived(contents))
    record(session, actor, transfer, ("transfer-received", receipt.note), now=now)
    if not any(one.missing for one in contents):
        step(session, transfer, (TransferState.RECEIVED,), TransferState.CLOSED)
    return transfer


def contents_of(session: Session, transfer: Transfer) -> list[TransferContent]:
    """Return what was handed over, as it now is."""
    return list(
        session.scalars(
            select(TransferContent)
            .where(TransferContent.transfer_id == transfer.id)
            .order_by(TransferContent.id)
            .execution_options(populate_existing=True)
        )
    )


def shelves_of(
    session: Session, transfer: Transfer, item_ids: set[ItemId]
) -> dict[ItemId, PlaceId]:
    """Return the receiver's bin for each item: where most of it lies, or its usual shelf."""
    usual = inventory.shelves_for(session, transfer.receiver_id, item_ids)
    fullest = queries.fullest_bins(session, transfer.receiver_id, item_ids)
    return {item_id: fullest.get(item_id, usual[item_id].id) for item_id in item_ids}


def _inspect(contents: Sequence[TransferContent], receipt: Receipt) -> None:
    known = {one.id for one in contents}
    if set(receipt.inspected) - known:
        raise InspectionContradicts(receipt.reference)
    for one in contents:
        as_sent = {one.condition.value: one.quantity}
        found = receipt.inspected.get(one.id, Inspected(**as_sent))
        if not found.fits(one.quantity, is_unit=one.unit_id is not None):
            raise InspectionContradicts(receipt.reference)
        one.usable, one.quarantine, one.damaged = found.usable, found.quarantine, found.damaged


Goods = tuple[
    Sequence[TransferContent], Mapping[TransferLineId, TransferLine], Mapping[ItemId, PlaceId]
]


def _post(
    session: Session, actor: Actor, transfer: Transfer, goods: Goods, *, now: datetime
) -> None:
    contents, lines, shelves = goods
    transit = transit_place(session, transfer)
    movements = [
        Movement(
            lot_id=one.lot_id,
            quantity=quantity,
            source=Spot(transit, transfer.sender_id, one.condition),
            target=Spot(shelves[lines[one.line_id].item_id], transfer.receiver_id, condition),
            line=(f"transfer_{condition.value}", one.id),
        )
        for one in contents
        for condition, quantity in _parts(one)
    ]
    if not movements:
        return
    request = PostingRequest(
        kind=PostingKind.ACCEPT,
        key=f"transfer/{transfer.reference}/receive",
        facility_id=transfer.receiver_id,
        document=transfer.reference,
        occurred_at=now,
        movements=movements,
        second_user_id=transfer.received_second_id,
    )
    inventory.post(session, actor, request, now=now)


def _parts(one: TransferContent) -> list[tuple[Condition, int]]:
    parts = [
        (Condition.USABLE, one.usable),
        (Condition.QUARANTINE, one.quarantine),
        (Condition.DAMAGED, one.damaged),
    ]
    return [(condition, quantity) for condition, quantity in parts if quantity]


def _lay_down(
    session: Session, actor: Actor, transfer: Transfer, goods: Goods, *, now: datetime
) -> None:
    """Move the coded packs that arrived; a carton all of whose packs arrived stays closed."""
    contents, lines, shelves = goods
    arrived: defaultdict[PlaceId, set[UnitId]] = defaultdict(set)
    for one in contents:
        if one.unit_id is not None and not one.missing:
            arrived[shelves[lines[one.line_id].item_id]].add(one.unit_id)
    transit = transit_place(session, transfer)
    for place_id, unit_ids in sorted(arrived.items()):
        happening = Happening(
            step=BizStep.ACCEPTING,
            disposition=Disposition.IN_STOCK,
            facility_id=transfer.receiver_id,
            document=transfer.reference,
            event_time=now,
            recorded_at=now,
            place_id=place_id,
        )
        units = whole_units(session, unit_ids)
        traceability.move(session, actor, units, (transit, place_id), happening)
        inventory.follow_quarantine(session, actor, [unit.id for unit in units], now=now)


def whole_units(session: Session, unit_ids: set[UnitId]) -> list[Unit]:
    """Return these packs, or their carton where all its packs are among them."""
    packs = list(traceability.lock_units(session, unit_ids).values())
    cartons = {UnitId(pack.parent_id) for pack in packs if pack.parent_id is not None}
    whole = {
        carton: {UnitId(pack.id) for pack in traceability.packs_in(session, [carton])}
        for carton in sorted(cartons)
    }
    closed = {carton for carton, inside in whole.items() if inside <= unit_ids}
    loose = [pack for pack in packs if pack.parent_id not in closed]
    return loose + list(traceability.lock_units(session, closed).values())


def _arrived(contents: Sequence[TransferContent]) -> Mapping[TransferLineId, int]:
    arrived: defaultdict[TransferLineId, int] = defaultdict(int)
    for one in contents:
        arrived[one.line_id] += one.quantity - one.missing
    return arrived


def settle_loans(
    session: Session,
    transfer: Transfer,
    lines: Sequence[TransferLine],
    arrived: Mapping[TransferLineId, int],
) -> None:
    """Owe what arrived of a loan; take what arrived of its return off what is owed.

    Raises:
        LoanSettled: the loan was given back by another transfer meanwhile.
    """
    for line in lines:
        quantity = arrived.get(line.id, 0)
        if transfer.kind is TransferKind.LOAN:
            line.owed += quantity
        elif transfer.kind is TransferKind.LOAN_RETURN and quantity:
            refusal = LoanSettled(line.item_name, item=line.item_name)
            with refusing(session, "ck_transfer_line_settled_within_owed", refusal):
                session.execute(
                    update(TransferLine)
                    .where(
                        TransferLine.transfer_id == transfer.loan_id,
                        TransferLine.item_id == line.item_id,
                    )
                    .values(settled=TransferLine.settled + quantity)
                    .execution_options(synchronize_session=False)
                )
    session.flush()
