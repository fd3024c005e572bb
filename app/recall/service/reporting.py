"""A holder confirms having seen the recall, and reports in the end what could not be found."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.kernel.ids import RecallTaskId
from app.recall import queries
from app.recall.errors import MissingReasonNeeded, TaskDone
from app.recall.models import RecallTask
from app.recall.service.finding import own_task, record


def see(session: Session, actor: Actor, task_id: RecallTaskId, *, now: datetime) -> RecallTask:
    """Note that the holder has read the recall; a second time changes nothing.

    Raises:
        NotFound: the task is unknown, or another facility's.
        RecallStateChanged: the recall was closed or lifted.
    """
    recall, task = own_task(session, actor, task_id)
    if task.seen_at is None:
        task.seen_at, task.seen_by_id = now, actor.user_id
        session.flush()
        record(session, actor, recall, ("recall-seen", ""), now=now)
    return task


def report_done(
    session: Session, actor: Actor, task_id: RecallTaskId, reason: str, *, now: datetime
) -> RecallTask:
    """Report that all there is was collected; what was not found needs a reason.

    Raises:
        NotFound: the task is unknown, or another facility's.
        RecallStateChanged: the recall was closed or lifted.
        TaskDone: it was reported before.
        MissingReasonNeeded: the book has more than was collected, and nobody says why.
    """
    recall, task = own_task(session, actor, task_id)
    if task.done_at is not None:
        raise TaskDone(recall.reference)
    left = missing_at(session, task, is_drill=recall.is_drill)
    if left and not reason:
        raise MissingReasonNeeded(recall.reference, missing=left)
    if task.seen_at is None:
        task.seen_at, task.seen_by_id = now, actor.user_id
    task.done_at, task.done_by_id = now, actor.user_id
    task.missing, task.missing_reason = left, reason if left else ""
    session.flush()
    record(session, actor, recall, ("recall-reported", task.missing_reason), now=now)
    return task


def missing_at(session: Session, task: RecallTask, *, is_drill: bool) -> int:
    """Return how many base units the book still has at a holder that nobody set apart.

    In a drill nothing moves, so what was counted is taken off.
    """
    held = queries.list_held(session, queries.lots_of(session, task.recall_id), task.facility_id)
    left = sum(row.on_hand for row in held if not row.is_apart)
    if not is_drill:
        return left
    return max(0, left - sum(queries.collected_by_place(session, task.id).values()))
