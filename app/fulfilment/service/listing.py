"""Turn what was reserved into a pick list in walking order of the bins (拣货单)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.fulfilment.models import PickLine, PickTask, Requisition, RequisitionLine
from app.fulfilment.rules import compartment_of
from app.fulfilment.service.promising import LINE_KIND
from app.inventory import service as inventory
from app.kernel.ids import PickTaskId, RequisitionId, RequisitionLineId
from app.kernel.numbering import issue_number

PREFIX = "PL"


def write_task(
    session: Session, requisition: Requisition, lines: Sequence[RequisitionLine], *, now: datetime
) -> PickTask:
    """Store the pick list of a requisition that was just approved."""
    task = PickTask(
        reference=issue_number(session, PREFIX, now=now),
        requisition_id=requisition.id,
        supplier_id=requisition.supplier_id,
        created_at=now,
    )
    session.add(task)
    session.flush()
    append_lines(session, task.id, lines)
    return task


def append_lines(session: Session, task_id: PickTaskId, lines: Sequence[RequisitionLine]) -> int:
    """Add a pick line for every promise of these lines that none stands for yet."""
    by_id = {line.id: line for line in lines}
    promised = inventory.open_reservations(session, LINE_KIND, list(by_id))
    listed = _listed(session, task_id)
    last = session.scalar(
        select(func.coalesce(func.max(PickLine.position), 0)).where(PickLine.task_id == task_id)
    )
    rows: list[dict[str, object]] = []
    for promise in promised:
        wanted = promise.quantity - listed.get(promise.reservation_id, 0)
        if wanted <= 0:
            continue
        line = by_id[RequisitionLineId(promise.line_id)]
        rows.append(
            {
                "task_id": task_id,
                "position": (last or 0) + len(rows) + 1,
                "requisition_line_id": line.id,
                "reservation_id": promise.reservation_id,
                "place_id": promise.place_id,
                "item_id": promise.item_id,
                "lot_id": promise.lot_id,
                "lot_number": promise.lot_number,
                "expires_on": promise.expires_on,
                "compartment": compartment_of(line.storage_class, controlled=line.controlled),
                "quantity": wanted,
            }
        )
    if rows:
        session.execute(insert(PickLine), rows)
    return len(rows)


def _listed(session: Session, task_id: PickTaskId) -> dict[int, int]:
    left = PickLine.quantity - PickLine.picked - PickLine.short
    rows = session.execute(
        select(PickLine.reservation_id, func.sum(left))
        .where(PickLine.task_id == task_id)
        .group_by(PickLine.reservation_id)
    )
    return {reservation_id: int(quantity) for reservation_id, quantity in rows}


def cancel_task(session: Session, requisition_id: RequisitionId) -> None:
    """Take the pick list of a withdrawn requisition off the floor."""
    session.execute(
        update(PickTask).where(PickTask.requisition_id == requisition_id).values(cancelled=True)
    )
