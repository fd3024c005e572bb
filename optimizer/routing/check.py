"""An independent judge: recomputes a plan from the problem and trusts nothing the solver said.

It imports no engine and no code that builds plans.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from optimizer.routing.check_cargo import cargo
from optimizer.routing.check_hours import hours
from optimizer.routing.plan import REASONS_OF_THE_PLAN, Plan, Route, Stop
from optimizer.routing.precheck import hopeless
from optimizer.routing.pricing import price, surcharges
from optimizer.routing.problem import Problem, Vehicle
from optimizer.routing.violation import Kind, Violation, at


def violations(problem: Problem, plan: Plan) -> tuple[Violation, ...]:
    """Return every broken constraint; an empty tuple proves the plan feasible."""
    return tuple(_violations(problem, plan))


def _violations(problem: Problem, plan: Plan) -> Iterator[Violation]:
    yield from _misplaced_orders(problem, plan)
    yield from _untrue_reasons(problem, plan)
    yield from _changed_beginnings(problem, plan)
    runs = Counter(route.vehicle_id for route in plan.routes)
    for vehicle_id, count in runs.items():
        if count > 1:
            yield Violation(kind=Kind.VEHICLE_TWICE, vehicle_id=vehicle_id, amount=count)
    for route in plan.routes:
        vehicle = problem.vehicle_by_id.get(route.vehicle_id)
        if vehicle is None:
            yield Violation(kind=Kind.UNKNOWN_VEHICLE, vehicle_id=route.vehicle_id)
        else:
            yield from _run(problem, vehicle, route)


def _misplaced_orders(problem: Problem, plan: Plan) -> Iterator[Violation]:
    served = [order_id for order_id, *_ in _services(plan.routes)]
    places = Counter([*served, *(one.order_id for one in plan.unassigned)])
    for order_id, count in places.items():
        if order_id not in problem.order_by_id:
            yield Violation(kind=Kind.UNKNOWN_ORDER, order_id=order_id)
        elif count > 1:
            yield Violation(kind=Kind.ORDER_TWICE, order_id=order_id, amount=count)
    for order_id in problem.order_by_id:
        if order_id not in places:
            yield Violation(kind=Kind.ORDER_MISSING, order_id=order_id)
    for order_id, route, stop in _services(plan.routes):
        order = problem.order_by_id.get(order_id)
        if order is not None and order.site_id != stop.site_id:
            yield at(Kind.WRONG_SITE, route, stop, order_id=order_id)


def _services(routes: Iterable[Route]) -> Iterator[tuple[str, Route, Stop]]:
    return (
        (order_id, route, stop)
        for route in routes
        for stop in route.stops
        for order_id in stop.order_ids
    )


def _untrue_reasons(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Find orders said to be hopeless that are not, or that are so for another reason."""
    for one in plan.unassigned:
        order = problem.order_by_id.get(one.order_id)
        if order is None:
            continue
        truth = hopeless(problem, order)
        true = one.reason is truth if truth else one.reason in REASONS_OF_THE_PLAN
        if not true:
            yield Violation(kind=Kind.WRONG_REASON, order_id=one.order_id)


def _changed_beginnings(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Find vehicles that serve the orders that come first later, elsewhere or in another order.

    What of them stays behind has its reason among the unassigned.
    """
    behind = {one.order_id for one in plan.unassigned}
    for vehicle in problem.vehicles:
        routes = [route for route in plan.routes if route.vehicle_id == vehicle.id]
        served = [order_id for order_id, *_ in _services(routes)]
        first = [
            order_id
            for order_id in vehicle.first
            if order_id in problem.order_by_id and order_id not in behind
        ]
        changed = [
            order_id
            for place, order_id in enumerate(first)
            if place >= len(served) or served[place] != order_id
        ]
        if changed:
            yield Violation(kind=Kind.FIRST_CHANGED, vehicle_id=vehicle.id, amount=len(changed))


def _run(problem: Problem, vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    if not any(stop.order_ids for stop in route.stops):
        yield Violation(kind=Kind.EMPTY_RUN, vehicle_id=vehicle.id)
    for stop in route.stops:
        if not stop.order_ids and not stop.loads:
            yield at(Kind.EMPTY_STOP, route, stop)
    yield from _reloads(vehicle, route)
    yield from cargo(problem, vehicle, route)
    strangers = [stop for stop in route.stops if stop.site_id not in problem.row_of]
    for stop in strangers:
        yield at(Kind.UNKNOWN_SITE, route, stop)
    if not strangers:
        yield from hours(problem, vehicle, route)
        yield from _account(problem, vehicle, route)


def _reloads(vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    loading = [stop for stop in route.stops if stop.loads]
    may = vehicle.reload
    for stop in loading:
        if may is None or stop.site_id != may.site_id or stop.order_ids:
            yield at(Kind.WRONG_RELOAD, route, stop)
    excess = len(loading) - (may.most if may else 0)
    if excess > 0:
        yield Violation(kind=Kind.TOO_MANY_RELOADS, vehicle_id=vehicle.id, amount=excess)


def _account(problem: Problem, vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    sites = [vehicle.start_site_id, *(stop.site_id for stop in route.stops)]
    metres = problem.metres_along([*sites, vehicle.end_site_id], problem.roads_of(vehicle))
    if route.metres != metres:
        off = abs(route.metres - metres)
        yield Violation(kind=Kind.WRONG_DISTANCE, vehicle_id=vehicle.id, amount=off)
    served = [(stop.site_id, stop.start) for stop in route.stops if not stop.loads]
    seconds = route.back - route.leave
    cost = price(vehicle.cost, metres=metres, seconds=seconds, stops=len(served))
    cost += surcharges(problem, vehicle, served, back=route.back)
    if route.cost != cost:
        off = abs(route.cost.total_fen - cost.total_fen)
        yield Violation(kind=Kind.WRONG_COST, vehicle_id=vehicle.id, amount=off)
