"""Close a recall with its account: what was found, what was not, and why not (结案)."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.recall import queries
from app.recall.errors import MissingReasonNeeded, TasksOpen
from app.recall.models import Recall, RecallTask
from app.recall.rules import RecallState, total
from app.recall.service.finding import lock_recall, record


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """Why some goods were not found, and that holders who never reported are closed with it."""

    missing_reason: str = ""
    with_open_tasks: bool = False


def close(
    session: Session, actor: Actor, reference: str, closing: Closing, *, now: datetime
) -> Recall:
    """Close a recall and keep its account as it is now; the lots stay on hold.

    Raises:
        NotFound: there is no such recall.
        RecallStateChanged: it was closed or lifted before.
        TasksOpen: holders have not reported, and nobody says to close without them.
        MissingReasonNeeded: goods are in the book that nobody collected, without a reason.
    """
    recall = lock_recall(session, actor, reference, RecallState.OPEN)
    waiting = session.execute(
        select(func.count()).where(RecallTask.recall_id == recall.id, RecallTask.done_at.is_(None))
    ).scalar_one()
    if waiting and not closing.with_open_tasks:
        raise TasksOpen(reference, count=waiting)
    rows = queries.accounts_of(session, queries.lots_of(session, recall.id))
    missing = total(row.account for row in rows).on_hand
    if missing and not closing.missing_reason and not recall.is_drill:
        raise MissingReasonNeeded(reference, missing=missing)
    recall.state = RecallState.CLOSED
    recall.closed_by_id, recall.closed_at = actor.user_id, now
    recall.missing_reason = closing.missing_reason
    recall.account = {str(row.lot_id): asdict(row.account) for row in rows}
    session.flush()
    record(session, actor, recall, ("recall-closed", closing.missing_reason), now=now)
    return recall
