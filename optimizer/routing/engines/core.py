"""PyVRP's iterated local search on the core of a problem: it proposes, others decide."""

from collections.abc import Callable, Sequence
from time import monotonic

from pyvrp import (
    CostEvaluator,
    IteratedLocalSearch,
    IteratedLocalSearchParams,
    PenaltyManager,
    PenaltyParams,
    RandomNumberGenerator,
    Solution,
)
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
    prices = PenaltyManager(PenaltyParams().midpoint_penalties(data))
    first = core.solution(start) if start else Solution.make_random(data, chance)
    listener = _Listener(core, found)
    IteratedLocalSearch(
        data,
        prices,
        local,
        local(first, prices.max_cost_evaluator(), exhaustive=True),
        IteratedLocalSearchParams(callbacks=listener),
    ).run(_until(began + budget.seconds, budget.steps), collect_stats=False)
    listener.tell()


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
