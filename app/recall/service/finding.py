"""Find a recall or a holder's task one may work on, and take its row first."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import RecallTaskId
from app.recall import queries
from app.recall.errors import RecallStateChanged
from app.recall.models import Recall, RecallTask
from app.recall.rules import RecallState

SUBJECT = "recall"


def lock_recall(session: Session, actor: Actor, reference: str, *expected: RecallState) -> Recall:
    """Return a recall the actor may see, so that others who change it wait.

    Raises:
        NotFound: there is none, or no facility of theirs has a part in it.
        RecallStateChanged: it is not in a state that allows the step.
    """
    if queries.find_recall(session, actor, reference) is None:
        raise NotFound("recall")
    recall = session.scalars(
        select(Recall)
        .where(Recall.reference == reference)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    if recall.state not in expected:
        raise RecallStateChanged(reference, reference=reference)
    return recall


def get_task(session: Session, actor: Actor, task_id: RecallTaskId) -> RecallTask:
    """Return a task of one of the actor's facilities, or any for the county's roles.

    Raises:
        NotFound: there is none, or it is another facility's.
    """
    task = session.get(RecallTask, task_id)
    if task is None or not actor.sees(task.facility_id):
        raise NotFound("recall task")
    return task


def own_task(session: Session, actor: Actor, task_id: RecallTaskId) -> tuple[Recall, RecallTask]:
    """Return a task the actor's facility works on, with its open recall; both rows are taken.

    Closing takes the recall for itself, so nothing is collected behind its report. Holders
    share it and take turns only for their own task.

    Raises:
        NotFound: there is none, or it is another facility's.
        RecallStateChanged: the recall was closed or lifted.
    """
    found = get_task(session, actor, task_id)
    actor.must_act_for(found.facility_id, "recall task")
    fresh = {"populate_existing": True}
    recall = session.scalars(
        select(Recall)
        .where(Recall.id == found.recall_id)
        .with_for_update(read=True)
        .execution_options(**fresh)
    ).one()
    if recall.state is not RecallState.OPEN:
        raise RecallStateChanged(recall.reference, reference=recall.reference)
    task = session.scalars(
        select(RecallTask)
        .where(RecallTask.id == task_id)
        .with_for_update(key_share=True)
        .execution_options(**fresh)
    ).one()
    return recall, task


def record(
    session: Session, actor: Actor, recall: Recall, told: tuple[str, str], *, now: datetime
) -> None:
    """Write one line of the recall's change log: the action and its reason."""
    action, reason = told
    change = Change(subject=(SUBJECT, recall.id), action=action, reason=reason)
    history.record(session, actor, change, now=now)
