"""Solve in a child process with a hard deadline: the caller always gets back in time.

The child is spawned, never forked: a fork would copy the caller's database connections and
threads. It streams each better plan, so that cancelling or killing it loses nothing.
"""

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from time import monotonic

from optimizer.routing.budget import Budget
from optimizer.routing.check import violations
from optimizer.routing.plan import Plan
from optimizer.routing.problem import Problem
from optimizer.routing.solver import NoPlan, Progress, ignore, solve

GRACE_SECONDS = 3.0
FIRST_PLAN_SECONDS = 30.0
"""How long a busy machine may take to start a child and find any plan at all."""
TICK_SECONDS = 0.25
UNFINISHED_PERCENT = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the caller wants to hear and say while the child works.

    ``progress`` is called about four times a second once there is a plan. The search ends with
    the best plan so far when ``cancelled`` says so or ``hard_seconds`` are over, by default
    3 s after the budget, or as soon as there is a first plan within 30 s.
    """

    progress: Callable[[Progress], None] = ignore
    cancelled: Callable[[], bool] = bool
    hard_seconds: float | None = None


def solve_in_child(problem: Problem, budget: Budget, watch: Watch | None = None) -> Plan:
    """Return the best checked plan a child process finds within the budget from now.

    Raises:
        NoPlan: the child was cancelled, killed or died before it had a first plan.
    """
    watch = watch or Watch()
    spawning = multiprocessing.get_context("spawn")
    here, there = spawning.Pipe(duplex=False)
    child = spawning.Process(target=work, args=(there, problem, budget, monotonic()), daemon=True)
    child.start()
    there.close()
    try:
        listener = _Listener(connection=here, budget=budget, watch=watch)
        listener.listen()
    finally:
        child.kill()
        child.join()
        here.close()
    plan = listener.plan
    if plan is None or violations(problem, plan):
        raise NoPlan("the search ended before its first plan")
    return plan


def work(connection: Connection, problem: Problem, budget: Budget, asked: float) -> None:
    """Solve, and send each better plan and then the last one; what the child runs.

    The budget counts from ``asked`` on the clock that all processes share; starting up on a
    busy machine may use half of it.
    """
    left = max(budget.seconds / 2, asked + budget.seconds - monotonic())
    plan = solve(
        problem, replace(budget, seconds=left), lambda progress: connection.send(progress.plan)
    )
    connection.send(plan)
    connection.close()


@dataclass(slots=True, kw_only=True)
class _Listener:
    """Hears a child's plans until it hangs up, or the caller has had enough."""

    connection: Connection
    budget: Budget
    watch: Watch
    plan: Plan | None = None
    _began: float = field(default_factory=monotonic)

    def listen(self) -> None:
        while self._may_go_on():
            if self.connection.poll(TICK_SECONDS):
                try:
                    self.plan = self.connection.recv()
                except (EOFError, OSError):
                    return
            self._tell()

    def _may_go_on(self) -> bool:
        return monotonic() - self._began < self._limit() and not self.watch.cancelled()

    def _limit(self) -> float:
        if self.watch.hard_seconds is not None:
            return self.watch.hard_seconds
        limit = self.budget.seconds + GRACE_SECONDS
        return limit if self.plan is not None else max(limit, FIRST_PLAN_SECONDS)

    def _tell(self) -> None:
        if self.plan is None:
            return
        elapsed = monotonic() - self._began
        percent = min(UNFINISHED_PERCENT, int(100 * elapsed / self.budget.seconds))
        self.watch.progress(Progress(percent=percent, elapsed_seconds=elapsed, plan=self.plan))
