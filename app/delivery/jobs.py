"""Long work of deliveries: the plan of a day outside any transaction, nightly calibration."""

import time

from app.delivery.service import calibrating, planning, storing
from app.delivery.service.inputs import places_of
from app.delivery.service.storing import PlanningTask, Solution
from app.kernel import clock
from app.kernel.db import Json
from app.kernel.ids import PlanId
from app.network import jobs as roads
from app.web.unit_of_work import transaction
from app.web.worker import Work
from optimizer.routing.budget import Budget
from optimizer.routing.solver import NoPlan, Progress
from optimizer.routing.workers import Watch, solve_in_children

REPORT_SECONDS = 0.5


class _Reporter:
    """Tells the job how far the search is, and hears whether to go on."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._told = 0.0
        self.stopped = False

    def progress(self, progress: Progress) -> None:
        """Store percent, best cost and elapsed time, at most twice a second."""
        if time.monotonic() - self._told < REPORT_SECONDS:
            return
        self._told = time.monotonic()
        note: Json = {
            "cost_fen": progress.plan.cost.total_fen,
            "runs": len(progress.plan.routes),
            "unassigned": len(progress.plan.unassigned),
            "elapsed_ms": int(1000 * progress.elapsed_seconds),
        }
        self.stopped = not self._work.report(progress.percent, note)


def make_plan(work: Work) -> Json:
    """Read the day, search in a child process, check and store the plan."""
    plan_id = PlanId(int(work.job.request["plan_id"]))
    with transaction() as session:
        places = places_of(session, plan_id)
    roads.complete(places)
    with transaction() as session:
        task = storing.take_task(session, plan_id)
    if task is None:
        return {"plan_id": plan_id, "state": "finished before"}
    try:
        solution = _solve(work, task)
    except NoPlan:
        with transaction() as session:
            planning.refuse_plan(session, plan_id, planning.SOLVER_FAILED, now=clock.now())
        return {"plan_id": plan_id, "state": planning.SOLVER_FAILED}
    store = storing.store_draft if task.around else storing.store_plan
    with transaction() as session:
        state = store(session, task, solution, now=clock.now())
    return {"plan_id": plan_id, "state": state.value}


def _solve(work: Work, task: PlanningTask) -> Solution:
    reporter = _Reporter(work)
    watch = Watch(progress=reporter.progress, cancelled=lambda: reporter.stopped)
    began = time.monotonic()
    budget = Budget(seconds=float(task.solve_seconds))
    plan = solve_in_children(task.to_solve, budget, watch)
    took_ms = int(1000 * (time.monotonic() - began))
    return Solution(plan=task.whole(plan), took_ms=took_ms)


def calibrate_roads(_work: Work) -> Json:
    """Let the drivers' scans of half a year correct the estimated driving times."""
    now = clock.now()
    with transaction() as session:
        return {"legs": calibrating.calibrate(session, now=now)}


HANDLERS = {planning.KIND: make_plan, "delivery.calibrate": calibrate_roads}
