"""The one place that issues document numbers: ``RQ-20261122-0007`` (单据编号)."""

from datetime import date, datetime

from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.db import Base, Code
from app.kernel.local_time import local_day


class NumberSeries(Base):
    """The last number given to one kind of document on one local day."""

    __tablename__ = "number_series"

    prefix: Mapped[Code] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger)


NEXT_REFERENCE = """
    INSERT INTO number_series AS series (prefix, day, last) VALUES (:prefix, :day, 1)
    ON CONFLICT (prefix, day) DO UPDATE SET last = series.last + 1
    RETURNING prefix || '-' || to_char(day, 'YYYYMMDD') || '-'
        || lpad(last::text, greatest(4, length(last::text)), '0') AS reference"""
"""What ``issue_number`` does, to stand in the statement that writes the document it names."""


def issue_number(session: Session, prefix: str, *, now: datetime) -> str:
    """Return the next reference of ``prefix`` for the local day of ``now``.

    The row stays locked until the transaction ends, so call it late; a rolled-back
    document leaves no gap.
    """
    return issue_numbers(session, prefix, 1, now=now)[0]


def issue_numbers(session: Session, prefix: str, count: int, *, now: datetime) -> list[str]:
    """Return ``count`` references in one step, ascending."""
    day = local_day(now)
    statement = insert(NumberSeries).values(prefix=prefix, day=day, last=count)
    raised = statement.on_conflict_do_update(
        index_elements=[NumberSeries.prefix, NumberSeries.day],
        set_={"last": NumberSeries.last + count},
    ).returning(NumberSeries.last)
    last = session.execute(raised).scalar_one()
    return [f"{prefix}-{day:%Y%m%d}-{number:04d}" for number in range(last - count + 1, last + 1)]
