"""How long an exam takes, and when it may begin."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.booking.errors import PeriodNotOnGrid, StartInPast, TooFarAhead
from app.kernel.ticks import is_on_tick, ticks_for

HORIZON = timedelta(days=90)
TURNOVER_MINUTES = 2
CONTRAST_MINUTES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What an exam asks of a machine and its day."""

    minutes_low: int
    minutes_high: int
    with_contrast: bool

    @property
    def minutes(self) -> int:
        """Minutes of the scan: the middle of the published range, which is an upper bound."""
        return -(-(self.minutes_low + self.minutes_high) // 2)

    @property
    def ticks(self) -> int:
        """Ticks claimed: the scan, setting up contrast, and turnover."""
        contrast = CONTRAST_MINUTES if self.with_contrast else 0
        return ticks_for(self.minutes + contrast + TURNOVER_MINUTES)


def check_start(start: datetime, now: datetime) -> None:
    """Refuse a start that nobody can keep.

    Raises:
        PeriodNotOnGrid: not at a whole five minutes.
        StartInPast: it has begun already.
        TooFarAhead: more than 90 days ahead.
    """
    if not is_on_tick(start):
        raise PeriodNotOnGrid(field="start")
    if start <= now:
        raise StartInPast(field="start")
    if start > now + HORIZON:
        raise TooFarAhead(field="start", days=HORIZON.days)
