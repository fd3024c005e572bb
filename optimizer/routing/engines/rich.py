"""The whole problem as an OR-Tools routing model: compartments, windows, shifts, skills, prices.

OR-Tools knows no seed; shuffling the visits takes its place.
"""

from collections.abc import Callable, Iterable, Sequence
from time import monotonic

import numpy as np
from ortools.constraint_solver import pywrapcp
from ortools.constraint_solver.routing_enums_pb2 import FirstSolutionStrategy as FirstSolution
from ortools.constraint_solver.routing_enums_pb2 import LocalSearchMetaheuristic as Metaheuristic

from optimizer.routing.budget import Budget
from optimizer.routing.cargo import trips
from optimizer.routing.drafting import Draft, beginnings, complete, draft_of
from optimizer.routing.engines.nodes import FEN
from optimizer.routing.engines.rich_cargo import add_cargo
from optimizer.routing.engines.rich_hours import add_hours
from optimizer.routing.engines.rich_layout import Layout, lay
from optimizer.routing.pricing import penalties, stranger_fen
from optimizer.routing.problem import CostCard, Problem
from optimizer.routing.visits import Visit, able_vehicles

STRANGERS = "strangers"


def search(
    problem: Problem,
    visits: Sequence[Visit],
    budget: Budget,
    *,
    start: Draft,
    found: Callable[[Draft], None],
) -> None:
    """Improve the draft ``start`` until the budget is spent; report every better draft.

    A draft that makes no visit, or that OR-Tools cannot repair, is replaced by its own first
    solution.
    """
    began = monotonic()
    order = np.random.default_rng(budget.seed).permutation(len(visits))
    layout = lay(problem, [visits[number] for number in order])
    model = layout.model
    _add_prices(layout)
    add_hours(layout)
    add_cargo(layout)
    _add_visits(layout)
    _add_loadings(layout)
    _keep_beginnings(layout)
    _report_improvements(layout, found)
    if any(start.values()):
        start = draft_of(complete(problem, start), visits)
    parameters = _parameters(budget, spent=monotonic() - began)
    # What is added or loaded before the model is closed with them ignores the parameters.
    model.CloseModelWithParameters(parameters)
    routes = _as_routes(layout, start)
    first = model.ReadAssignmentFromRoutes(routes, True) if any(routes) else None
    if first is None:
        model.SolveWithParameters(parameters)
    else:
        model.SolveFromAssignmentWithParameters(first, parameters)


def _add_prices(layout: Layout) -> None:
    model = layout.model
    arcs: dict[tuple[CostCard, str], int] = {}
    for number, vehicle in layout.vehicles:
        kind = (vehicle.cost, vehicle.profile)
        if kind not in arcs:
            way = layout.by_profile[vehicle.profile].way_cost(vehicle.cost)
            arcs[kind] = model.RegisterTransitMatrix(way.tolist())
        model.SetArcCostEvaluatorOfVehicle(arcs[kind], number)
        model.SetFixedCostOfVehicle(vehicle.cost.fen_per_day * FEN, number)
    _add_strangers(layout)


def _add_strangers(layout: Layout) -> None:
    """Charge calls by another vehicle than the one a site is used to."""
    model, visits = layout.model, layout.nodes.visits
    sites = [layout.problem.site(visit.site_id) for visit in visits]
    charges = [
        tuple(
            FEN * stranger_fen(site, vehicle) // share
            for site, share in zip(sites, layout.visits_there, strict=True)
        )
        for vehicle in layout.problem.vehicles
    ]
    if not any(map(any, charges)):
        return
    nothing = [0 for _ in layout.nodes.loadings]
    unary = {charge: layout.unary(charge, nothing) for charge in dict.fromkeys(charges)}
    most = max(map(sum, charges))
    model.AddDimensionWithVehicleTransits(
        [unary[charge] for charge in charges], 0, most, True, STRANGERS
    )
    strangers = model.GetDimensionOrDie(STRANGERS)
    for number, _ in layout.vehicles:
        strangers.SetSpanCostCoefficientForVehicle(1, number)


def _add_visits(layout: Layout) -> None:
    problem, model = layout.problem, layout.model
    price_of = penalties(problem)
    number_of = {vehicle.id: number for number, vehicle in layout.vehicles}
    able = able_vehicles(problem, layout.nodes.visits)
    for index, visit in enumerate(layout.nodes.visits):
        penalty = sum(price_of[order_id] for order_id in visit.order_ids)
        model.AddDisjunction([index], penalty * FEN)
        numbers = sorted(number_of[name] for name in able[index])
        # -1 stands for nobody: without it the visit could not be dropped.
        model.VehicleVar(index).SetValues([-1, *numbers])


def _add_loadings(layout: Layout) -> None:
    for index, loading in zip(layout.loading_indices, layout.nodes.loadings, strict=True):
        layout.model.AddDisjunction([index], 0)
        layout.model.VehicleVar(index).SetValues([-1, loading.vehicle])


def _keep_beginnings(layout: Layout) -> None:
    index_of = _indices(layout)
    first = beginnings(layout.problem)
    for number, vehicle in layout.vehicles:
        here = layout.model.Start(number)
        for visit in first.get(vehicle.id, ()):
            if visit.order_ids in index_of:
                there = index_of[visit.order_ids]
                layout.model.NextVar(here).SetValue(there)
                here = there


def _indices(layout: Layout) -> dict[tuple[str, ...], int]:
    return {visit.order_ids: index for index, visit in enumerate(layout.nodes.visits)}


def _report_improvements(layout: Layout, found: Callable[[Draft], None]) -> None:
    model = layout.model
    best: list[int] = []

    def at_solution() -> None:
        cost = model.CostVar().Max()
        if not best or cost < best[-1]:
            best.append(cost)
            found(_as_draft(layout))

    model.AddAtSolutionCallback(at_solution)


def _as_draft(layout: Layout) -> Draft:
    """Return the visits of the runs; where vehicles load again follows from what fits."""
    visits = layout.nodes.visits
    return {
        vehicle.id: [visits[index] for index in _sequence(layout, number) if index < len(visits)]
        for number, vehicle in layout.vehicles
    }


def _sequence(layout: Layout, number: int) -> Iterable[int]:
    model = layout.model
    index = model.NextVar(model.Start(number)).Value()
    while not model.IsEnd(index):
        yield index
        index = model.NextVar(index).Value()


def _as_routes(layout: Layout, draft: Draft) -> list[list[int]]:
    index_of = _indices(layout)
    loadings: dict[int, list[int]] = {}
    for index, loading in zip(layout.loading_indices, layout.nodes.loadings, strict=True):
        loadings.setdefault(loading.vehicle, []).append(index)
    routes: list[list[int]] = []
    for number, vehicle in layout.vehicles:
        routes.append([])
        chances = iter(loadings.get(number, ()))
        for place, trip in enumerate(trips(layout.problem, vehicle, draft.get(vehicle.id, ()))):
            if place:
                routes[-1].append(next(chances))
            routes[-1] += [index_of[visit.order_ids] for visit in trip]
    return routes


def _parameters(budget: Budget, *, spent: float) -> pywrapcp.DefaultRoutingSearchParameters:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = FirstSolution.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = Metaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(max(1, int(1000 * (budget.seconds - spent))))
    if budget.steps is not None:
        parameters.solution_limit = budget.steps
    return parameters
