"""What the bin did not hold, what was frozen meanwhile, and the end of a pick list."""

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
from app.fulfilment.rules import RequisitionState, ShortReason, ToteState
from app.fulfilment.service import lines as requisition_lines
from app.fulfilment.service import listing
from app.fulfilment.service.finding import advance_requisition, lock_task, totes_left
from app.fulfilment.service.picking import line_at, start
from app.fulfilment.service.promising import (
    LINE_KIND,
    demand_for,
    note_shortages,
    reserve_for,
)
from app.inventory import service as inventory
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.history import Change
from app.kernel.ids import RequisitionLineId
from app.traceability.errors import AlreadyDone


def report_short(
    session: Session,
    actor: Actor,
    named: tuple[str, int],
    reason: ShortReason,
    *,
    now: datetime,
) -> PickLine:
    """Settle a line with less than it asks: the rest is given back and becomes a shortage.

    Raises:
        PickLineSettled: nothing of the line is open.
    """
    reference, position = named
    task = lock_task(session, actor, reference)
    line = line_at(session, task, position)
    missing = line.open_quantity
    if missing == 0:
        raise PickLineSettled(line.lot_number, line=position)
    _settle(session, line, missing, reason)
    promised = inventory.open_reservations(session, LINE_KIND, [line.requisition_line_id])
    kept = {one.reservation_id: one.quantity for one in promised}.get(line.reservation_id, 0)
    if kept:
        inventory.release_part(session, line.reservation_id, min(kept, missing))
    _raise_shortage(session, line.requisition_line_id, missing)
    after = {"short": missing, "reason": reason.value, "lot": line.lot_number}
    history.record(
        session,
        actor,
        Change(subject=("pick_line", line.id), action="picked-short", after=after),
        now=now,
    )
    return line


def _settle(session: Session, line: PickLine, missing: int, reason: ShortReason) -> None:
    line.short += missing
    line.short_reason = reason
    session.flush()


def _raise_shortage(session: Session, line_id: RequisitionLineId, change: int) -> None:
    session.execute(
        update(RequisitionLine)
        .where(RequisitionLine.id == line_id)
        .values(shortage=RequisitionLine.shortage + change)
        .execution_options(synchronize_session=False)
    )


def reallocate(session: Session, actor: Actor, reference: str, *, now: datetime) -> int:
    """Find other lots for lines whose promise was withdrawn or put back; return new lines.

    A freeze or a lapsed promise settles the old line as short, "lot gone"; what no other
    lot can fill stays a shortage. What a picker did not find is not promised again:
    the book would offer the same empty bin.
    """
    return refill(session, lock_task(session, actor, reference), now=now)


def refill(session: Session, task: PickTask, *, now: datetime) -> int:
    """Promise from other lots what a locked pick list lost; return how many lines it got."""
    requisition = session.get_one(Requisition, task.requisition_id)
    listed = requisition_lines.of(session, requisition.id)
    _settle_gone(session, task)
    wanted = _unlisted(session, task)
    demands = [
        demand_for(line, wanted[line.id])
        for line in sorted(listed, key=lambda line: line.item_id)
        if wanted.get(line.id, 0) > 0
    ]
    allocations = reserve_for(session, requisition, demands, now=now)
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
    left = [state for state in ToteState if state is not ToteState.CANCELLED]
    if not totes_left(session, task.requisition_id, left):
        requisition = session.get_one(Requisition, task.requisition_id)
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
