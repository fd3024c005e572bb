"""The change log a person can read: who, what, when, before and after (变更记录)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.actor import Actor
from app.kernel.db import Base, Code, Json, key
from app.kernel.ids import FacilityId, UserId


class HistoryEntry(Base):
    """One change of one thing; rows are only ever added (a trigger refuses the rest)."""

    __tablename__ = "history"
    __table_args__ = (Index("ix_history_subject", "subject_kind", "subject_id", "id"),)

    id: Mapped[int] = key()
    happened_at: Mapped[datetime] = mapped_column(index=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    actor_name: Mapped[str]
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    subject_kind: Mapped[Code]
    subject_id: Mapped[int] = mapped_column(BigInteger)
    action: Mapped[Code]
    reason: Mapped[str] = mapped_column(default="")
    before: Mapped[Json] = mapped_column(default=dict)
    after: Mapped[Json] = mapped_column(default=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happened to one thing; ``subject`` is its table name and key."""

    subject: tuple[str, int]
    action: str
    before: Json | None = None
    after: Json | None = None
    reason: str = ""


def record(session: Session, actor: Actor, change: Change, *, now: datetime) -> None:
    """Append one change in the transaction that makes it."""
    kind, subject_id = change.subject
    session.add(
        HistoryEntry(
            happened_at=now,
            user_id=actor.user_id,
            actor_name=actor.name,
            facility_id=actor.facility_id,
            subject_kind=kind,
            subject_id=subject_id,
            action=change.action,
            reason=change.reason,
            before=change.before or {},
            after=change.after or {},
        )
    )


def list_changes(session: Session, kind: str, subject_id: int) -> list[HistoryEntry]:
    """Return what happened to one thing, oldest first."""
    return list(
        session.scalars(
            select(HistoryEntry)
            .where(HistoryEntry.subject_kind == kind, HistoryEntry.subject_id == subject_id)
            .order_by(HistoryEntry.id)
        )
    )
