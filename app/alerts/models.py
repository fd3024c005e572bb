"""Tables of alerts, and of attempts that are counted before they alarm."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from app.alerts.rules import AlertState
from app.kernel.db import Base, BigId, Code, Json, key
from app.kernel.ids import AlertId, FacilityId, UserId


class Alert(Base):
    """Something suspicious that waits for a person (疑似); one row per incident.

    What comes again under the same key is counted in ``times``; a closed alert stays closed.
    """

    __tablename__ = "alert"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 4", name="level"),
        CheckConstraint("times > 0", name="happened"),
        CheckConstraint("(state = 'open') = (owner_id IS NULL)", name="taken_by_somebody"),
        CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)"
            " AND (state <> 'closed' OR closed_reason <> '')",
            name="closed_with_a_reason",
        ),
        Index("ix_alert_desk", "facility_id", "level", "id"),
        Index("ix_alert_waiting", "level", "id", postgresql_where=text("state <> 'closed'")),
        Index("ix_alert_code", "code", postgresql_where=text("code <> ''")),
    )

    id: Mapped[AlertId] = key()
    kind: Mapped[Code]
    level: Mapped[int] = mapped_column(SmallInteger)
    incident_key: Mapped[Code] = mapped_column(unique=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    code: Mapped[Code] = mapped_column(default="")
    what: Mapped[str] = mapped_column(default="")
    document: Mapped[Code] = mapped_column(default="")
    details: Mapped[Json] = mapped_column(default=dict)
    times: Mapped[int] = mapped_column(default=1)
    raised_at: Mapped[datetime]
    last_at: Mapped[datetime]
    state: Mapped[AlertState] = mapped_column(default=AlertState.OPEN)
    owner_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    taken_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_reason: Mapped[str] = mapped_column(default="")


class Attempt(Base):
    """A refused act that is harmless once and suspicious when it goes on."""

    __tablename__ = "alert_attempt"
    __table_args__ = (Index("ix_alert_attempt_key", "incident_key", "happened_at"),)

    id: Mapped[BigId] = key()
    incident_key: Mapped[Code]
    subject: Mapped[Code]
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    happened_at: Mapped[datetime] = mapped_column(index=True)
