"""Changing a plan by hand: what goes where, and the run as it then is, in time or not."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from app.delivery.rules.layout import Locks, left_behind, orders_of, vehicle_of_order
from optimizer.routing.drafting import route as timed
from optimizer.routing.measures import Span
from optimizer.routing.plan import Plan, Route, Stop
from optimizer.routing.pricing import price, surcharges
from optimizer.routing.problem import Problem, Vehicle
from optimizer.routing.schedule import first_start
from optimizer.routing.visits import visit_for

LOCK = "locked to "
"""Begins the skill that only one vehicle has and that its locked orders need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Orders of one site go to a vehicle, before the stop at ``position`` of the others there.

    Without a position they go where they come least late, and then cost least.
    """

    order_ids: tuple[str, ...]
    vehicle_id: str
    position: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A stop before it has its moments."""

    site_id: str
    order_ids: tuple[str, ...]


def moved(
    problem: Problem, plan: Plan, moves: Iterable[Move], *, not_before: int | None = None
) -> Plan:
    """Return the plan after the moves; runs they do not touch keep their moments.

    A touched run is timed as well as it can be, from ``not_before`` on. Where nothing can
    keep every window, it drives on and comes late: the checker says where, and how late.
    """
    before = {route.vehicle_id: _calls(route) for route in plan.routes}
    after = before
    for move in moves:
        after = _after(problem, after, move, not_before)
    kept = {route.vehicle_id: route for route in plan.routes}
    routes = tuple(
        kept[vehicle.id]
        if vehicle.id in kept and before[vehicle.id] == calls
        else driven(problem, _from(vehicle, not_before), calls)
        for vehicle in problem.vehicles
        if (calls := after.get(vehicle.id))
    )
    return Plan(routes=routes, unassigned=left_behind(problem, plan, routes))


def _calls(route: Route) -> list[Call]:
    return [Call(site_id=stop.site_id, order_ids=stop.order_ids) for stop in route.stops]


def _after(
    problem: Problem, runs: dict[str, list[Call]], move: Move, not_before: int | None
) -> dict[str, list[Call]]:
    taken = set(move.order_ids)
    rest = {vehicle_id: list(_without(calls, taken)) for vehicle_id, calls in runs.items()}
    site_id = problem.order_by_id[move.order_ids[0]].site_id
    call = Call(site_id=site_id, order_ids=move.order_ids)
    there = rest.get(move.vehicle_id, [])
    vehicle = _from(problem.vehicle_by_id[move.vehicle_id], not_before)
    place = move.position
    if place is None:
        place = _best_place(problem, vehicle, there, call)
    rest[move.vehicle_id] = [*there[:place], call, *there[place:]]
    return {vehicle_id: _joined(calls) for vehicle_id, calls in rest.items()}


def _best_place(problem: Problem, vehicle: Vehicle, calls: list[Call], call: Call) -> int:
    def worth(place: int) -> tuple[int, int]:
        run = driven(problem, vehicle, _joined([*calls[:place], call, *calls[place:]]))
        return _overrun(problem, vehicle, run), run.cost.total_fen

    return min(range(len(calls) + 1), key=worth)


def _overrun(problem: Problem, vehicle: Vehicle, run: Route) -> int:
    """Return by how many seconds a run misses its windows and its shift, all together."""
    missed = max(0, run.back - vehicle.shift.latest)
    for stop in run.stops:
        windows = problem.site(stop.site_id).windows
        missed += max(0, stop.start - windows[-1].latest) if windows else 0
    return missed


def _without(calls: Iterable[Call], taken: Collection[str]) -> Iterable[Call]:
    for call in calls:
        left = tuple(order_id for order_id in call.order_ids if order_id not in taken)
        if left:
            yield replace(call, order_ids=left)


def _joined(calls: Iterable[Call]) -> list[Call]:
    """Make one call of two that follow each other at one site."""
    joined: list[Call] = []
    for call in calls:
        if joined and joined[-1].site_id == call.site_id:
            joined[-1] = replace(call, order_ids=joined[-1].order_ids + call.order_ids)
        else:
            joined.append(call)
    return joined


def _from(vehicle: Vehicle, moment: int | None) -> Vehicle:
    shift = vehicle.shift
    if moment is None or not shift.earliest < moment <= shift.latest:
        return vehicle
    return replace(vehicle, shift=Span(earliest=moment, latest=shift.latest))


def driven(problem: Problem, vehicle: Vehicle, calls: Sequence[Call]) -> Route:
    """Return the run that makes these calls: the best in time, else one that comes late."""
    visits = [
        visit_for(problem.order_by_id[order_id]) for call in calls for order_id in call.order_ids
    ]
    return timed(problem, vehicle, visits) or _late(problem, vehicle, calls)


def _late(problem: Problem, vehicle: Vehicle, calls: Sequence[Call]) -> Route:
    """Drive the calls one after the other, leaving so that nobody waits at the first."""
    first = calls[0].site_id
    arrive = vehicle.shift.earliest + problem.seconds_between(vehicle.start_site_id, first)
    leave = vehicle.shift.earliest + _start(problem, first, arrive) - arrive
    here, clock = vehicle.start_site_id, leave
    stops = []
    for call in calls:
        arrive = clock + problem.seconds_between(here, call.site_id)
        start = _start(problem, call.site_id, arrive)
        here, clock = call.site_id, start + problem.site(call.site_id).service_seconds
        stops.append(
            Stop(
                site_id=call.site_id,
                order_ids=call.order_ids,
                arrive=arrive,
                start=start,
                leave=clock,
            )
        )
    back = clock + problem.seconds_between(here, vehicle.end_site_id)
    way = [vehicle.start_site_id, *(call.site_id for call in calls), vehicle.end_site_id]
    metres = problem.metres_along(way)
    return Route(
        vehicle_id=vehicle.id,
        leave=leave,
        stops=tuple(stops),
        back=back,
        metres=metres,
        cost=price(vehicle.cost, metres=metres, seconds=back - leave, stops=len(calls))
        + surcharges(problem, vehicle, [(stop.site_id, stop.start) for stop in stops], back=back),
    )


def _start(problem: Problem, site_id: str, arrive: int) -> int:
    start = first_start(problem.site(site_id).windows, arrive)
    return arrive if start is None else start


def rest_of(problem: Problem, plan: Plan, locks: Locks, *, not_before: int | None) -> Problem:
    """Return what a search may decide: everything but the locked runs.

    A locked order needs a skill that only its own vehicle has, so it stays there.
    """
    fixed = [route for route in plan.routes if route.vehicle_id in locks.vehicle_ids]
    gone = {order_id for route in fixed for order_id in orders_of(route)}
    home = vehicle_of_order(plan)
    return replace(
        problem,
        orders=tuple(
            replace(order, skills=order.skills | {LOCK + home[order.id]})
            if order.id in locks.order_ids and order.id in home
            else order
            for order in problem.orders
            if order.id not in gone
        ),
        vehicles=tuple(
            replace(_from(vehicle, not_before), skills=vehicle.skills | {LOCK + vehicle.id})
            for vehicle in problem.vehicles
            if vehicle.id not in locks.vehicle_ids
        ),
    )


def joined_with(problem: Problem, plan: Plan, locks: Locks, answer: Plan) -> Plan:
    """Return a search's answer together with the runs that were locked."""
    fixed = tuple(route for route in plan.routes if route.vehicle_id in locks.vehicle_ids)
    routes = tuple(sorted((*fixed, *answer.routes), key=lambda route: route.vehicle_id))
    return Plan(routes=routes, unassigned=left_behind(problem, answer, routes))
