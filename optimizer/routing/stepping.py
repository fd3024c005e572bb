"""Plan a day by a number of steps: one process, no clock, the same plan on every machine.

For studies of many days and for provinces, where plans must be repeatable and processes are
used up by other plans. Of every engine only the last draft counts: when one came decides
nothing.
"""

from optimizer.routing.baseline import nearest_neighbour
from optimizer.routing.budget import Budget
from optimizer.routing.check import violations
from optimizer.routing.drafting import Draft, complete
from optimizer.routing.engines import ruin
from optimizer.routing.measures import refuse
from optimizer.routing.plan import Plan
from optimizer.routing.precheck import precheck
from optimizer.routing.pricing import objective
from optimizer.routing.problem import Problem
from optimizer.routing.solver import NoPlan
from optimizer.routing.visits import Visit, bundle

PATIENCE_SECONDS = 600.0
"""The end of all patience for one plan; who reaches it, had too slow a machine."""


def steps_of(count: int, *, seed: int) -> Budget:
    """Return a budget of so many steps, whatever time they take."""
    return Budget(seconds=PATIENCE_SECONDS, seed=seed, steps=count)


def solve_by_steps(problem: Problem, budget: Budget) -> Plan:
    """Return the best checked plan after the budget's steps.

    Raises:
        NoPlan: no candidate passed the check, which only a defect can bring about.
    """
    refuse("steps are to be counted, but none are given", when=budget.steps is None)
    visits = _visits(problem)
    first: Draft = nearest_neighbour(problem, visits)
    last = [first]
    if visits:
        ruin.search(problem, visits, budget, start=first, found=last.append)
    plans = [complete(problem, draft) for draft in (first, last[-1])]
    sound = [plan for plan in plans if not violations(problem, plan)]
    if not sound:
        raise NoPlan("no candidate passed the check")
    return min(sound, key=lambda plan: objective(problem, plan))


def nearest_plan(problem: Problem) -> Plan:
    """Return the plan of a day driven without planning: to the nearest next."""
    return complete(problem, nearest_neighbour(problem, _visits(problem)))


def _visits(problem: Problem) -> list[Visit]:
    hopeless = {one.order_id for one in precheck(problem)}
    return bundle(problem, [order for order in problem.orders if order.id not in hopeless])
