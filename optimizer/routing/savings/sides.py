"""One side of the comparison: some drops of a day, delivered from the hub in some way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum

from optimizer.routing.baseline import fetch_alone
from optimizer.routing.budget import Budget
from optimizer.routing.check import violations
from optimizer.routing.measures import refuse
from optimizer.routing.plan import REASONS_OF_THE_PLAN, Cost, Plan
from optimizer.routing.problem import CONTROLLED, Order, Problem, Vehicle
from optimizer.routing.savings.inputs import Drop, Ground
from optimizer.routing.stepping import nearest_plan, solve_by_steps

STOPS_PER_VEHICLE = 10
SPARE = 2
TRIES = 5


class How(StrEnum):
    """In which way the drops are delivered."""

    OPTIMISED = "optimised"
    NEAREST = "nearest"
    FETCHING = "fetching"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What delivering came to; sides add up."""

    distance_fen: int = 0
    driver_fen: int = 0
    vehicle_fen: int = 0
    stop_fen: int = 0
    metres: int = 0
    vehicles: int = 0
    stops: int = 0
    drops: int = 0
    on_time: int = 0
    cold_drops: int = 0
    cold_breaches: int = 0
    problems: int = 0

    def __add__(self, other: "Side") -> "Side":
        names = [field.name for field in fields(self)]
        return Side(**{name: getattr(self, name) + getattr(other, name) for name in names})

    @property
    def transport_fen(self) -> int:
        """What the vehicles and their drivers cost."""
        return self.distance_fen + self.driver_fen + self.vehicle_fen + self.stop_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Some drops to deliver in some way, within as many steps as every other."""

    ground: Ground
    drops: tuple[Drop, ...]
    how: How
    budget: Budget


def deliver(assignment: Assignment) -> Side:
    """Return what delivering the drops comes to.

    Vehicles are declared sparingly and added while orders stay behind for want of them, on
    both sides alike; only those used are paid. What cannot be delivered at all, or stays
    behind in the end, counts as not on time.
    """
    orders = _orders(assignment.drops)
    if assignment.how is How.FETCHING:
        return _fetched(assignment, orders)
    make: Callable[[Problem], Plan] = (
        (lambda problem: solve_by_steps(problem, assignment.budget))
        if assignment.how is How.OPTIMISED
        else nearest_plan
    )
    plan, problem = _with_enough_vehicles(assignment, orders, make)
    refuse("a plan did not pass the check", when=bool(violations(problem, plan)))
    return _side(assignment, problem, plan)


def _orders(drops: Sequence[Drop]) -> tuple[Order, ...]:
    return tuple(
        Order(
            id=f"{number}",
            site_id=drop.site_id,
            ambient=drop.ambient,
            cold=drop.cold,
            skills=frozenset({CONTROLLED}) if drop.controlled else frozenset(),
        )
        for number, drop in enumerate(drops)
    )


def _with_enough_vehicles(
    assignment: Assignment, orders: tuple[Order, ...], make: Callable[[Problem], Plan]
) -> tuple[Plan, Problem]:
    special = {order.site_id for order in orders if order.cold or order.skills}
    calls = len({order.site_id for order in orders})
    cold, plain = (-(-count // STOPS_PER_VEHICLE) + SPARE for count in (len(special), calls))
    for _ in range(TRIES):
        problem = _problem(assignment.ground, orders, plain=plain, cold=cold if special else 0)
        plan = make(problem)
        if not any(one.reason in REASONS_OF_THE_PLAN for one in plan.unassigned):
            break
        plain, cold = plain + -(-plain // 2), cold + -(-cold // 2)
    return plan, problem


def _problem(ground: Ground, orders: tuple[Order, ...], *, plain: int, cold: int) -> Problem:
    return Problem(
        sites=ground.sites,
        orders=orders,
        vehicles=tuple(
            _vehicle(ground, f"{'cold' if number < cold else 'plain'}-{number + 1}")
            for number in range(cold + plain)
        ),
        roads=ground.roads,
    )


def _vehicle(ground: Ground, name: str) -> Vehicle:
    fleet, prices = ground.fleet, ground.prices
    if name.startswith("cold"):
        return Vehicle(
            id=name,
            ambient=fleet.cold_ambient,
            cold=fleet.cold,
            skills=frozenset({CONTROLLED}),
            shift=fleet.shift,
            start_site_id=ground.hub,
            end_site_id=ground.hub,
            cost=prices.cold,
        )
    return Vehicle(
        id=name,
        ambient=fleet.plain,
        shift=fleet.shift,
        start_site_id=ground.hub,
        end_site_id=ground.hub,
        cost=prices.plain,
    )


def _side(assignment: Assignment, problem: Problem, plan: Plan) -> Side:
    limit = assignment.ground.fleet.cold_limit_seconds
    breaches = sum(
        bool(problem.order_by_id[order_id].cold) and stop.start - route.leave > limit
        for route in plan.routes
        for stop in route.stops
        for order_id in stop.order_ids
    )
    return Side(
        **_parts(plan.cost),
        metres=plan.metres,
        vehicles=len(plan.routes),
        stops=sum(len(route.stops) for route in plan.routes),
        drops=len(assignment.drops),
        on_time=len(assignment.drops) - len(plan.unassigned),
        cold_drops=sum(bool(drop.cold) for drop in assignment.drops),
        cold_breaches=breaches,
        problems=1,
    )


def _parts(cost: Cost) -> dict[str, int]:
    names = ("distance_fen", "driver_fen", "vehicle_fen", "stop_fen")
    return {name: getattr(cost, name) for name in names}


def _fetched(assignment: Assignment, orders: tuple[Order, ...]) -> Side:
    """Every institution fetches by its own car, which is not refrigerated."""
    problem = _problem(assignment.ground, orders, plain=1, cold=0)
    fetching = fetch_alone(problem)
    cold = sum(bool(drop.cold) for drop in assignment.drops)
    return Side(
        **_parts(fetching.cost),
        metres=fetching.metres,
        vehicles=fetching.trips,
        stops=fetching.trips,
        drops=len(assignment.drops),
        on_time=len(assignment.drops),
        cold_drops=cold,
        cold_breaches=cold,
        problems=1,
    )
