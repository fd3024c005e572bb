"""Who makes which visits in what order, and the timed and priced plan that follows from it."""

from collections.abc import Iterator, Mapping, Sequence

from optimizer.routing.plan import Cost, Plan, Reason, Route, Stop, Unassigned
from optimizer.routing.precheck import hopeless
from optimizer.routing.pricing import price
from optimizer.routing.problem import Problem, Vehicle
from optimizer.routing.schedule import Timetable, earliest, shortest
from optimizer.routing.visits import Visit, has_room, suits, visit_for

Draft = Mapping[str, Sequence[Visit]]
"""For each vehicle its visits in order; vehicles that stay at home may be missing."""


def complete(problem: Problem, draft: Draft) -> Plan:
    """Time and price a draft, add the orders it forgot where they fit, explain the others."""
    visits = {vehicle.id: list(draft.get(vehicle.id, ())) for vehicle in problem.vehicles}
    unassigned = tuple(_add_forgotten(problem, visits))
    routes = (
        route(problem, vehicle, visits[vehicle.id])
        for vehicle in problem.vehicles
        if visits[vehicle.id]
    )
    return Plan(routes=tuple(run for run in routes if run is not None), unassigned=unassigned)


def _add_forgotten(problem: Problem, visits: dict[str, list[Visit]]) -> Iterator[Unassigned]:
    placed = {
        order_id
        for sequence in visits.values()
        for visit in sequence
        for order_id in visit.order_ids
    }
    forgotten = [order for order in problem.orders if order.id not in placed]
    for order in sorted(forgotten, key=lambda order: -order.priority):
        reason = hopeless(problem, order) or _insert(problem, visits, visit_for(order))
        if reason is not None:
            yield Unassigned(order_id=order.id, reason=reason)


def _insert(problem: Problem, visits: dict[str, list[Visit]], visit: Visit) -> Reason | None:
    """Put a visit where it costs least; return why not when it fits nowhere."""
    roomy = [
        vehicle
        for vehicle in problem.vehicles
        if suits(vehicle, visit) and has_room(vehicle, [*visits[vehicle.id], visit])
    ]
    if not roomy:
        return Reason.FLEET_FULL
    choices = [
        (extra, vehicle.id, place)
        for vehicle in roomy
        for extra, place in _places(problem, vehicle, visits[vehicle.id], visit)
    ]
    if not choices:
        return Reason.NO_TIME_LEFT
    _, vehicle_id, place = min(choices)
    visits[vehicle_id].insert(place, visit)
    return None


def _places(
    problem: Problem, vehicle: Vehicle, sequence: Sequence[Visit], visit: Visit
) -> Iterator[tuple[int, int]]:
    """Yield what the visit adds to the vehicle's cost at each place where time allows it."""
    before = _estimate(problem, vehicle, sequence) or 0
    for place in range(len(sequence) + 1):
        after = _estimate(problem, vehicle, [*sequence[:place], visit, *sequence[place:]])
        if after is not None:
            yield after - before, place


def _estimate(problem: Problem, vehicle: Vehicle, sequence: Sequence[Visit]) -> int | None:
    if not sequence:
        return 0
    calls = _calls(sequence)
    table = earliest(problem, vehicle, [site_id for site_id, _ in calls])
    if table is None:
        return None
    return _price(problem, vehicle, [site_id for site_id, _ in calls], table)[1].total_fen


def _calls(sequence: Sequence[Visit]) -> list[tuple[str, tuple[str, ...]]]:
    """Join visits that follow each other at one site into one call there."""
    calls: list[tuple[str, tuple[str, ...]]] = []
    for visit in sequence:
        if calls and calls[-1][0] == visit.site_id:
            calls[-1] = (visit.site_id, calls[-1][1] + visit.order_ids)
        else:
            calls.append((visit.site_id, visit.order_ids))
    return calls


def route(problem: Problem, vehicle: Vehicle, sequence: Sequence[Visit]) -> Route | None:
    """Return the run that makes the visits in the least paid time; None when none can."""
    calls = _calls(sequence)
    site_ids = [site_id for site_id, _ in calls]
    table = shortest(problem, vehicle, site_ids)
    if table is None:
        return None
    metres, cost = _price(problem, vehicle, site_ids, table)
    stops = tuple(
        Stop(
            site_id=site_id,
            order_ids=order_ids,
            arrive=call.arrive,
            start=call.start,
            leave=call.leave,
        )
        for (site_id, order_ids), call in zip(calls, table.calls, strict=True)
    )
    return Route(
        vehicle_id=vehicle.id,
        leave=table.leave,
        stops=stops,
        back=table.back,
        metres=metres,
        cost=cost,
    )


def _price(
    problem: Problem, vehicle: Vehicle, site_ids: Sequence[str], table: Timetable
) -> tuple[int, Cost]:
    metres = problem.metres_along([vehicle.start_site_id, *site_ids, vehicle.end_site_id])
    return metres, price(vehicle.cost, metres=metres, seconds=table.seconds, stops=len(site_ids))
