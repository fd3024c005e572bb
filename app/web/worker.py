"""Run long work from the queue: claim, keep the lease alive, store the result."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread

from flask import Flask

from app.kernel import clock, jobs
from app.kernel.db import Json
from app.kernel.errors import DomainError
from app.kernel.jobs import LEASE, Job
from app.web.unit_of_work import transaction

HEARTBEAT_SECONDS = LEASE.total_seconds() / 3
PATIENCE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed job in the hands of its handler."""

    job: Job

    def report(self, percent: int, note: Json | None = None) -> bool:
        """Show progress; return whether to go on (not when asked to stop, or lease lost)."""
        with transaction() as session:
            return jobs.report(session, self.job, percent, note or {}, now=clock.now())


Handler = Callable[[Work], Json]
"""Does one kind of work and returns its result. Runs outside any transaction, and may run
again after its worker died: open short transactions, and do nothing twice."""


def run_next(app: Flask, handlers: Mapping[str, Handler]) -> bool:
    """Do the oldest waiting job; return whether there was one."""
    with app.app_context():
        with transaction() as session:
            job = jobs.claim_next(session, now=clock.now())
        if job is None:
            return False
        _do(app, handlers, job)
    return True


def _do(app: Flask, handlers: Mapping[str, Handler], job: Job) -> None:
    try:
        with _heartbeat(app, job):
            result = handlers[job.kind](Work(job))
    except DomainError as refusal:
        _fail(job, refusal.code)
    except Exception:
        app.logger.exception("job %s %s failed", job.kind, job.id)
        _fail(job, "internal-error")
    else:
        with transaction() as session:
            jobs.finish(session, job, result, now=clock.now())


def _fail(job: Job, error: str) -> None:
    with transaction() as session:
        jobs.fail(session, job, error, now=clock.now())


@contextmanager
def _heartbeat(app: Flask, job: Job) -> Generator[None]:
    """Renew the lease while the handler works, so that a silent worker is a dead one."""
    done = Event()

    def beat() -> None:
        while not done.wait(HEARTBEAT_SECONDS):
            with app.app_context(), transaction() as session:
                jobs.renew(session, job, now=clock.now())

    thread = Thread(target=beat, name=f"heartbeat-{job.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(PATIENCE_SECONDS)
