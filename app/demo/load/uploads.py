"""What the demo's insurance platform is still to be told: yesterday and today, not the year."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.inventory.models import StockPosting
from app.kernel.local_time import local_day
from app.uploads import service as uploads

_DAYS = timedelta(days=1)


def load_uploads(session: Session, *, now: datetime) -> None:
    """Let the loop begin after the year's ledger, with the messages and bills of two days."""
    last = session.scalar(select(func.max(StockPosting.id))) or 0
    uploads.begin_after(session, last)
    since = local_day(now) - _DAYS
    profile = replace(uploads.load_profile(""), since=since)
    after: int | None = 0
    while after is not None:
        after = uploads.derive(session, profile, after, now=now)
    uploads.make_bills(session, now=now)
