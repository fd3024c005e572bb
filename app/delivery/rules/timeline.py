"""A run as blocks on a time line: driving, waiting, service and breaks, and its calls."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from optimizer.routing.plan import Route
from optimizer.routing.problem import Problem


class Doing(StrEnum):
    """What a vehicle does for a while."""

    DRIVING = "driving"
    WAITING = "waiting"
    SERVICE = "service"
    BREAK = "break"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A while of a run, in seconds of the local day."""

    doing: Doing
    start: int
    end: int


def blocks_of(problem: Problem, route: Route) -> tuple[Block, ...]:
    """Return what the vehicle does from leaving to being back, without gaps."""
    return tuple(block for block in _blocks(problem, route) if block.start < block.end)


def _blocks(problem: Problem, route: Route) -> Iterator[Block]:
    clock = route.leave
    for stop in route.stops:
        served = min(stop.leave, stop.start + problem.site(stop.site_id).service_seconds)
        yield Block(doing=Doing.DRIVING, start=clock, end=stop.arrive)
        yield Block(doing=Doing.WAITING, start=stop.arrive, end=stop.start)
        yield Block(doing=Doing.SERVICE, start=stop.start, end=served)
        yield Block(doing=Doing.BREAK, start=served, end=stop.leave)
        clock = stop.leave
    yield Block(doing=Doing.DRIVING, start=clock, end=route.back)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The hours that all runs fit in; moments become hundredths of the width."""

    first: int
    last: int

    def at(self, moment: int) -> float:
        """Return where a moment lies, from 0 to 100."""
        share = (moment - self.first) / (self.last - self.first)
        return round(100 * min(1.0, max(0.0, share)), 2)

    def shows(self, moment: int) -> bool:
        """Say whether a moment lies on the axis."""
        return self.first <= moment <= self.last

    @property
    def hours(self) -> list[int]:
        """The full hours on the axis, its ends included."""
        return list(range(self.first // HOUR, self.last // HOUR + 1))


HOUR = 3600


def axis_of(moments: list[int]) -> Axis:
    """Return the full hours around these moments; a working day where there are none."""
    first, last = min(moments, default=8 * HOUR), max(moments, default=18 * HOUR)
    return Axis(first=first // HOUR * HOUR, last=max(-(-last // HOUR), first // HOUR + 1) * HOUR)
