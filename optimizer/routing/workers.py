"""Solve in child processes, one a core; the caller always gets back in time."""

from collections.abc import Callable
from dataclasses import dataclass
from os import cpu_count
from time import monotonic

from optimizer.routing.baseline import nearest_neighbour
from optimizer.routing.budget import Budget
from optimizer.routing.crew import CrewLost, Day, hired
from optimizer.routing.plan import Plan
from optimizer.routing.portfolio import Portfolio, Stopped
from optimizer.routing.precheck import precheck
from optimizer.routing.problem import Problem
from optimizer.routing.solver import Judge, Progress, ignore
from optimizer.routing.visits import bundle

TICK_SECONDS = 0.25
MOST_CHILDREN = 8
UNFINISHED_PERCENT = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the caller wants to hear and say while the children work.

    ``progress`` is called about four times a second. The search ends with the best plan so far
    when ``cancelled`` says so or the budget's seconds are over, whatever the children are doing.
    """

    progress: Callable[[Progress], None] = ignore
    cancelled: Callable[[], bool] = bool


def children_of(budget: Budget) -> int:
    """Return how many processes search: one a core, but always two where steps count.

    The same seed and steps must give the same plan on any machine.
    """
    return 2 if budget.steps is not None else min(MOST_CHILDREN, cpu_count() or 1)


def solve_in_children(problem: Problem, budget: Budget, watch: Watch | None = None) -> Plan:
    """Return the best checked plan that child processes find within the budget from now.

    Raises:
        NoPlan: no candidate passed the check, which only a defect can bring about.
    """
    judge = Judge(problem, budget, ignore)
    hopeless = {one.order_id for one in precheck(problem)}
    visits = bundle(problem, [order for order in problem.orders if order.id not in hopeless])
    judge.offer(nearest_neighbour(problem, visits), now=True)
    if visits:
        day = Day(problem=problem, visits=tuple(visits))
        _search(day, judge, _Ticker(judge, budget, watch or Watch()))
    return judge.plan


def _search(day: Day, judge: Judge, ticker: "_Ticker") -> None:
    with hired(children_of(judge.budget)) as crew:
        search = Portfolio(
            day=day,
            crew=crew,
            budget=judge.budget,
            judge=judge,
            tick=ticker.tick,
            began=judge.began,
        )
        try:
            search.run(day.numbered(judge.best_draft))
        except (Stopped, CrewLost):
            return


@dataclass(slots=True)
class _Ticker:
    """Tells the caller how far the search is, and hears whether it may go on."""

    judge: Judge
    budget: Budget
    watch: Watch
    _told: float = 0.0

    def tick(self) -> bool:
        """Return whether the search may go on."""
        now = monotonic()
        if now - self._told >= TICK_SECONDS:
            self._told = now
            elapsed = self.judge.elapsed_seconds
            percent = min(UNFINISHED_PERCENT, int(100 * elapsed / self.budget.seconds))
            self.watch.progress(
                Progress(percent=percent, elapsed_seconds=elapsed, plan=self.judge.plan)
            )
        return self.judge.elapsed_seconds < self.budget.seconds and not self.watch.cancelled()
