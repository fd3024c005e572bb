"""Plan a day: a plain plan at once, better ones while the budget lasts, only checked ones out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic

from optimizer.routing.baseline import nearest_neighbour
from optimizer.routing.budget import Budget
from optimizer.routing.check import violations
from optimizer.routing.drafting import Draft, complete
from optimizer.routing.engines import rich, ruin
from optimizer.routing.plan import Plan
from optimizer.routing.precheck import precheck
from optimizer.routing.pricing import objective
from optimizer.routing.problem import Problem
from optimizer.routing.visits import Visit, bundle

PAUSE_SECONDS = 0.2
SHARE_OF_JUDGING = 10
"""Of large days judging takes long: the search gets ten times as much time."""
RUIN_SHARE = 0.75
"""Share of the time for ruin and recreate; OR-Tools finishes its best draft in the rest."""
LEAST_SECONDS = 0.01
VISITS_SQUARED_PER_SECOND = 50
"""A handful of visits is planned as well as can be long before any usual budget is spent."""


class NoPlan(Exception):
    """No candidate passed the check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a search is, and the best checked plan so far."""

    percent: int
    elapsed_seconds: float
    plan: Plan


@dataclass(slots=True)
class Judge:
    """Keeps the best plan that passes the check, and reports each better one.

    Drafts may come many a second; completing and checking them has its pause, and the last
    one waits until ``plan`` is asked for. ``draft`` is the last one offered, ``best_draft``
    that of the best plan.
    """

    problem: Problem
    budget: Budget
    progress: Callable[[Progress], None]
    began: float = field(default_factory=monotonic)
    _judged: float | None = None
    draft: Draft = field(default_factory=dict)
    best_draft: Draft = field(default_factory=dict)
    _pause: float = PAUSE_SECONDS
    _waiting: Draft | None = None
    _best: tuple[int, Plan] | None = None

    @property
    def elapsed_seconds(self) -> float:
        """How long ago the judge was called."""
        return monotonic() - self.began

    @property
    def plan(self) -> Plan:
        """The best plan of all that were offered; raises ``NoPlan`` when none was valid."""
        self._judge()
        if self._best is None:
            raise NoPlan("no candidate passed the check")
        return self._best[1]

    def offer(self, draft: Draft, *, now: bool = False) -> None:
        """Take a draft that may be better than those before it; look at it ``now`` if told so."""
        self.draft = self._waiting = draft
        if now or self._judged is None or monotonic() - self._judged >= self._pause:
            self._judge()

    def _judge(self) -> None:
        if self._waiting is None:
            return
        draft, began = self._waiting, monotonic()
        self._waiting = None
        plan = complete(self.problem, draft)
        broken = violations(self.problem, plan)
        cost = objective(self.problem, plan)
        if not broken and (self._best is None or cost < self._best[0]):
            self._best, self.best_draft = (cost, plan), draft
            self.progress(self._snapshot(plan))
        self._judged = monotonic()
        self._pause = max(PAUSE_SECONDS, SHARE_OF_JUDGING * (self._judged - began))

    def _snapshot(self, plan: Plan) -> Progress:
        elapsed = self.elapsed_seconds
        share = min(1.0, elapsed / self.budget.seconds)
        return Progress(percent=int(100 * share), elapsed_seconds=elapsed, plan=plan)


def ignore(_: Progress) -> None:
    """Hear nothing of the progress."""


def solve(problem: Problem, budget: Budget, progress: Callable[[Progress], None] = ignore) -> Plan:
    """Return the best plan found within the budget; it has passed the check.

    Orders that stay behind are named with their reasons.

    Raises:
        NoPlan: no candidate passed the check, which only a defect can bring about.
    """
    judge = Judge(problem, budget, progress)
    hopeless = {one.order_id for one in precheck(problem)}
    visits = bundle(problem, [order for order in problem.orders if order.id not in hopeless])
    judge.offer(nearest_neighbour(problem, visits))
    if visits:
        _improve(problem, visits, budget, judge)
    return judge.plan


def _improve(problem: Problem, visits: Sequence[Visit], budget: Budget, judge: Judge) -> None:
    seconds = min(budget.seconds, len(visits) ** 2 / VISITS_SQUARED_PER_SECOND)
    for engine, share in ((ruin, RUIN_SHARE), (rich, 1)):
        left = max(LEAST_SECONDS, share * (seconds - judge.elapsed_seconds))
        part = replace(budget, seconds=left)
        engine.search(problem, visits, part, start=judge.draft, found=judge.offer)
