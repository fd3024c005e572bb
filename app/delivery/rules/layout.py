"""A plan as the document its row keeps, and back."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.kernel.ids import ToteId
from optimizer.routing.plan import Cost, Plan, Reason, Route, Stop, Unassigned
from optimizer.routing.precheck import hopeless
from optimizer.routing.problem import Problem

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Locks:
    """What a search may not touch: whole vehicles, and orders that stay with theirs."""

    vehicle_ids: frozenset[str] = frozenset()
    order_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Who drives what, which totes the plan is about, and what was locked when it was made."""

    plan: Plan
    tote_ids: frozenset[ToteId]
    locks: Locks = Locks()


def document_of(layout: Layout) -> Document:
    """Return the layout as JSON."""
    return {
        **asdict(layout.plan),
        "totes": sorted(layout.tote_ids),
        "locked_vehicles": sorted(layout.locks.vehicle_ids),
        "locked_orders": sorted(layout.locks.order_ids),
    }


def layout_of(document: Document) -> Layout:
    """Return the layout that a document was made of."""
    return Layout(
        plan=Plan(
            routes=tuple(map(_route, document["routes"])),
            unassigned=tuple(
                Unassigned(order_id=one["order_id"], reason=Reason(one["reason"]))
                for one in document["unassigned"]
            ),
        ),
        tote_ids=frozenset(map(ToteId, document["totes"])),
        locks=Locks(
            vehicle_ids=frozenset(document["locked_vehicles"]),
            order_ids=frozenset(document["locked_orders"]),
        ),
    )


def _route(document: Document) -> Route:
    stops = tuple(
        Stop(**{**stop, "order_ids": tuple(stop["order_ids"])}) for stop in document["stops"]
    )
    return Route(**{**document, "stops": stops, "cost": Cost(**document["cost"])})


def still_open(problem: Problem, plan: Plan) -> Plan:
    """Return what of a plan is still to be decided: vehicles and orders the problem still has.

    Orders of the problem that no remaining run carries are left behind, for a true reason.
    """
    routes = tuple(
        route
        for route in plan.routes
        if route.vehicle_id in problem.vehicle_by_id
        and all(order_id in problem.order_by_id for order_id in orders_of(route))
    )
    return Plan(routes=routes, unassigned=left_behind(problem, plan, routes))


def left_behind(problem: Problem, plan: Plan, routes: Sequence[Route]) -> tuple[Unassigned, ...]:
    """Return the problem's orders that none of the runs carries, with reasons that are true."""
    carried = {order_id for route in routes for order_id in orders_of(route)}
    stated = {one.order_id: one.reason for one in plan.unassigned}
    return tuple(
        Unassigned(
            order_id=order.id,
            reason=hopeless(problem, order) or _of_the_plan(stated.get(order.id)),
        )
        for order in problem.orders
        if order.id not in carried
    )


def _of_the_plan(stated: Reason | None) -> Reason:
    return Reason.FLEET_FULL if stated is Reason.FLEET_FULL else Reason.NO_TIME_LEFT


def orders_of(route: Route) -> list[str]:
    """Return the orders of a run, in the order of its stops."""
    return [order_id for stop in route.stops for order_id in stop.order_ids]


def vehicle_of_order(plan: Plan) -> dict[str, str]:
    """Return which vehicle carries each order."""
    return {order_id: route.vehicle_id for route in plan.routes for order_id in orders_of(route)}


def changed_orders(before: Plan, after: Plan) -> Collection[str]:
    """Return the orders that another vehicle carries, or that came in or stay behind now."""
    was, now = vehicle_of_order(before), vehicle_of_order(after)
    return {order_id for order_id in was | now if was.get(order_id) != now.get(order_id)}
