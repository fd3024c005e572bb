"""The alliance's calendar: on which local day and at which local minute a moment falls."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")


def local(moment: datetime) -> datetime:
    """Return the same aware moment on the alliance's wall clock."""
    return moment.astimezone(LOCAL)


def local_day(moment: datetime) -> date:
    """Return the local calendar day of an aware moment."""
    return local(moment).date()


def at_local(day: date, clock: time) -> datetime:
    """Return the moment, in UTC, at which local clocks show ``clock`` on ``day``."""
    return datetime.combine(day, clock, tzinfo=LOCAL).astimezone(UTC)
