"""When a vehicle is where: the timetable of a given sequence of sites."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from optimizer.routing.measures import Span
from optimizer.routing.problem import Problem, Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
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


def timetable(
    problem: Problem, vehicle: Vehicle, site_ids: Sequence[str], *, leave: int
) -> Timetable | None:
    """Return the earliest timetable of a run that leaves at ``leave``.

    It is None when a window or the end of the shift cannot be met.
    """
    calls: list[Call] = []
    here, clock = vehicle.start_site_id, leave
    for site_id in site_ids:
        arrive = clock + problem.seconds_between(here, site_id)
        site = problem.site(site_id)
        start = first_start(site.windows, arrive)
        if start is None:
            return None
        here, clock = site_id, start + site.service_seconds
        calls.append(Call(arrive=arrive, start=start, leave=clock))
    back = clock + problem.seconds_between(here, vehicle.end_site_id)
    if back > vehicle.shift.latest:
        return None
    return Timetable(leave=leave, calls=tuple(calls), back=back)


def earliest(problem: Problem, vehicle: Vehicle, site_ids: Sequence[str]) -> Timetable | None:
    """Return the timetable that is back first; it exists whenever the run is feasible at all."""
    return timetable(problem, vehicle, site_ids, leave=vehicle.shift.earliest)


def shortest(problem: Problem, vehicle: Vehicle, site_ids: Sequence[str]) -> Timetable | None:
    """Return the timetable with the least paid time, the earliest of several.

    Duration as a function of leaving falls with slope -1 or is level, except where a window
    is missed. Its minima are therefore at the moments that reach some stop, without any
    waiting before it, just as a window of that stop opens or closes.
    """
    found = [
        table
        for leave in _candidates(problem, vehicle, site_ids)
        if (table := timetable(problem, vehicle, site_ids, leave=leave)) is not None
    ]
    return min(found, key=lambda table: (table.seconds, table.back), default=None)


def _candidates(problem: Problem, vehicle: Vehicle, site_ids: Sequence[str]) -> set[int]:
    shift = vehicle.shift
    moments = {shift.earliest}
    for site_id, offset in zip(site_ids, _offsets(problem, vehicle, site_ids), strict=True):
        for window in problem.site(site_id).windows:
            moments |= {window.earliest - offset, window.latest - offset}
    return {moment for moment in moments if shift.earliest <= moment <= shift.latest}


def _offsets(problem: Problem, vehicle: Vehicle, site_ids: Sequence[str]) -> list[int]:
    """Return how long after leaving each site is reached when nobody waits."""
    before = [vehicle.start_site_id, *site_ids]
    legs = (
        problem.seconds_between(here, there) + (problem.site(here).service_seconds if stop else 0)
        for stop, (here, there) in enumerate(zip(before, site_ids, strict=False))
    )
    return list(accumulate(legs))
