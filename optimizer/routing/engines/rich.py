"""The whole problem as an OR-Tools routing model: compartments, windows, shifts, skills, prices.

OR-Tools knows no seed; shuffling the visits takes its place.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from time import monotonic

import numpy as np
from ortools.constraint_solver import pywrapcp
from ortools.constraint_solver.routing_enums_pb2 import FirstSolutionStrategy as FirstSolution
from ortools.constraint_solver.routing_enums_pb2 import LocalSearchMetaheuristic as Metaheuristic

from optimizer.routing.budget import Budget
from optimizer.routing.drafting import Draft
from optimizer.routing.engines.nodes import FEN, Nodes, lay_out
from optimizer.routing.measures import Span
from optimizer.routing.pricing import penalties
from optimizer.routing.problem import CostCard, Problem, Vehicle
from optimizer.routing.visits import Visit, able_vehicles

TIME = "time"


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
    nodes = lay_out(problem, [visits[number] for number in order])
    manager = pywrapcp.RoutingIndexManager(
        len(nodes.metres),
        len(problem.vehicles),
        [nodes.depot(vehicle.start_site_id) for vehicle in problem.vehicles],
        [nodes.depot(vehicle.end_site_id) for vehicle in problem.vehicles],
    )
    model = pywrapcp.RoutingModel(manager)
    _add_prices(problem, nodes, model)
    _add_time(problem, nodes, model)
    _add_loads(problem, nodes, model)
    _add_visits(problem, nodes, model)
    _report_improvements(problem, nodes, model, found)
    parameters = _parameters(budget, spent=monotonic() - began)
    # What is added or loaded before the model is closed with them ignores the parameters.
    model.CloseModelWithParameters(parameters)
    routes = _as_routes(problem, nodes, start)
    first = model.ReadAssignmentFromRoutes(routes, True) if any(routes) else None
    if first is None:
        model.SolveWithParameters(parameters)
    else:
        model.SolveFromAssignmentWithParameters(first, parameters)


def _add_prices(problem: Problem, nodes: Nodes, model: pywrapcp.RoutingModel) -> None:
    arcs: dict[CostCard, int] = {}
    for number, vehicle in enumerate(problem.vehicles):
        card = vehicle.cost
        if card not in arcs:
            arcs[card] = model.RegisterTransitMatrix(nodes.way_cost(card).tolist())
        model.SetArcCostEvaluatorOfVehicle(arcs[card], number)
        model.SetFixedCostOfVehicle(card.fen_per_day * FEN, number)


def _add_time(problem: Problem, nodes: Nodes, model: pywrapcp.RoutingModel) -> None:
    horizon = max(vehicle.shift.latest for vehicle in problem.vehicles)
    transit = model.RegisterTransitMatrix(nodes.seconds.tolist())
    model.AddDimension(transit, horizon, horizon, False, TIME)
    time = model.GetDimensionOrDie(TIME)
    for number, vehicle in enumerate(problem.vehicles):
        for end in (model.Start(number), model.End(number)):
            time.CumulVar(end).SetRange(vehicle.shift.earliest, vehicle.shift.latest)
        time.SetSpanCostCoefficientForVehicle(vehicle.cost.fen_per_hour, number)
    for index, visit in enumerate(nodes.visits):
        _open(time.CumulVar(index), problem.site(visit.site_id).windows)


def _open(moment: pywrapcp.IntVar, windows: Sequence[Span]) -> None:
    if windows:
        moment.SetRange(windows[0].earliest, windows[-1].latest)
    for before, after in pairwise(windows):
        moment.RemoveInterval(before.latest + 1, after.earliest - 1)


def _add_loads(problem: Problem, nodes: Nodes, model: pywrapcp.RoutingModel) -> None:
    measures: dict[str, Callable[[Visit | Vehicle], int]] = {
        "ambient grams": lambda one: one.ambient.grams,
        "ambient cm3": lambda one: one.ambient.cm3,
        "cold grams": lambda one: one.cold.grams,
        "cold cm3": lambda one: one.cold.cm3,
    }
    for name, measure in measures.items():
        loads = [measure(visit) for visit in nodes.visits]
        if any(loads):
            model.AddDimensionWithVehicleCapacity(
                model.RegisterUnaryTransitVector([*loads, *(0 for _ in nodes.depot_ids)]),
                0,
                [measure(vehicle) for vehicle in problem.vehicles],
                True,
                name,
            )


def _add_visits(problem: Problem, nodes: Nodes, model: pywrapcp.RoutingModel) -> None:
    price_of = penalties(problem)
    number_of = {vehicle.id: number for number, vehicle in enumerate(problem.vehicles)}
    able = able_vehicles(problem, nodes.visits)
    for index, visit in enumerate(nodes.visits):
        penalty = sum(price_of[order_id] for order_id in visit.order_ids)
        model.AddDisjunction([index], penalty * FEN)
        numbers = sorted(number_of[name] for name in able[index])
        # -1 stands for nobody: without it the visit could not be dropped.
        model.VehicleVar(index).SetValues([-1, *numbers])


def _report_improvements(
    problem: Problem,
    nodes: Nodes,
    model: pywrapcp.RoutingModel,
    found: Callable[[Draft], None],
) -> None:
    best: list[int] = []

    def at_solution() -> None:
        cost = model.CostVar().Max()
        if not best or cost < best[-1]:
            best.append(cost)
            found(_as_draft(problem, nodes, model))

    model.AddAtSolutionCallback(at_solution)


def _as_draft(problem: Problem, nodes: Nodes, model: pywrapcp.RoutingModel) -> Draft:
    return {
        vehicle.id: [nodes.visits[index] for index in _sequence(model, number)]
        for number, vehicle in enumerate(problem.vehicles)
    }


def _sequence(model: pywrapcp.RoutingModel, number: int) -> Iterable[int]:
    index = model.NextVar(model.Start(number)).Value()
    while not model.IsEnd(index):
        yield index
        index = model.NextVar(index).Value()


def _as_routes(problem: Problem, nodes: Nodes, draft: Draft) -> list[list[int]]:
    index_of = {visit.order_ids: index for index, visit in enumerate(nodes.visits)}
    return [
        [index_of[visit.order_ids] for visit in draft.get(vehicle.id, ())]
        for vehicle in problem.vehicles
    ]


def _parameters(budget: Budget, *, spent: float) -> pywrapcp.DefaultRoutingSearchParameters:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = FirstSolution.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = Metaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(max(1, int(1000 * (budget.seconds - spent))))
    if budget.steps is not None:
        parameters.solution_limit = budget.steps
    return parameters
