"""Long work of the proof of savings: plan every side of every day outside any transaction."""

import time

from app.kernel import clock
from app.kernel.db import Json
from app.kernel.ids import SavingsStudyId
from app.savings import service
from app.savings.service import Outcome
from app.web.unit_of_work import transaction
from app.web.worker import Work
from optimizer.routing.savings.report import report
from optimizer.routing.savings.study import Incomplete, Study, figures
from optimizer.spreading import Executor, Stopped, pool

REPORT_SECONDS = 0.5
PROCESSES = 2
STOPPED, FAILED = "stopped", "solver-failed"


class _Reporter:
    """Tells the job how many plans are made, and hears whether to go on."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._told = 0.0

    def heard(self, done: int, of: int) -> bool:
        """Store the progress, at most twice a second."""
        if time.monotonic() - self._told < REPORT_SECONDS:
            return True
        self._told = time.monotonic()
        return self._work.report(100 * done // of, {"done": done, "of": of})


def prove(work: Work) -> Json:
    """Read the days, plan all their sides in processes, and store the report."""
    study_id = SavingsStudyId(int(work.job.request["study_id"]))
    with transaction() as session:
        task = service.take_study(session, study_id)
    if task is None:
        return {"study_id": study_id, "state": "finished before"}
    try:
        with pool(PROCESSES) as executor:
            outcome = compute(task.study, executor, _Reporter(work))
    except (Stopped, Incomplete) as end:
        refusal = STOPPED if isinstance(end, Stopped) else FAILED
        with transaction() as session:
            service.refuse_study(session, study_id, refusal, now=clock.now())
        return {"study_id": study_id, "state": refusal}
    with transaction() as session:
        service.store_study(session, task, outcome, now=clock.now())
    return {"study_id": study_id, "state": "done"}


def compute(study: Study, executor: Executor, reporter: _Reporter) -> Outcome:
    """Return the report of a study and how long it took."""
    began = time.monotonic()
    days = figures(study, executor, reporter.heard)
    return Outcome(report=report(study, days), took_ms=int(1000 * (time.monotonic() - began)))


HANDLERS = {service.KIND: prove}
