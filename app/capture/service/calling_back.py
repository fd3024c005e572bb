"""Patients who were given a pack that should not have left: who calls them back, and the result."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.capture.errors import CallBackDone
from app.capture.models import CallBack
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import CallBackId
from app.traceability.errors import ReasonMissing


def close_call_back(
    session: Session, actor: Actor, call_back_id: CallBackId, result: str, *, now: datetime
) -> None:
    """Write down what a call to the patient came to.

    Raises:
        NotFound: there is none at the actor's facilities.
        ReasonMissing: people must learn what came of it.
        CallBackDone: somebody has called before.
    """
    found = session.get(CallBack, call_back_id)
    if found is None or found.facility_id not in actor.facility_ids:
        raise NotFound("call-back")
    if not result.strip():
        raise ReasonMissing("call-back")
    closed = session.execute(
        update(CallBack)
        .where(CallBack.id == call_back_id, CallBack.done_at.is_(None))
        .values(done_at=now, done_by=actor.user_id, result=result.strip())
        .returning(CallBack.id)
    ).first()
    if closed is None:
        raise CallBackDone(found.code)
