"""Valid plans and the place where each is to be spoiled."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from optimizer.routing.measures import NOTHING, Load
from optimizer.routing.plan import Plan, Reason, Route, Stop, Unassigned
from optimizer.routing.problem import Order, Problem, Site, Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A valid plan and the place where it is to be spoiled."""

    problem: Problem
    plan: Plan
    run: int
    stop: int
    by: int

    @property
    def route(self) -> Route:
        return self.plan.routes[self.run]

    @property
    def call(self) -> Stop:
        return self.route.stops[self.stop]

    @property
    def vehicle(self) -> Vehicle:
        return self.problem.vehicle_by_id[self.route.vehicle_id]

    @property
    def site(self) -> Site:
        return self.problem.site(self.call.site_id)

    @property
    def load(self) -> tuple[Load, Load]:
        orders = [
            self.problem.order_by_id[order_id]
            for stop in self.route.stops
            for order_id in stop.order_ids
        ]
        ambient = sum((order.ambient for order in orders), start=NOTHING)
        return ambient, sum((order.cold for order in orders), start=NOTHING)

    def with_route(self, **changes: Any) -> tuple[Problem, Plan]:
        routes = list(self.plan.routes)
        routes[self.run] = replace(self.route, **changes)
        return self.problem, replace(self.plan, routes=tuple(routes))

    def with_stop(self, **changes: Any) -> tuple[Problem, Plan]:
        stops = list(self.route.stops)
        stops[self.stop] = replace(self.call, **changes)
        return self.with_route(stops=tuple(stops))

    def with_unassigned(self, order_id: str, reason: Reason) -> tuple[Problem, Plan]:
        others = [one for one in self.plan.unassigned if one.order_id != order_id]
        claim = Unassigned(order_id=order_id, reason=reason)
        return self.problem, replace(self.plan, unassigned=(*others, claim))

    def with_vehicle(self, **changes: Any) -> tuple[Problem, Plan]:
        changed = replace(self.vehicle, **changes)
        vehicles = (changed if one.id == changed.id else one for one in self.problem.vehicles)
        return replace(self.problem, vehicles=tuple(vehicles)), self.plan

    def with_site(self, **changes: Any) -> tuple[Problem, Plan]:
        changed = replace(self.site, **changes)
        sites = (changed if one.id == changed.id else one for one in self.problem.sites)
        return replace(self.problem, sites=tuple(sites)), self.plan

    def with_another_run(self, route: Route) -> tuple[Problem, Plan]:
        return self.problem, replace(self.plan, routes=(*self.plan.routes, route))

    def with_order(self, order_id: str, **changes: Any) -> tuple[Problem, Plan]:
        orders = (
            replace(order, **changes) if order.id == order_id else order
            for order in self.problem.orders
        )
        return replace(self.problem, orders=tuple(orders)), self.plan

    @property
    def orders(self) -> list[Order]:
        return [self.problem.order_by_id[order_id] for order_id in self.call.order_ids]


def less(load: Load, **by: int) -> Load:
    return Load(grams=load.grams - by.get("grams", 0), cm3=load.cm3 - by.get("cm3", 0))


Spoil = Callable[[Case], tuple[Problem, Plan]]
