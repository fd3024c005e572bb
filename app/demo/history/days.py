"""On which days a facility is served in a simulated week, and whether the van was late."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from app.demo.county import DEPOT, Place
from app.demo.history.demand import WEEKS, parity_of
from app.demo.history.rounds import Ways, rounds
from app.demo.items.packs import stable
from app.kernel.local_time import at_local

OPENING_TIME = time(7, 0)
RECEIPT_TIME = time(7, 30)
CONSUME_TIME = time(21, 30)
RECENT_WEEKS = 8
LEAVE_TIME, FIRST_STOP = time(8, 0), time(8, 30)
_LAST_DAY = 6


@dataclass(frozen=True, slots=True)
class Visit:
    """A delivery: the promised day, when it really arrived, and on which round of that day."""

    promised: date
    arrived: datetime
    round: int


def first_day(today: date) -> date:
    """Return the day the year begins, so that its last week ends yesterday."""
    return today - timedelta(weeks=WEEKS)


def monday_of(today: date, week: int) -> date:
    """Return the first day of a simulated week, which need not be a Monday."""
    return first_day(today) + timedelta(weeks=week)


def visits(
    places: Sequence[Place], today: date, seed: int, ways: Ways
) -> dict[tuple[str, int], Visit]:
    """Return when each facility was served in each week; lateness differs by township."""
    planned: defaultdict[date, list[tuple[Place, int, date]]] = defaultdict(list)
    for place in places:
        for week in _weeks_of(place):
            promised, driven = _day_of(place, monday_of(today, week), week, seed)
            planned[driven].append((place, week, promised))
    found: dict[tuple[str, int], Visit] = {}
    for driven, calls in sorted(planned.items()):
        told = {place.fact.code: (week, promised) for place, week, promised in calls}
        for number, stops in enumerate(rounds([place for place, _, _ in calls], ways), start=1):
            for place, arrived in zip(stops, _arrivals(driven, stops, ways), strict=True):
                week, promised = told[place.fact.code]
                found[place.fact.code, week] = Visit(promised, arrived, number)
    return found


def _weeks_of(place: Place) -> Iterable[int]:
    """Return the weeks in which a facility is served: villages every other week."""
    if not place.windows:
        return ()
    return range(parity_of(place), WEEKS, 2) if place.is_village else range(WEEKS)


def _day_of(place: Place, begin: date, week: int, seed: int) -> tuple[date, date]:
    """Return the promised day of a week and the day it was driven, at times a day late."""
    weekday = place.windows[stable(place.fact.code, "day", len(place.windows))].weekday
    days_in = (weekday - begin.weekday()) % 7
    promised = begin + timedelta(days=days_in)
    chance = Random(f"{seed}:{place.fact.code}:{week}")
    late_percent = 2 + stable(place.fact.township, "late", 17)
    late = chance.randrange(100) < late_percent and days_in < _LAST_DAY
    return promised, promised + timedelta(days=int(late))


def _arrivals(day: date, stops: Sequence[Place], ways: Ways) -> Iterator[datetime]:
    """Yield when a round reaches its stops, which open at half past eight."""
    clock, opens = at_local(day, LEAVE_TIME), at_local(day, FIRST_STOP)
    here = DEPOT
    for place in stops:
        clock = max(clock + timedelta(seconds=ways[here, place.fact.code].seconds), opens)
        yield clock
        clock += timedelta(minutes=place.service_minutes)
        here = place.fact.code
