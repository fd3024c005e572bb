"""The judge's eye on the clock: driving, services, windows, the shift, lunch and rest."""

from collections.abc import Iterator
from itertools import pairwise

from optimizer.routing.hours import Lunch
from optimizer.routing.measures import Span
from optimizer.routing.plan import Route, Stop
from optimizer.routing.problem import NO_ROAD, Problem, Vehicle
from optimizer.routing.violation import Kind, Violation, at


def hours(problem: Problem, vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    """Find what is wrong with the moments of a run whose sites are all known."""
    yield from _driving(problem, vehicle, route)
    for stop in route.stops:
        yield from _service(problem, vehicle, route, stop)
    yield from _shift(vehicle, route)
    if vehicle.lunch and not _eats(problem, vehicle, vehicle.lunch, route):
        yield Violation(kind=Kind.NO_LUNCH, vehicle_id=vehicle.id)
    yield from _unrested(problem, vehicle, route)


def _legs(problem: Problem, vehicle: Vehicle, route: Route) -> list[tuple[str, int]]:
    """Return where each leg of the run leads, and how long the roads say it takes."""
    sites = [vehicle.start_site_id, *(stop.site_id for stop in route.stops), vehicle.end_site_id]
    rows = [problem.row_of[site_id] for site_id in sites]
    seconds = problem.roads_of(vehicle).seconds
    return [
        (site_id, seconds[here][there])
        for site_id, (here, there) in zip(sites[1:], pairwise(rows), strict=True)
    ]


def _driving(problem: Problem, vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    left = [route.leave, *(stop.leave for stop in route.stops)]
    arrived = [*(stop.arrive for stop in route.stops), route.back]
    for (site_id, seconds), begin, end in zip(
        _legs(problem, vehicle, route), left, arrived, strict=True
    ):
        if seconds >= NO_ROAD:
            yield Violation(kind=Kind.NO_ROAD, vehicle_id=vehicle.id, site_id=site_id)
        off = abs(end - begin - seconds)
        if off:
            yield Violation(
                kind=Kind.TRAVEL_TIME, vehicle_id=vehicle.id, site_id=site_id, amount=off
            )


def _service_seconds(problem: Problem, vehicle: Vehicle, stop: Stop) -> int:
    if stop.loads:
        return vehicle.reload.seconds if vehicle.reload else 0
    return problem.site(stop.site_id).service_seconds


def _service(problem: Problem, vehicle: Vehicle, route: Route, stop: Stop) -> Iterator[Violation]:
    early = stop.arrive - stop.start
    if early > 0:
        yield at(Kind.SERVED_BEFORE_ARRIVAL, route, stop, amount=early)
    short = stop.start + _service_seconds(problem, vehicle, stop) - stop.leave
    if short > 0:
        yield at(Kind.SERVICE_TIME, route, stop, amount=short)
    if not stop.loads:
        outside = _seconds_outside(problem.site(stop.site_id).windows, stop.start)
        if outside:
            yield at(Kind.OUTSIDE_WINDOW, route, stop, amount=outside)


def _seconds_outside(windows: tuple[Span, ...], moment: int) -> int:
    distances = (max(window.earliest - moment, moment - window.latest, 0) for window in windows)
    return min(distances, default=0)


def _shift(vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    early = vehicle.shift.earliest - route.leave
    late = route.back - vehicle.shift.latest - vehicle.overtime_seconds
    for kind, amount in ((Kind.BEFORE_SHIFT, early), (Kind.AFTER_SHIFT, late)):
        if amount > 0:
            yield Violation(kind=kind, vehicle_id=vehicle.id, amount=amount)


def _pauses(problem: Problem, vehicle: Vehicle, stop: Stop) -> list[tuple[int, int]]:
    """Return when the driver has nothing to do at a stop: before the service and after it."""
    done = stop.start + _service_seconds(problem, vehicle, stop)
    return [(stop.arrive, stop.start), (done, stop.leave)]


def _eats(problem: Problem, vehicle: Vehicle, lunch: Lunch, route: Route) -> bool:
    before = lunch.begins.earliest + lunch.seconds <= route.leave
    after = route.back <= lunch.begins.latest
    if before or after:
        return True
    for stop in route.stops:
        for idle, busy in _pauses(problem, vehicle, stop):
            begin = max(idle, lunch.begins.earliest)
            if begin <= lunch.begins.latest and begin + lunch.seconds <= busy:
                return True
    return False


def _unrested(problem: Problem, vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    rest = problem.rest
    if rest is None:
        return
    driven = 0
    for place, (site_id, seconds) in enumerate(_legs(problem, vehicle, route)):
        driven += seconds
        if driven > rest.driving_seconds:
            yield Violation(
                kind=Kind.NO_REST,
                vehicle_id=vehicle.id,
                site_id=site_id,
                amount=driven - rest.driving_seconds,
            )
        if place < len(route.stops):
            pauses = _pauses(problem, vehicle, route.stops[place])
            if any(busy - idle >= rest.rest_seconds for idle, busy in pauses):
                driven = 0
