"""Questions to the trace platform: kept where they arise, asked by a job, answered once (核验)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.traceability.models import PlatformCode
from app.traceability.rules.platform import PlatformAnswer

AT_ONCE = 200
FRESH = timedelta(hours=24)
"""How long an answer stands before the platform is asked again."""
IS_DUE = text(
    "(asked_at IS NULL OR asked_at + interval '1 minute' * power(2, least(attempts, 8)) <= :now)"
)
"""A question without an answer comes again after 2, 4, 8 … minutes, four hours at the most."""


def ask_about(session: Session, code: str, *, now: datetime) -> None:
    """Note that the platform is to be asked about an unknown code, unless it was lately."""
    added = insert(PlatformCode).values(
        code=code, wanted_at=now, status="", scan=0, sold_by="", attempts=0
    )
    session.execute(
        added.on_conflict_do_update(
            index_elements=[PlatformCode.code],
            set_={"wanted_at": now, "answered_at": None, "asked_at": None, "attempts": 0},
            where=PlatformCode.answered_at < now - FRESH,
        )
    )


def claim_questions(session: Session, *, now: datetime) -> list[str]:
    """Return codes to ask the platform about now; whoever else asks gets others.

    A question that got no answer comes again, each time after twice as long.
    """
    due = (
        select(PlatformCode.code)
        .where(PlatformCode.answered_at.is_(None), IS_DUE.bindparams(now=now))
        .order_by(PlatformCode.wanted_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    claimed = (
        update(PlatformCode)
        .where(PlatformCode.code.in_(due))
        .values(asked_at=now, attempts=PlatformCode.attempts + 1)
        .returning(PlatformCode.code)
        .execution_options(synchronize_session=False)
    )
    return sorted(session.scalars(claimed))


def keep_answers(session: Session, answers: Mapping[str, PlatformAnswer], *, now: datetime) -> int:
    """Keep what the platform said; return how many codes that were. The rest stays unknown."""
    for code, answer in sorted(answers.items()):
        session.execute(
            update(PlatformCode)
            .where(PlatformCode.code == code, PlatformCode.answered_at.is_(None))
            .values(status=answer.status, scan=answer.scan, sold_by=answer.sold_by, answered_at=now)
            .execution_options(synchronize_session=False)
        )
    return len(answers)
