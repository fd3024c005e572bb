"""Read side of notices: a person's own, newest first."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel.ids import UserId
from app.notices.models import Notice


def count_unread(session: Session, user_id: UserId) -> int:
    """Return how many notices a person has not looked at."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Notice)
            .where(Notice.user_id == user_id, Notice.read_at.is_(None))
        )
        or 0
    )


def list_notices(
    session: Session, user_id: UserId, before: int | None, size: int
) -> Sequence[Notice]:
    """Return a person's notices, newest first, one more than ``size``."""
    query = select(Notice).where(Notice.user_id == user_id)
    if before is not None:
        query = query.where(Notice.id < before)
    return session.scalars(query.order_by(Notice.id.desc()).limit(size + 1)).all()
