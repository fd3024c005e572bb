"""What the bin did not hold, what was frozen meanwhile, and the end of a pick list."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.fulfilment.errors import PickLineSettled, PickLinesOpen
from app.fulfilment.models import (
    PickLine,
    PickTask,
    Requisition,
    RequisitionLine,
    Tote,
    ToteContent,
)
from app.fulfilment.rules import BY_HAND, RequisitionState, ShortReason, ToteState
from app.fulfilment.service import lines as requisition_lines
from app.fulfilment.service import listing
from app.fulfilment.service.ending import end_when_all_arrived
from app.fulfilment.service.finding import advance_requisition, lock_task, totes_left
from app.fulfilment.service.picking import line_at, start
from app.fulfilment.service.promising import (
    LINE_KIND,
    demand_for,
    note_shortages,
    reserve_for,
)
from app.inventory import service as inventory
from app.inventory.service import Allocation
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.history import Change
from app.kernel.ids import LotId, RequisitionLineId
from app.traceability.errors import AlreadyDone


@dataclass(frozen=True, slots=True)
class ShortPick:
    """A line settled with less than it asked, how many lines other lots gave, and what lacks."""

    line: PickLine
    added: int
    lacking: int


def report_short(
    session: Session,
    actor: Actor,
    named: tuple[str, int],
    reason: ShortReason,
    *,
    now: datetime,
) -> ShortPick:
    """Settle a line with less than it asks, and look for the rest in other lots.

    What is missing here is given back; what other lots can fill is on the list at once, what
    they cannot becomes the line's shortage.

    Raises:
        PickLineSettled: nothing of the line is open.
    """
    reference, position = named
    task = lock_task(session, actor, reference)
    line = line_at(session, task, position)
    missing = line.open_quantity
    if missing == 0:
        raise PickLineSettled(line.lot_number, line=position)
    promised = inventory.open_reservations(session, LINE_KIND, [line.requisition_line_id])
    kept = {one.reservation_id: one.quantity for one in promised}.get(line.reservation_id, 0)
    _settle(session, line, missing, reason)
    asked = session.get_one(RequisitionLine, line.requisition_line_id)
    allocations = _reserve_elsewhere(session, task, {asked: missing}, now=now)
    if kept:
        inventory.release_part(session, line.reservation_id, min(kept, missing))
    note_shortages(session, allocations)
    added = listing.append_lines(session, task.id, [asked])
    after = {"short": missing, "reason": reason.value, "lot": line.lot_number}
    history.record(
        session,
        actor,
        Change(subject=("pick_line", line.id), action="picked-short", after=after),
        now=now,
    )
    return ShortPick(line, added, sum(one.shortage for one in allocations))


def _reserve_elsewhere(
    session: Session, task: PickTask, wanted: Mapping[RequisitionLine, int], *, now: datetime
) -> list[Allocation]:
    """Promise what lines want from lots in whose bins no picker of this list missed anything."""
    empty = _empty_lots(session, task)
    demands = [
        replace(demand_for(line, quantity), pack=_step(line, quantity), without=empty[line.id])
        for line, quantity in sorted(wanted.items(), key=lambda pair: pair[0].item_id)
    ]
    requisition = session.get_one(Requisition, task.requisition_id)
    return reserve_for(session, requisition, demands, now=now)


def _step(line: RequisitionLine, quantity: int) -> int:
    """Return in what steps it can be found: whole packs, unless part of a pack is missing."""
    return 1 if quantity % line.units_per_pack else line.units_per_pack


def _empty_lots(
    session: Session, task: PickTask
) -> defaultdict[RequisitionLineId, frozenset[LotId]]:
    missed: defaultdict[RequisitionLineId, frozenset[LotId]] = defaultdict(frozenset)
    rows = session.execute(
        select(PickLine.requisition_line_id, PickLine.lot_id).where(
            PickLine.task_id == task.id, PickLine.short_reason.in_(BY_HAND)
        )
    )
    for line_id, lot_id in rows:
        missed[line_id] |= {lot_id}
    return missed


def _settle(session: Session, line: PickLine, missing: int, reason: ShortReason) -> None:
    line.short += missing
    line.short_reason = reason
    session.flush()


def reallocate(session: Session, actor: Actor, reference: str, *, now: datetime) -> int:
    """Find other lots for lines whose promise was withdrawn or put back; return new lines.

    A freeze or a lapsed promise settles the old line as short, "lot gone"; what no other
    lot can fill stays a shortage. What a picker did not find is not promised again:
    the book would offer the same empty bin.
    """
    return refill(session, lock_task(session, actor, reference), now=now)


def refill(session: Session, task: PickTask, *, now: datetime) -> int:
    """Promise from other lots what a locked pick list lost; return how many lines it got."""
    listed = requisition_lines.of(session, task.requisition_id)
    _settle_gone(session, task)
    left = _unlisted(session, task)
    wanted = {line: left[line.id] for line in listed if left.get(line.id, 0) > 0}
    allocations = _reserve_elsewhere(session, task, wanted, now=now)
    note_shortages(session, allocations)
    return listing.append_lines(session, task.id, listed)


def _settle_gone(session: Session, task: PickTask) -> None:
    """Settle as short what is open on a line beyond what is still promised to it."""
    rows = session.scalars(
        select(PickLine)
        .where(
            PickLine.task_id == task.id,
            PickLine.picked + PickLine.short < PickLine.quantity,
        )
        .order_by(PickLine.position)
        .execution_options(populate_existing=True)
    ).all()
    ids = {line.requisition_line_id for line in rows}
    promised = {
        one.reservation_id: one.quantity
        for one in inventory.open_reservations(session, LINE_KIND, ids)
    }
    for line in rows:
        kept = min(line.open_quantity, promised.get(line.reservation_id, 0))
        promised[line.reservation_id] = promised.get(line.reservation_id, 0) - kept
        if kept < line.open_quantity:
            _settle(session, line, line.open_quantity - kept, ShortReason.LOT_GONE)


def _unlisted(session: Session, task: PickTask) -> dict[RequisitionLineId, int]:
    """Return what each requisition line was granted and no pick line stands for."""
    covered = func.coalesce(func.sum(PickLine.quantity - PickLine.short), 0)
    granted = func.coalesce(RequisitionLine.approved_quantity, 0)
    rows = session.execute(
        select(RequisitionLine.id, granted - RequisitionLine.shortage - covered)
        .outerjoin(PickLine, PickLine.requisition_line_id == RequisitionLine.id)
        .where(RequisitionLine.requisition_id == task.requisition_id)
        .group_by(RequisitionLine.id)
    )
    return {line_id: int(quantity) for line_id, quantity in rows}


def finish(session: Session, actor: Actor, reference: str, *, now: datetime) -> PickTask:
    """End picking: every line is settled, every tote is full. Its totes can be checked.

    A requisition of which nothing was found is closed here; the clinic sees why.

    Raises:
        AlreadyDone: it was finished before.
        PickLinesOpen: lines are neither picked nor reported short.
    """
    task = lock_task(session, actor, reference)
    if task.done_at is not None:
        raise AlreadyDone(reference, scanned=reference)
    open_lines = session.scalar(
        select(func.count())
        .select_from(PickLine)
        .where(PickLine.task_id == task.id, PickLine.picked + PickLine.short < PickLine.quantity)
    )
    if open_lines:
        raise PickLinesOpen(reference, open=open_lines)
    if any(quantity > 0 for quantity in _unlisted(session, task).values()):
        raise PickLinesOpen(reference, open=1)
    start(session, task)
    task.done_at = now
    _close_totes(session, task)
    requisition = session.get_one(Requisition, task.requisition_id)
    if requisition.state is RequisitionState.IN_DELIVERY:
        end_when_all_arrived(session, requisition.id, now=now)
        return task
    left = [state for state in ToteState if state is not ToteState.CANCELLED]
    if not totes_left(session, task.requisition_id, left):
        step = ((RequisitionState.PICKING,), RequisitionState.CANCELLED)
        advance_requisition(session, requisition, step)
    return task


def _close_totes(session: Session, task: PickTask) -> None:
    filled = select(ToteContent.tote_id).where(ToteContent.taken_out_at.is_(None))
    unchecked = Tote.state.in_((ToteState.OPEN, ToteState.PACKED))
    for state, has_content in (
        (ToteState.PACKED, Tote.id.in_(filled)),
        (ToteState.CANCELLED, Tote.id.not_in(filled)),
    ):
        session.execute(
            update(Tote)
            .where(Tote.requisition_id == task.requisition_id, unchecked, has_content)
            .values(state=state)
            .execution_options(synchronize_session=False)
        )
