"""Plans as lists of customers, the depot unwritten: ``{"routes": [[3, 1, 2], …]}``."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from optimizer.routing.formats.instance import UnreadableInstance
from optimizer.routing.measures import LIMIT, Span
from optimizer.routing.plan import Plan, Route, Stop
from optimizer.routing.pricing import price
from optimizer.routing.problem import Problem
from optimizer.routing.schedule import Call, Timetable, earliest

NOWHERE = Call(arrive=0, start=0, leave=0)

Listing = list[list[int]]


def listing(plan: Plan) -> Listing:
    """Return the customers of each route."""
    return [
        [int(order_id) for stop in route.stops for order_id in stop.order_ids]
        for route in plan.routes
    ]


def read_listing(text: str) -> Listing:
    """Return the routes of a plan file.

    Raises:
        UnreadableInstance: the file is not such a listing.
    """
    try:
        routes = json.loads(text)["routes"]
        if all(type(customer) is int for route in routes for customer in route):
            return [list(route) for route in routes]
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableInstance(f"not a plan: {error}") from error
    raise UnreadableInstance("not a plan: customers must be whole numbers")


def as_plan(problem: Problem, routes: Listing) -> Plan:
    """Return the plan of the listed routes, driven as they stand, however late.

    Customers and vehicles that do not exist stay in it, for the judge to name.
    """
    patient = _patient(problem)
    runs = [
        _run(patient, str(number), route) for number, route in enumerate(routes, start=1) if route
    ]
    return Plan(routes=tuple(runs))


def _patient(problem: Problem) -> Problem:
    """Return the problem with windows that never close and shifts that never end."""
    return replace(
        problem,
        sites=tuple(
            replace(site, windows=(Span(earliest=site.windows[0].earliest, latest=LIMIT - 1),))
            for site in problem.sites
        ),
        vehicles=tuple(
            replace(vehicle, shift=Span(earliest=vehicle.shift.earliest, latest=LIMIT - 1))
            for vehicle in problem.vehicles
        ),
    )


def _run(problem: Problem, vehicle_id: str, route: Sequence[int]) -> Route:
    vehicle = problem.vehicle_by_id.get(vehicle_id, problem.vehicles[0])
    site_ids = [str(customer) for customer in route if str(customer) in problem.row_of]
    table = cast("Timetable", earliest(problem, vehicle, site_ids))
    calls = iter(table.calls)
    metres = problem.metres_along([vehicle.start_site_id, *site_ids, vehicle.end_site_id])
    return Route(
        vehicle_id=vehicle_id,
        leave=table.leave,
        stops=tuple(
            _stop(customer, next(calls) if str(customer) in problem.row_of else NOWHERE)
            for customer in route
        ),
        back=table.back,
        metres=metres,
        cost=price(vehicle.cost, metres=metres, seconds=table.seconds, stops=len(site_ids)),
    )


def _stop(customer: int, call: Call) -> Stop:
    return Stop(
        site_id=str(customer),
        order_ids=(str(customer),),
        arrive=call.arrive,
        start=call.start,
        leave=call.leave,
    )
