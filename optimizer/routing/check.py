"""An independent judge: recomputes a plan from the problem and trusts nothing the solver said.

It imports no engine and no code that builds plans.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from optimizer.routing.measures import Span
from optimizer.routing.plan import REASONS_OF_THE_PLAN, Plan, Route, Stop
from optimizer.routing.precheck import hopeless
from optimizer.routing.pricing import price
from optimizer.routing.problem import Order, Problem, Vehicle
from optimizer.routing.violation import Kind, Violation


def violations(problem: Problem, plan: Plan) -> tuple[Violation, ...]:
    """Return every broken constraint; an empty tuple proves the plan feasible."""
    return tuple(_violations(problem, plan))


def _violations(problem: Problem, plan: Plan) -> Iterator[Violation]:
    yield from _misplaced_orders(problem, plan)
    yield from _untrue_reasons(problem, plan)
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
    delivered = [order_id for order_id, *_ in _deliveries(plan.routes)]
    places = Counter([*delivered, *(one.order_id for one in plan.unassigned)])
    for order_id, count in places.items():
        if order_id not in problem.order_by_id:
            yield Violation(kind=Kind.UNKNOWN_ORDER, order_id=order_id)
        elif count > 1:
            yield Violation(kind=Kind.ORDER_TWICE, order_id=order_id, amount=count)
    for order_id in problem.order_by_id:
        if order_id not in places:
            yield Violation(kind=Kind.ORDER_MISSING, order_id=order_id)
    for order_id, route, stop in _deliveries(plan.routes):
        order = problem.order_by_id.get(order_id)
        if order is not None and order.site_id != stop.site_id:
            yield _at(Kind.WRONG_SITE, route, stop, order_id=order_id)


def _deliveries(routes: Iterable[Route]) -> Iterator[tuple[str, Route, Stop]]:
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


def _run(problem: Problem, vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    if not route.stops:
        yield Violation(kind=Kind.EMPTY_RUN, vehicle_id=vehicle.id)
    for stop in route.stops:
        if not stop.order_ids:
            yield _at(Kind.EMPTY_STOP, route, stop)
    carried = [
        problem.order_by_id[order_id]
        for order_id, *_ in _deliveries([route])
        if order_id in problem.order_by_id
    ]
    yield from _unfit(vehicle, carried)
    yield from _overloads(vehicle, carried)
    strangers = [stop for stop in route.stops if stop.site_id not in problem.row_of]
    for stop in strangers:
        yield _at(Kind.UNKNOWN_SITE, route, stop)
    if not strangers:
        yield from _moments(problem, vehicle, route)
        yield from _shift(vehicle, route)
        yield from _account(problem, vehicle, route)


def _unfit(vehicle: Vehicle, carried: Iterable[Order]) -> Iterator[Violation]:
    for order in carried:
        if order.cold and not vehicle.refrigerated:
            yield Violation(kind=Kind.NOT_REFRIGERATED, vehicle_id=vehicle.id, order_id=order.id)
        missing = order.skills - vehicle.skills
        if missing:
            yield Violation(
                kind=Kind.MISSING_SKILL,
                vehicle_id=vehicle.id,
                order_id=order.id,
                amount=len(missing),
            )


def _overloads(vehicle: Vehicle, carried: Iterable[Order]) -> Iterator[Violation]:
    orders = list(carried)
    room, cool = vehicle.ambient, vehicle.cold
    excesses = [
        (Kind.AMBIENT_WEIGHT, sum(order.ambient.grams for order in orders) - room.grams),
        (Kind.AMBIENT_VOLUME, sum(order.ambient.cm3 for order in orders) - room.cm3),
    ]
    if vehicle.refrigerated:
        excesses += [
            (Kind.COLD_WEIGHT, sum(order.cold.grams for order in orders) - cool.grams),
            (Kind.COLD_VOLUME, sum(order.cold.cm3 for order in orders) - cool.cm3),
        ]
    for kind, excess in excesses:
        if excess > 0:
            yield Violation(kind=kind, vehicle_id=vehicle.id, amount=excess)


def _moments(problem: Problem, vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    here, clock = vehicle.start_site_id, route.leave
    for stop in route.stops:
        site = problem.site(stop.site_id)
        off = stop.arrive - clock - problem.seconds_between(here, stop.site_id)
        if off:
            yield _at(Kind.TRAVEL_TIME, route, stop, amount=abs(off))
        if stop.start < stop.arrive:
            early = stop.arrive - stop.start
            yield _at(Kind.SERVED_BEFORE_ARRIVAL, route, stop, amount=early)
        if stop.leave != stop.start + site.service_seconds:
            off = stop.leave - stop.start - site.service_seconds
            yield _at(Kind.SERVICE_TIME, route, stop, amount=abs(off))
        outside = _seconds_outside(site.windows, stop.start)
        if outside:
            yield _at(Kind.OUTSIDE_WINDOW, route, stop, amount=outside)
        here, clock = stop.site_id, stop.leave
    off = route.back - clock - problem.seconds_between(here, vehicle.end_site_id)
    if off:
        yield Violation(
            kind=Kind.TRAVEL_TIME,
            vehicle_id=vehicle.id,
            site_id=vehicle.end_site_id,
            amount=abs(off),
        )


def _seconds_outside(windows: tuple[Span, ...], moment: int) -> int:
    distances = (max(window.earliest - moment, moment - window.latest, 0) for window in windows)
    return min(distances, default=0)


def _shift(vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    early = vehicle.shift.earliest - route.leave
    late = route.back - vehicle.shift.latest
    for kind, amount in ((Kind.BEFORE_SHIFT, early), (Kind.AFTER_SHIFT, late)):
        if amount > 0:
            yield Violation(kind=kind, vehicle_id=vehicle.id, amount=amount)


def _account(problem: Problem, vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    sites = [stop.site_id for stop in route.stops]
    metres = problem.metres_along([vehicle.start_site_id, *sites, vehicle.end_site_id])
    if route.metres != metres:
        off = abs(route.metres - metres)
        yield Violation(kind=Kind.WRONG_DISTANCE, vehicle_id=vehicle.id, amount=off)
    seconds = route.back - route.leave
    cost = price(vehicle.cost, metres=metres, seconds=seconds, stops=len(sites))
    if route.cost != cost:
        off = abs(route.cost.total_fen - cost.total_fen)
        yield Violation(kind=Kind.WRONG_COST, vehicle_id=vehicle.id, amount=off)


def _at(
    kind: Kind, route: Route, stop: Stop, *, order_id: str | None = None, amount: int = 1
) -> Violation:
    return Violation(
        kind=kind,
        vehicle_id=route.vehicle_id,
        site_id=stop.site_id,
        order_id=order_id,
        amount=amount,
    )
