"""Lift the hold of a recall: the quality head and a second person, each with their own name."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.errors import SecondPersonNeeded
from app.accounts.service import Credentials
from app.kernel.actor import Actor, Permission
from app.recall import queries
from app.recall.errors import DrillHoldsNothing
from app.recall.models import Recall
from app.recall.rules import RecallState
from app.recall.service.finding import lock_recall, record
from app.traceability import service as traceability


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifting:
    """Why the lots may be used again, and who says so beside the actor."""

    reason: str
    second: Credentials | None


def lift(
    session: Session, actor: Actor, reference: str, lifting: Lifting, *, now: datetime
) -> Recall:
    """Free the lots of a recall or quality hold; what was collected stays in quarantine.

    Raises:
        NotFound: there is no such recall.
        RecallStateChanged: it was lifted before.
        DrillHoldsNothing: it was a drill.
        SecondPersonNeeded, SecondPersonIsTheFirst, SecondPersonRefused: one person alone.
    """
    recall = lock_recall(session, actor, reference, RecallState.OPEN, RecallState.CLOSED)
    if recall.is_drill:
        raise DrillHoldsNothing(reference)
    if lifting.second is None:
        raise SecondPersonNeeded(reference)
    second = accounts.verify_second_person(
        session, lifting.second, Permission.RECALL_COSIGN, first=actor, now=now
    )
    recall.state = RecallState.LIFTED
    recall.lifted_by_id, recall.lifted_second_id = actor.user_id, second.user_id
    recall.lifted_at, recall.lift_reason = now, lifting.reason
    session.flush()
    told = f"{lifting.reason} ({second.name})"
    for lot_id in queries.lots_of(session, recall.id):
        traceability.lift_hold(session, actor, lot_id, (reference, told), now=now)
    record(session, actor, recall, ("recall-lifted", told), now=now)
    return recall
