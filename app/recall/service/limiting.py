"""Set the county's time limits: orders differ and change, so they are no law of ours."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.history import Change
from app.recall.models import RecallLimit
from app.recall.rules import RecallClass

SUBJECT = "recall_limit"


def change_limits(
    session: Session,
    actor: Actor,
    hours: Mapping[RecallClass, tuple[int, int]],
    *,
    now: datetime,
) -> None:
    """Set the hours to tell holders and to hand in a plan, by class; old recalls keep theirs."""
    limits = session.scalars(
        select(RecallLimit)
        .order_by(RecallLimit.recall_class)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    before = {limit.recall_class.value: _told(limit) for limit in limits}
    for limit in limits:
        limit.notify_hours, limit.plan_hours = hours.get(
            limit.recall_class, (limit.notify_hours, limit.plan_hours)
        )
    session.flush()
    change = Change(
        subject=(SUBJECT, 0),
        action="recall-limits-changed",
        before=before,
        after={limit.recall_class.value: _told(limit) for limit in limits},
    )
    history.record(session, actor, change, now=now)


def _told(limit: RecallLimit) -> str:
    return f"{limit.notify_hours} h / {limit.plan_hours} h"
