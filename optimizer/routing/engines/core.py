"""PyVRP's iterated local search on the core of a problem: it proposes, others decide."""

import warnings
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

import numpy as np
from pyvrp import (
    CostEvaluator,
    IteratedLocalSearch,
    IteratedLocalSearchParams,
    PenaltyManager,
    PenaltyParams,
    ProblemData,
    RandomNumberGenerator,
    Solution,
)
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.IteratedLocalSearch import IteratedLocalSearchCallbacks
from pyvrp.search import OPERATORS, LocalSearch, NeighbourhoodParams, compute_neighbours
from pyvrp.stop import StoppingCriterion

from optimizer.routing.budget import Budget
from optimizer.routing.drafting import Draft
from optimizer.routing.engines.core_model import Core, core_of
from optimizer.routing.problem import Problem
from optimizer.routing.visits import Visit

ITERATIONS_PER_STEP = 20
"""One step of a budget is that much of this engine's work."""
PAUSE_SECONDS = 0.1
WORTH_OF_EXCESS = 10


def search(
    problem: Problem,
    visits: Sequence[Visit],
    budget: Budget,
    *,
    start: Draft,
    found: Callable[[Draft], None],
) -> None:
    """Improve the draft ``start`` until the budget is spent; report every better draft.

    Without a start a random one takes its place.
    """
    began = monotonic()
    core = core_of(problem, visits, must_serve=budget.serve_all)
    data, chance = core.data, RandomNumberGenerator(seed=budget.seed)
    local = LocalSearch(data, chance, compute_neighbours(data, NeighbourhoodParams()))
    for operator in OPERATORS:
        if operator.supports(data):
            local.add_operator(operator(data))
    prices = PenaltyManager(_first_penalties(data))
    first = core.solution(start) if start else Solution.make_random(data, chance)
    listener = _Listener(core, found)
    iterated = IteratedLocalSearch(
        data,
        prices,
        local,
        local(first, prices.max_cost_evaluator(), exhaustive=True),
        IteratedLocalSearchParams(callbacks=listener),
    )
    with warnings.catch_warnings():
        # That little is feasible is no news: the judge asks.
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        iterated.run(_until(began + budget.seconds, budget.steps), collect_stats=False)
    listener.tell()


def _first_penalties(data: ProblemData) -> tuple[list[float], float, float]:
    """Return what a unit of excess load, lateness and distance is held to cost at first.

    A mean load too much, or a usual drive's time too late, costs ten usual drives. PyVRP's own
    start takes no measure: grams and seconds then weigh as if they were tonnes and hours, and
    a short search never leaves what is feasible.
    """
    way, time = (_usual(grids[0]) for grids in (data.distance_matrices(), data.duration_matrices()))
    loads = np.array([client.delivery for client in data.clients()], dtype=np.float64)
    usual = [_usual(loads[:, place]) for place in range(data.num_load_dimensions)]
    most = PenaltyParams()

    def price(unit: float) -> float:
        return float(np.clip(WORTH_OF_EXCESS * way / unit, most.min_penalty, most.max_penalty))

    return [price(load) for load in usual], price(time), price(way)


def _usual(numbers: Any) -> float:
    """Return the median of what is not nothing, or one."""
    some = numbers[numbers > 0]
    return float(np.median(some)) if len(some) else 1.0


def _until(deadline: float, steps: int | None) -> StoppingCriterion:
    """Return when to stop: PyVRP asks once an iteration."""
    left = None if steps is None else steps * ITERATIONS_PER_STEP

    def stop(best_cost: int) -> bool:
        del best_cost
        nonlocal left
        if left is not None:
            left -= 1
            if left < 0:
                return True
        return monotonic() >= deadline

    return stop


class _Listener(IteratedLocalSearchCallbacks):
    """Passes on better feasible solutions, at most so often."""

    def __init__(self, core: Core, found: Callable[[Draft], None]) -> None:
        self._core, self._found = core, found
        self._waiting: Solution | None = None
        self._told = 0.0

    def on_start(self, ils: IteratedLocalSearch) -> None:
        self.on_best(ils.initial_solution)

    def on_best(self, best: Solution) -> None:
        if best.is_feasible():
            self._waiting = best

    def on_iteration(
        self,
        current: Solution,
        candidate: Solution,
        best: Solution,
        cost_evaluator: CostEvaluator,
    ) -> None:
        del current, candidate, best, cost_evaluator
        if self._waiting is not None and monotonic() - self._told >= PAUSE_SECONDS:
            self.tell()

    def tell(self) -> None:
        """Pass on what waits."""
        if self._waiting is not None:
            self._found(self._core.draft(self._waiting))
            self._waiting, self._told = None, monotonic()
