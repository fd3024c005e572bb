"""Count goods without codes, judge their condition, and have differences counted twice."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory.models import Condition
from app.kernel.actor import Actor
from app.kernel.db import refusing
from app.kernel.errors import NotFound, RuleBroken
from app.kernel.local_time import local_day
from app.purchasing.errors import LineNotCounted, SamePerson, ScanTheCode
from app.purchasing.models import (
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
    ReceiptScan,
    ReceiptState,
)
from app.purchasing.rules import Label, read_label
from app.purchasing.service.notices import find_lot
from app.purchasing.service.opening import (
    arriving_as,
    get_line,
    own_receipt,
    step,
    waits_for_release,
)
from app.purchasing.service.scans import forget_scans
from app.traceability.errors import AlreadyDone, ReasonMissing


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many base units of a line somebody found."""

    line_id: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedLot:
    """A lot typed from the label and the delivery note, and what was found of it."""

    order_line_id: int
    label: Label
    expected: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Set goods apart for quality, or as damaged; ``quantity`` None means the whole line."""

    line_id: int
    condition: Condition
    reason: str
    quantity: int | None = None


def count_line(session: Session, actor: Actor, reference: str, count: Count) -> ReceiptLine:
    """Write the first count of a lot without codes; typing it again replaces it.

    Raises:
        NotFound: the receipt or the line is unknown, or not the actor's to work on.
        ReceiptStateChanged: the count was finished.
        ScanTheCode: the goods carry codes.
    """
    receipt = own_receipt(session, actor, reference)
    step(session, receipt, ReceiptState.DRAFT)
    line = get_line(session, receipt.id, count.line_id)
    _refuse_coded(session, line)
    line.first_count, line.first_by = count.quantity, actor.user_id
    forget_scans(session, line)
    session.flush()
    return line


def add_lot(
    session: Session, actor: Actor, reference: str, typed: TypedLot, *, now: datetime
) -> ReceiptLine:
    """Add a lot the supplier did not announce, with its count.

    Raises:
        NotFound: the receipt or the order line is unknown, or not the actor's to work on.
        ReceiptStateChanged: the count was finished.
        ScanTheCode: the goods carry codes.
        LabelImplausible: lot or dates cannot be right.
        AlreadyDone: the lot is on the receipt; count it there.
    """
    receipt = own_receipt(session, actor, reference)
    step(session, receipt, ReceiptState.DRAFT)
    ordered = session.get(PurchaseOrderLine, typed.order_line_id)
    if ordered is None or ordered.order_id != receipt.order_id:
        raise NotFound("order line")
    label = read_label(typed.label, today=local_day(now))
    line = ReceiptLine(
        receipt_id=receipt.id,
        order_line_id=ordered.id,
        item_id=ordered.item_id,
        lot_id=find_lot(session, ordered, label),
        expected=typed.expected,
        first_count=typed.quantity,
        first_by=actor.user_id,
        **arriving_as(held=waits_for_release(session, receipt)),
    )
    _refuse_coded(session, line)
    on_it = AlreadyDone(label.lot_number, scanned=label.lot_number)
    with refusing(session, "uq_receipt_line_receipt_id_lot_id_condition", on_it):
        session.add(line)
    return line


def judge(session: Session, actor: Actor, reference: str, judgement: Judgement) -> ReceiptLine:
    """Set a line, or part of it, apart as quarantined or damaged; counts include that part.

    Raises:
        NotFound: the receipt or the line is unknown, or not the actor's to work on.
        ReceiptStateChanged: the count was finished.
        ReasonMissing: people must learn why.
        ScanTheCode: part of coded goods cannot be set apart by number.
        AlreadyDone: the lot has a line of this condition.
    """
    receipt = own_receipt(session, actor, reference)
    step(session, receipt, ReceiptState.DRAFT)
    line = get_line(session, receipt.id, judgement.line_id)
    reason = judgement.reason.strip()
    if judgement.condition is not Condition.USABLE and not reason:
        raise ReasonMissing("condition")
    whole = line.expected if line.first_count is None else line.first_count
    again = AlreadyDone("condition", scanned=judgement.condition.value)
    with refusing(session, "uq_receipt_line_receipt_id_lot_id_condition", again):
        if judgement.quantity in {None, whole}:
            line.condition, line.reason = judgement.condition, reason
            session.flush()
            return line
        _refuse_coded(session, line)
        return _split(session, line, judgement, actor)


def _split(session: Session, line: ReceiptLine, judgement: Judgement, actor: Actor) -> ReceiptLine:
    quantity = judgement.quantity or 0
    most = line.expected if line.first_count is None else min(line.first_count, line.expected)
    if not 0 < quantity < most:
        raise RuleBroken("quantity")
    line.expected -= quantity
    if line.first_count is not None:
        line.first_count -= quantity
    apart = ReceiptLine(
        receipt_id=line.receipt_id,
        order_line_id=line.order_line_id,
        item_id=line.item_id,
        lot_id=line.lot_id,
        expected=quantity,
        first_count=quantity,
        first_by=actor.user_id,
        condition=judgement.condition,
        reason=judgement.reason.strip(),
    )
    session.add(apart)
    session.flush()
    return apart


def finish_count(session: Session, actor: Actor, reference: str) -> Receipt:
    """Close the first count; coded goods nobody scanned are counted as none.

    Raises:
        NotFound: the receipt is unknown, or not the actor's to work on.
        ReceiptStateChanged: the count was finished.
        LineNotCounted: nothing was counted, or a lot without codes has no count yet.
    """
    receipt = own_receipt(session, actor, reference)
    step(session, receipt, ReceiptState.DRAFT, ReceiptState.COUNTED)
    coded = select(Item.id).where(Item.is_coded)
    session.execute(
        update(ReceiptLine)
        .where(
            ReceiptLine.receipt_id == receipt.id,
            ReceiptLine.first_count.is_(None),
            ReceiptLine.item_id.in_(coded),
        )
        .values(first_count=0, first_by=actor.user_id)
        .execution_options(synchronize_session=False)
    )
    lines, counted = session.execute(
        select(func.count(), func.count(ReceiptLine.first_count)).where(
            ReceiptLine.receipt_id == receipt.id
        )
    ).one()
    if not lines or counted < lines:
        raise LineNotCounted(reference, lines=lines - counted)
    return receipt


def count_again(session: Session, actor: Actor, reference: str) -> Receipt:
    """Reopen the first count; second counts made so far are void.

    Raises:
        NotFound: the receipt is unknown, or not the actor's to work on.
        ReceiptStateChanged: the receipt is not between count and acceptance.
    """
    receipt = own_receipt(session, actor, reference)
    step(session, receipt, ReceiptState.COUNTED, ReceiptState.DRAFT)
    session.execute(
        update(ReceiptLine)
        .where(ReceiptLine.receipt_id == receipt.id)
        .values(second_count=None, second_by=None)
        .execution_options(synchronize_session=False)
    )
    return receipt


def count_second(
    session: Session, actors: tuple[Actor, Actor], reference: str, count: Count
) -> ReceiptLine:
    """Write the second count of a line; ``actors`` are who is signed in and who counted.

    Raises:
        NotFound: the receipt or the line is unknown, or not the actor's to work on.
        ReceiptStateChanged: the receipt is not between count and acceptance.
        SamePerson: the counter took part in the first count.
    """
    actor, counter = actors
    receipt = own_receipt(session, actor, reference)
    step(session, receipt, ReceiptState.COUNTED)
    line = get_line(session, receipt.id, count.line_id)
    if counter.user_id in _first_counters(session, line):
        raise SamePerson(counter.name, name=counter.name)
    line.second_count, line.second_by = count.quantity, counter.user_id
    session.flush()
    return line


def _first_counters(session: Session, line: ReceiptLine) -> set[int]:
    scanners = session.scalars(
        select(ReceiptScan.user_id).where(ReceiptScan.line_id == line.id, ReceiptScan.counted)
    )
    return {*scanners, *([line.first_by] if line.first_by is not None else [])}


def _refuse_coded(session: Session, line: ReceiptLine) -> None:
    item = session.get_one(Item, line.item_id)
    if item.is_coded:
        raise ScanTheCode(item.name, item=item.name)
