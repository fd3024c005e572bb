"""Table of notices: one row per person and matter."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, key
from app.kernel.ids import NoticeId, UserId
from app.notices.rules import NoticeKind


class Notice(Base):
    """Something new that concerns a person (提醒).

    While a notice of a kind is unread, further news of that kind is added to it: ``fresh``
    counts what came since the person last looked, ``total`` what the whole list holds now.
    """

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint("fresh > 0 AND total > 0", name="tells_something"),
        Index(
            "uq_notice_unread",
            "user_id",
            "kind",
            unique=True,
            postgresql_where=text("read_at IS NULL"),
        ),
        Index("ix_notice_list", "user_id", "id"),
    )

    id: Mapped[NoticeId] = key()
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[NoticeKind]
    fresh: Mapped[int]
    total: Mapped[int]
    facilities: Mapped[int]
    told_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
