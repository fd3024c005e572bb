"""When a vehicle is where: the timetable of a given sequence of halts.

A halt is the id of a site to serve, or ``LOAD``: go back to load again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from typing import NamedTuple

from optimizer.routing.hours import Lunch
from optimizer.routing.measures import Span
from optimizer.routing.pricing import SECONDS_PER_HOUR, lateness_fen
from optimizer.routing.problem import NO_ROAD, Problem, Site, Vehicle

LOAD = None

Halts = Sequence[str | None]


class Call(NamedTuple):
    """The moments of one call at a site."""

    arrive: int
    start: int
    leave: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """The moments of a whole run."""

    leave: int
    calls: tuple[Call, ...]
    back: int

    @property
    def seconds(self) -> int:
        """How long the run takes, waiting included."""
        return self.back - self.leave


def first_start(windows: tuple[Span, ...], moment: int) -> int | None:
    """Return the first moment from ``moment`` on when service may start, if there is one."""
    if not windows:
        return moment
    for window in windows:
        if moment <= window.latest:
            return max(moment, window.earliest)
    return None


def timetable(problem: Problem, vehicle: Vehicle, halts: Halts, *, leave: int) -> Timetable | None:
    """Return the cheapest timetable of a run that leaves at ``leave`` and never dawdles.

    It is None when a window, the end of the shift, lunch or rest cannot be kept.
    """
    return _Way(problem, vehicle, halts).cheapest(leave)


def earliest(problem: Problem, vehicle: Vehicle, halts: Halts) -> Timetable | None:
    """Return a timetable that leaves first and is back first.

    Without breaks it exists whenever the run is feasible at all.
    """
    way = _Way(problem, vehicle, halts)
    return min(way.tables(vehicle.shift.earliest), key=lambda table: table.back, default=None)


def shortest(problem: Problem, vehicle: Vehicle, halts: Halts) -> Timetable | None:
    """Return the timetable with the least paid time, the earliest of several.

    Duration as a function of leaving falls with slope -1 or is level, except where a window
    is missed. Its minima are therefore at the moments that reach some stop, without any
    waiting before it, just as a window of that stop opens or closes. Being late and overtime
    bend it where a service is due and where the shift ends; a break shifts all that follows.
    """
    return _Way(problem, vehicle, halts).best()


def legs_of(problem: Problem, vehicle: Vehicle, halts: Halts) -> list[int]:
    """Return the driving times of a run, the way back last."""
    between = (halt or vehicle.base_id for halt in halts)
    path = [vehicle.start_site_id, *between, vehicle.end_site_id]
    seconds = problem.roads_of(vehicle).seconds
    rows = [problem.row_of[site_id] for site_id in path]
    return [seconds[here][there] for here, there in pairwise(rows)]


class _State(NamedTuple):
    """How a run stands when it leaves a halt."""

    clock: int
    driven: int
    has_eaten: bool
    late_fen: int
    calls: tuple[Call, ...]

    def beats(self, other: "_State") -> bool:
        return (
            self.clock <= other.clock
            and self.driven <= other.driven
            and self.has_eaten >= other.has_eaten
            and self.late_fen <= other.late_fen
        )


class _Way:
    """A sequence of halts of one vehicle with all that its clock depends on."""

    def __init__(self, problem: Problem, vehicle: Vehicle, halts: Halts) -> None:
        self.vehicle = vehicle
        loading = vehicle.reload.seconds if vehicle.reload else 0
        self.sites = [None if halt is LOAD else problem.site(halt) for halt in halts]
        self.services = [site.service_seconds if site else loading for site in self.sites]
        self.legs = legs_of(problem, vehicle, halts)
        self.driving = sum(self.legs)
        rest = problem.rest
        self.rest = rest if rest and self.driving > rest.driving_seconds else None
        self.lunch = vehicle.lunch
        # What lies ahead after each halt, the way back included.
        self.ahead = list(accumulate(reversed(self.legs[1:])))[::-1]
        self.is_broken = any(leg >= NO_ROAD for leg in self.legs)

    def best(self) -> Timetable | None:
        """Return the cheapest timetable of all.

        Departures are tried in the order of what they cost at least; most need not be.
        """
        soonest = min((one.back for one in self.tables(self.vehicle.shift.earliest)), default=0)
        best: tuple[tuple[int, int, int], Timetable] | None = None
        bounds = ((self._bound(leave, soonest), leave) for leave in self.departures())
        for bound, leave in sorted((bound, leave) for bound, leave in bounds if bound):
            if best is not None and best[0][:2] <= bound:
                break
            for late, table in self._tables(leave):
                worth = self._worth(table, late)
                if best is None or worth < best[0]:
                    best = worth, table
        return best[1] if best else None

    def _bound(self, leave: int, soonest: int) -> tuple[int, int] | None:
        """Return what leaving then costs at least; None when it is of no use.

        Nobody is back sooner who leaves later, and a run without breaks is the shortest.
        """
        straight = self._straight(leave)
        if straight is None:
            return None
        late, table = straight
        work = self.driving + sum(self.services) + self._least_idle(leave, soonest)
        seconds = max(work, table.seconds, soonest - leave)
        fen, *_ = self._worth(Timetable(leave=leave, calls=(), back=leave + seconds), late)
        return fen, seconds

    def _least_idle(self, leave: int, soonest: int) -> int:
        """Return how much time breaks take at least; lunch may be one of the rests."""
        lunch, rest = self.lunch, self.rest
        idle = 0
        if lunch and leave < lunch.begins.earliest + lunch.seconds:
            idle = lunch.seconds if soonest > lunch.begins.latest else 0
        if rest is None:
            return idle
        rests = (self.driving - 1) // rest.driving_seconds
        return max(idle + (rests - 1) * rest.rest_seconds, rests * rest.rest_seconds)

    def cheapest(self, leave: int) -> Timetable | None:
        """Return the cheapest timetable that leaves then."""
        found = [(self._worth(table, late), table) for late, table in self._tables(leave)]
        return min(found, key=lambda one: one[0], default=(None, None))[1]

    def tables(self, leave: int) -> list[Timetable]:
        """Return the timetables that leave then; none is worse than another in every way."""
        return [table for _, table in self._tables(leave)]

    def _worth(self, table: Timetable, late_fen: int) -> tuple[int, int, int]:
        card = self.vehicle.cost
        over = max(0, table.back - self.vehicle.shift.latest) * card.fen_per_overtime_hour
        fen = table.seconds * card.fen_per_hour + over + late_fen * SECONDS_PER_HOUR
        return fen, table.seconds, table.back

    def _tables(self, leave: int) -> Iterator[tuple[int, Timetable]]:
        straight = self._straight(leave)
        if straight is None:
            return
        if self.lunch is None and self.rest is None:
            yield straight
            return
        lunch = self.lunch
        hungry = lunch is not None and leave < lunch.begins.earliest + lunch.seconds
        states = [_State(leave, 0, not hungry, 0, ())]
        for place, leg in enumerate(self.legs[:-1]):
            states = _best(after for state in states for after in self._serve(state, leg, place))
        for state in states:
            back = state.clock + self.legs[-1]
            if self._may_end(state, back):
                yield state.late_fen, Timetable(leave=leave, calls=state.calls, back=back)

    def _straight(self, leave: int) -> tuple[int, Timetable] | None:
        """Return the timetable of a run without breaks, if it can be kept."""
        if self.is_broken:
            return None
        calls: list[Call] = []
        clock, late = leave, 0
        for leg, site, service in zip(self.legs, self.sites, self.services, strict=False):
            arrive = clock + leg
            start = first_start(site.windows, arrive) if site else arrive
            if start is None:
                return None
            if site and site.due is not None:
                late += lateness_fen(site, start)
            clock = start + service
            calls.append(Call(arrive, start, clock))
        back = clock + self.legs[-1]
        if back > self.vehicle.latest_back:
            return None
        return late, Timetable(leave=leave, calls=tuple(calls), back=back)

    def _may_end(self, state: _State, back: int) -> bool:
        if back > self.vehicle.latest_back or self._is_tired(state.driven + self.legs[-1]):
            return False
        return state.has_eaten or self.lunch is None or back <= self.lunch.begins.latest

    def _is_tired(self, driven: int) -> bool:
        return self.rest is not None and driven > self.rest.driving_seconds

    def _serve(self, state: _State, leg: int, place: int) -> Iterator[_State]:
        """Yield how the run may stand after the next halt: with a break or without."""
        arrive, driven = state.clock + leg, state.driven + leg
        if self._is_tired(driven):
            return
        site, service = self.sites[place], self.services[place]
        needs_rest = self.rest is not None and self._is_tired(driven + self.ahead[place])
        breaks = self._breaks(arrive, has_eaten=state.has_eaten, needs_rest=needs_rest)
        for ready in breaks if self._may_break_before(place, arrive) else [arrive]:
            start = first_start(site.windows, ready) if site else ready
            if start is None:
                continue
            done = start + service
            eaten = state.has_eaten or _has_eaten(self.lunch, arrive, start)
            late = state.late_fen + (lateness_fen(site, start) if site else 0)
            rested = self._has_rested(arrive, start)
            breaks = self._breaks(done, has_eaten=eaten, needs_rest=needs_rest)
            for leave in [done] if ready > arrive else breaks:
                yield _State(
                    leave,
                    0 if rested or self._has_rested(done, leave) else driven,
                    eaten or _has_eaten(self.lunch, done, leave),
                    late,
                    (*state.calls, Call(arrive, start, leave)),
                )

    def _may_break_before(self, place: int, arrive: int) -> bool:
        """Tell whether a break may be worth it before the service rather than after.

        It is where there is waiting to be done, or where lunch would be too late afterwards.
        """
        site = self.sites[place]
        waits = site is not None and first_start(site.windows, arrive) != arrive
        done = arrive + self.services[place]
        return waits or (self.lunch is not None and done > self.lunch.begins.latest)

    def _has_rested(self, idle: int, busy: int) -> bool:
        return self.rest is not None and busy - idle >= self.rest.rest_seconds

    def _breaks(self, moment: int, *, has_eaten: bool, needs_rest: bool) -> list[int]:
        """Return when the driver may go on: at once, or after a meal or a rest."""
        moments = [moment]
        if self.lunch and not has_eaten:
            over = self.lunch.end(moment)
            if over is not None:
                moments.append(over)
        if self.rest and needs_rest:
            moments.append(moment + self.rest.rest_seconds)
        return moments

    def departures(self) -> set[int]:
        """Return the moments of leaving among which a cheapest one is."""
        shift = self.vehicle.shift
        moments = {shift.earliest}
        for edge, offset in self._edges():
            moments |= {edge - offset - pause for pause in self._pauses}
        return {moment for moment in moments if shift.earliest <= moment <= shift.latest}

    @cached_property
    def _pauses(self) -> set[int]:
        """Return how long breaks may have been that lie behind."""
        pauses = {0}
        if self.lunch:
            pauses.add(self.lunch.seconds)
        if self.rest:
            pauses |= {pause + self.rest.rest_seconds for pause in pauses}
        return pauses

    def _edges(self) -> Iterator[tuple[int, int]]:
        """Yield moments when something changes, and how long after leaving they are reached."""
        reached = list(accumulate(map(sum, zip(self.legs, [0, *self.services], strict=True))))
        for site, offset in zip(self.sites, reached, strict=False):
            if site:
                yield from ((edge, offset) for edge in _edges_of(site))
            if self.lunch:
                yield self.lunch.begins.latest, offset
        if self.lunch:
            yield self.lunch.begins.earliest + self.lunch.seconds, 0
            yield self.lunch.begins.latest, reached[-1]
        if self.vehicle.overtime_seconds:
            yield self.vehicle.shift.latest, reached[-1]


def _edges_of(site: Site) -> Iterator[int]:
    for window in site.windows:
        yield from (window.earliest, window.latest)
    if site.due is not None:
        yield site.due


def _has_eaten(lunch: Lunch | None, idle: int, busy: int) -> bool:
    return lunch is not None and lunch.end(idle, busy) is not None


def _best(states: Iterable[_State]) -> list[_State]:
    """Return the states that no other one beats."""
    kept: list[_State] = []
    for state in sorted(states, key=lambda one: one.clock):
        if not any(other.beats(state) for other in kept):
            kept.append(state)
    return kept
