"""How often strangers ask: one row for each who asks, counted in windows of time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.db import Base, Code
from app.kernel.errors import Throttled

KEPT = timedelta(days=1)


class AskingRate(Base):
    """What somebody asked for since their window began; the row is used again."""

    __tablename__ = "asking_rate"

    subject: Mapped[Code] = mapped_column(primary_key=True)
    began_at: Mapped[datetime] = mapped_column(index=True)
    asked: Mapped[int]


@dataclass(frozen=True, slots=True)
class Rate:
    """How often one may ask for something within a window."""

    name: str
    most: int
    window: timedelta


def ask(session: Session, rate: Rate, who: str, *, now: datetime) -> None:
    """Count one question of somebody's, in one statement, whoever else asks meanwhile.

    Raises:
        Throttled: too many; ``retry_after`` says how long to wait.
    """
    first = insert(AskingRate).values(subject=f"{rate.name} {who}", began_at=now, asked=1)
    is_over = AskingRate.began_at <= now - rate.window
    counted = first.on_conflict_do_update(
        index_elements=[AskingRate.subject],
        set_={
            "asked": case((is_over, 1), else_=AskingRate.asked + 1),
            "began_at": case((is_over, now), else_=AskingRate.began_at),
        },
        where=is_over | (AskingRate.asked < rate.most),
    ).returning(AskingRate.asked)
    if session.scalar(counted) is None:
        began = session.get_one(AskingRate, f"{rate.name} {who}").began_at
        wait = began + rate.window - now
        raise Throttled(who, retry_after=max(1, round(wait.total_seconds())))


def sweep(session: Session, *, now: datetime) -> int:
    """Forget who asked long ago; return how many."""
    gone = delete(AskingRate).where(AskingRate.began_at < now - KEPT)
    return len(session.scalars(gone.returning(AskingRate.subject)).all())
