"""Count days when they are over, so that the director's page need not walk the ledger back."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.local_time import local_day
from app.kernel.rows import insert_rows
from app.kpi import queries
from app.kpi.models import StockOutDay
from app.kpi.rules import days_until

KEPT_DAYS = 92
"""As far back as a trend goes."""
AT_ONCE = 7
"""Days counted in one statement."""


def count_days(session: Session, *, now: datetime, days: int = KEPT_DAYS) -> int:
    """Count the last days that are over and not counted; return how many were.

    A posting that came late, for a day that was counted already, changes that day and all
    after it: they are counted again. Two at a time do the same work twice, no harm.
    """
    today = local_day(now)
    over = days_until(today - timedelta(days=1), days)
    stored = set(session.scalars(select(StockOutDay.day).distinct()))
    late = queries.first_day_posted_late(session) or date.max
    wanted = [day for day in over if day not in stored or day >= late]
    for first in range(0, len(wanted), AT_ONCE):
        _count(session, wanted[first : first + AT_ONCE], now=now)
    return len(wanted)


def _count(session: Session, days: list[date], *, now: datetime) -> None:
    counted = queries.count_stock_outs(session, days, today=local_day(now))
    if not counted:
        return
    rows = [
        {
            "day": row.day,
            "facility_id": row.facility_id,
            "listed": row.listed,
            "out": row.out,
            "counted_at": now,
        }
        for row in counted
    ]
    added = insert_rows(StockOutDay, rows)
    session.execute(
        added.on_conflict_do_update(
            index_elements=["day", "facility_id"],
            set_={name: added.excluded[name] for name in ("listed", "out", "counted_at")},
        )
    )
