"""On which days a facility is served in a simulated week, and whether the van was late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from app.demo.county import Place
from app.demo.history.demand import WEEKS
from app.demo.items.packs import stable
from app.kernel.local_time import at_local

OPENING_TIME = time(7, 0)
RECEIPT_TIME = time(7, 30)
CONSUME_TIME = time(17, 40)
RECENT_WEEKS = 8


@dataclass(frozen=True, slots=True)
class Visit:
    """A delivery to a facility: the promised day, and when it really arrived."""

    promised: date
    arrived: datetime


def first_day(today: date) -> date:
    """Return the day the year begins, so that its last week ends yesterday."""
    return today - timedelta(weeks=WEEKS)


def monday_of(today: date, week: int) -> date:
    """Return the first day of a simulated week, which need not be a Monday."""
    return first_day(today) + timedelta(weeks=week)


def visits(places: Sequence[Place], today: date, seed: int) -> dict[tuple[str, int], Visit]:
    """Return when each facility was served in each week; lateness differs by township."""
    return {
        (place.fact.code, week): _visit(place, monday_of(today, week), week, seed)
        for place in places
        if place.windows
        for week in range(WEEKS)
    }


def _visit(place: Place, begin: date, week: int, seed: int) -> Visit:
    weekday = place.windows[stable(place.fact.code, "day", len(place.windows))].weekday
    days_in = (weekday - begin.weekday()) % 7
    promised = begin + timedelta(days=days_in)
    chance = Random(f"{seed}:{place.fact.code}:{week}")  # noqa: S311 - a simulation, not a secret
    late_percent = 2 + stable(place.fact.township, "late", 17)
    late = chance.randrange(100) < late_percent and days_in < 6  # noqa: PLR2004 - stay in the week
    minutes = 90 + stable(place.fact.code, "arrival", 300)
    arrived = at_local(promised + timedelta(days=int(late)), OPENING_TIME)
    return Visit(promised=promised, arrived=arrived + timedelta(minutes=minutes))
