"""Accept what was counted: the goods enter the book in the receiving area."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.inventory import service as inventory
from app.inventory.models import Condition, PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.db import refusing
from app.kernel.history import Change
from app.kernel.ids import ItemId, UserId
from app.kernel.incidents import Incident
from app.kernel.local_time import local_day
from app.purchasing import queries
from app.purchasing.errors import ColdChainBroken, OverReceipt, SamePerson
from app.purchasing.models import (
    AnnouncedLot,
    OrderState,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
    ReceiptScan,
    ReceiptState,
)
from app.purchasing.rules import settle
from app.purchasing.service.opening import own_receipt, step
from app.purchasing.service.transporting import refuse_spoilt
from app.traceability import service as traceability
from app.traceability.errors import LotExpired
from app.traceability.models import BizStep, Disposition, Unit
from app.traceability.rules import Unusable, why_unusable
from app.traceability.service import Happening


def accept(
    session: Session, actor: Actor, reference: str, second: Actor | None, *, now: datetime
) -> Receipt:
    """Take the counted goods into the book, in one posting; ``second`` signs beside the actor.

    Raises:
        NotFound: the receipt is unknown, or not the actor's to work on.
        ReceiptStateChanged: it is not counted, or was accepted before.
        SecondCountMissing, CountsDiffer: a difference is not settled.
        SamePerson: controlled medicines need a second signature.
        LotExpired: goods past their last day may only be taken in as damaged or quarantined.
        OverReceipt: more came than was ordered.
        TransportRecordMissing, ColdChainBroken: cold goods may only be refused.
    """
    receipt = own_receipt(session, actor, reference)
    stamp = {
        "accepted_at": now,
        "accepted_by": actor.user_id,
        "second_user_id": second.user_id if second else None,
    }
    step(session, receipt, ReceiptState.COUNTED, ReceiptState.ACCEPTED, **stamp)
    lines = _settled(session, receipt)
    taken = [line for line in lines if line.accepted]
    sign_for_controlled(session, {line.item_id for line in taken}, second)
    _refuse_spoilt(session, receipt, taken)
    _refuse_expired(session, taken, now=now)
    _count_on_order(session, taken)
    _announce_missing(session, lines)
    if taken:
        _post(session, actor, receipt, taken, now=now)
        _move_units(session, actor, receipt, now=now)
    else:
        step(session, receipt, ReceiptState.ACCEPTED, ReceiptState.PUT_AWAY)
    _close_order(session, receipt)
    _record(session, actor, receipt, lines, now=now)
    return receipt


def _refuse_spoilt(session: Session, receipt: Receipt, taken: list[ReceiptLine]) -> None:
    """Refuse goods that were not kept cool; their packs are set apart until quality decides."""
    try:
        refuse_spoilt(session, receipt.id, {line.item_id for line in taken})
    except ColdChainBroken as refusal:
        units = _counted_units(session, [line.id for line in taken])
        told = refusal.data
        spoilt = Incident(
            kind=refusal.code,
            key=f"cold:{receipt.id}",
            level=3,
            what=refusal.subject,
            document=receipt.reference,
            facility_id=receipt.facility_id,
            details={"extreme": f"{told['lowest']} – {told['highest']} °C", "gap": told["gap"]},
            quarantine=tuple(unit.id for found in units.values() for unit in found),
        )
        raise refusal.leaving(spoilt) from refusal


def sign_for_controlled(
    session: Session, item_ids: set[ItemId], second: Actor | None
) -> UserId | None:
    """Return who signs second; controlled medicines (麻精毒) may not do without.

    Raises:
        SamePerson: one of the items is controlled and nobody signed beside the actor.
    """
    controlled = queries.controlled_names(session, item_ids)
    if controlled and second is None:
        raise SamePerson(controlled[0], name=controlled[0])
    return second.user_id if second else None


def _counted_units(session: Session, line_ids: Sequence[int]) -> dict[int, list[Unit]]:
    """Return the cartons and packs that count for these lines."""
    rows = session.execute(
        select(ReceiptScan.line_id, Unit)
        .join(Unit, Unit.id == ReceiptScan.unit_id)
        .where(ReceiptScan.line_id.in_(line_ids), ReceiptScan.counted)
        .order_by(Unit.id)
    )
    found: dict[int, list[Unit]] = {}
    for line_id, unit in rows:
        found.setdefault(line_id, []).append(unit)
    return found


def _settled(session: Session, receipt: Receipt) -> list[ReceiptLine]:
    lines = list(
        session.scalars(
            select(ReceiptLine)
            .where(ReceiptLine.receipt_id == receipt.id)
            .order_by(ReceiptLine.id)
            .execution_options(populate_existing=True)
        )
    )
    for line in lines:
        line.accepted = settle(line.expected, line.first_count, line.second_count)
    session.flush()
    return lines


def _refuse_expired(session: Session, lines: list[ReceiptLine], *, now: datetime) -> None:
    usable = {line.lot_id for line in lines if line.condition is Condition.USABLE}
    for lot in traceability.lock_lots(session, usable).values():
        state = traceability.state_of(lot)
        if why_unusable(state, on=local_day(now)) is Unusable.EXPIRED:
            raise LotExpired(
                lot.lot_number, lot=lot.lot_number, expires_on=lot.expires_on.isoformat()
            )


def _count_on_order(session: Session, lines: list[ReceiptLine]) -> None:
    received: dict[int, int] = {}
    for line in lines:
        received[line.order_line_id] = received.get(line.order_line_id, 0) + (line.accepted or 0)
    for line_id, quantity in sorted(received.items()):
        ordered = session.get_one(PurchaseOrderLine, line_id)
        refusal = OverReceipt(ordered.item_name, item=ordered.item_name, ordered=ordered.quantity)
        with refusing(session, "ck_purchase_order_line_not_over_received", refusal):
            session.execute(
                update(PurchaseOrderLine)
                .where(PurchaseOrderLine.id == line_id)
                .values(received=PurchaseOrderLine.received + quantity)
            )


def _announce_missing(session: Session, lines: list[ReceiptLine]) -> None:
    """Keep what the notice named and nobody found on the list of what is still to come."""
    rows = [
        {
            "order_line_id": line.order_line_id,
            "lot_id": line.lot_id,
            "quantity": line.expected - (line.accepted or 0),
        }
        for line in lines
        if (line.accepted or 0) < line.expected
    ]
    if rows:
        session.execute(insert(AnnouncedLot).values(rows).on_conflict_do_nothing())


def _post(
    session: Session, actor: Actor, receipt: Receipt, lines: list[ReceiptLine], *, now: datetime
) -> None:
    supplier = inventory.place_for(session, receipt.facility_id, PlaceKind.SUPPLIER)
    area = inventory.place_for(session, receipt.facility_id, PlaceKind.RECEIVING)
    movements = [
        Movement(
            lot_id=line.lot_id,
            quantity=line.accepted or 0,
            source=Spot(supplier.id, receipt.facility_id, line.condition),
            target=Spot(area.id, receipt.facility_id, line.condition),
            line=("receipt_line", line.id),
        )
        for line in lines
    ]
    request = PostingRequest(
        kind=PostingKind.RECEIPT,
        key=f"receipt/{receipt.reference}",
        facility_id=receipt.facility_id,
        document=receipt.reference,
        occurred_at=now,
        movements=movements,
        second_user_id=receipt.second_user_id,
    )
    inventory.post(session, actor, request, now=now)


def _move_units(session: Session, actor: Actor, receipt: Receipt, *, now: datetime) -> None:
    line_ids = session.scalars(
        select(ReceiptLine.id).where(ReceiptLine.receipt_id == receipt.id)
    ).all()
    units = [unit for found in _counted_units(session, line_ids).values() for unit in found]
    if not units:
        return
    supplier = inventory.place_for(session, receipt.facility_id, PlaceKind.SUPPLIER)
    area = inventory.place_for(session, receipt.facility_id, PlaceKind.RECEIVING)
    happening = Happening(
        step=BizStep.RECEIVING,
        disposition=Disposition.IN_STOCK,
        facility_id=receipt.facility_id,
        place_id=area.id,
        document=receipt.reference,
        event_time=now,
        recorded_at=now,
        reason=queries.supplier_name(session, receipt.order_id),
    )
    traceability.move(session, actor, units, (supplier.id, area.id), happening)


def _close_order(session: Session, receipt: Receipt) -> None:
    """Mark the order received when nothing ordered is missing; else more may come."""
    waits, done = OrderState.PARTIALLY_RECEIVED, OrderState.RECEIVED
    missing = exists().where(
        PurchaseOrderLine.order_id == receipt.order_id,
        PurchaseOrderLine.received < PurchaseOrderLine.quantity,
    )
    state = waits if session.scalar(select(missing)) else done
    session.execute(
        update(PurchaseOrder)
        .where(PurchaseOrder.id == receipt.order_id)
        .values(state=state)
        .execution_options(synchronize_session=False)
    )


def _record(
    session: Session, actor: Actor, receipt: Receipt, lines: list[ReceiptLine], *, now: datetime
) -> None:
    differences = sum(line.accepted != line.expected for line in lines)
    change = Change(
        subject=("receipt", receipt.id),
        action="accepted",
        before={"state": ReceiptState.COUNTED.value},
        after={"state": receipt.state.value, "lines": len(lines), "differences": differences},
    )
    history.record(session, actor, change, now=now)
