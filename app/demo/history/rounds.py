"""The rounds of a past day: sectors around the depot, nearest stop next; plain on purpose."""

from collections.abc import Callable, Mapping, Sequence
from math import atan2

from app.demo.county import DEPOT, Place
from app.demo.roads import Leg

STOPS_A_ROUND = 7
Ways = Mapping[tuple[str, str], Leg]


def rounds(stops: Sequence[Place], ways: Ways) -> list[list[Place]]:
    """Split a day's stops into rounds by compass direction, each driven nearest stop next."""
    around = sorted(stops, key=_direction)
    count = -(-len(around) // STOPS_A_ROUND)
    size = -(-len(around) // max(1, count))
    sectors = [around[first : first + size] for first in range(0, len(around), max(1, size))]
    return [_nearest_next(sector, ways) for sector in sectors]


def _direction(place: Place) -> tuple[float, str]:
    north, east = place.fact.latitude - 32.535, place.fact.longitude - 107.899
    return atan2(north, east), place.fact.code


def _nearest_next(sector: Sequence[Place], ways: Ways) -> list[Place]:
    here, left = DEPOT, list(sector)
    order: list[Place] = []
    while left:
        nearest = min(left, key=_seconds_from(here, ways))
        left.remove(nearest)
        order.append(nearest)
        here = nearest.fact.code
    return order


def _seconds_from(here: str, ways: Ways) -> Callable[[Place], tuple[int, str]]:
    return lambda place: (ways[here, place.fact.code].seconds, place.fact.code)
