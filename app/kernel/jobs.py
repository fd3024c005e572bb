"""Long work: a queue in the database, claimed by lease, with progress people can watch.

Not for work that must finish inside the request, nor for anything that a repeated run
would do twice: a job may run again after its worker dies.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.actor import Actor, Permission
from app.kernel.db import Base, Code, Json, key
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId, JobId, UserId

LEASE = timedelta(seconds=30)
MOST_ATTEMPTS = 3
KEPT = timedelta(days=30)


class JobState(StrEnum):
    """Life of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """One piece of long work (后台任务)."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        Index(
            "ix_job_waiting",
            "id",
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
    )

    id: Mapped[JobId] = key()
    kind: Mapped[Code]
    unique_key: Mapped[Code | None] = mapped_column(unique=True)
    facility_id: Mapped[FacilityId | None] = mapped_column(ForeignKey("facility.id"))
    user_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    request: Mapped[Json]
    state: Mapped[JobState] = mapped_column(default=JobState.QUEUED)
    attempt: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    percent: Mapped[int] = mapped_column(default=0)
    note: Mapped[Json] = mapped_column(default=dict)
    result: Mapped[Json | None]
    error: Mapped[Code | None]
    stop_requested: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


def enqueue(session: Session, actor: Actor, kind: str, request: Json, *, now: datetime) -> Job:
    """Store work for the worker process; it starts after this transaction commits."""
    job = Job(
        kind=kind,
        request=request,
        facility_id=actor.facility_id,
        user_id=actor.user_id,
        created_at=now,
    )
    session.add(job)
    session.flush()
    return job


def enqueue_once(
    session: Session, kind: str, unique_key: str, *, now: datetime, request: Json | None = None
) -> int:
    """Store work of the timetable unless ``unique_key`` already did; return how many rows."""
    row = {"kind": kind, "unique_key": unique_key, "request": request or {}, "created_at": now}
    defaults = {"state": JobState.QUEUED, "attempt": 0, "percent": 0, "note": {}}
    statement = insert(Job).values(**row, **defaults, stop_requested=False)
    added = session.execute(statement.on_conflict_do_nothing().returning(Job.id)).first()
    return 1 if added else 0


def get_job(session: Session, actor: Actor, job_id: JobId) -> Job:
    """Return a job of the actor's facility.

    Raises:
        NotFound: there is no such job, or another facility asked for it.
    """
    job = session.get(Job, job_id)
    if job is None or not actor.sees(job.facility_id):
        raise NotFound("job")
    return job


def request_stop(session: Session, actor: Actor, job_id: JobId) -> Job:
    """Ask a running job to stop and keep the best it has.

    Raises:
        NotFound: there is no such job, or it is not the actor's facility that asked for it.
    """
    job = get_job(session, actor, job_id)
    if job.facility_id not in actor.facility_ids or not actor.may(Permission.JOB_READ):
        raise NotFound("job")
    job.stop_requested = True
    return job


def claim_next(session: Session, *, now: datetime) -> Job | None:
    """Lease the oldest waiting job, or one whose worker fell silent; None when there is none."""
    waiting = (
        select(Job.id)
        .where(
            (Job.state == JobState.QUEUED)
            | ((Job.state == JobState.RUNNING) & (Job.lease_until < now))
        )
        .order_by(Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    job_id = session.scalars(waiting).first()
    if job_id is None:
        return None
    job = session.get_one(Job, job_id)
    job.state, job.attempt = JobState.RUNNING, job.attempt + 1
    job.lease_until, job.started_at = now + LEASE, job.started_at or now
    return job


def report(session: Session, job: Job, percent: int, note: Json, *, now: datetime) -> bool:
    """Show progress and renew the lease; return whether the job should go on."""
    row = session.execute(
        update(Job)
        .where(Job.id == job.id, Job.attempt == job.attempt, Job.state == JobState.RUNNING)
        .values(percent=percent, note=note, lease_until=now + LEASE)
        .returning(Job.stop_requested)
    ).first()
    return row is not None and not row[0]


def renew(session: Session, job: Job, *, now: datetime) -> None:
    """Keep the lease of a job whose handler is still at work."""
    session.execute(
        update(Job)
        .where(Job.id == job.id, Job.attempt == job.attempt, Job.state == JobState.RUNNING)
        .values(lease_until=now + LEASE)
    )


def sweep(session: Session, *, now: datetime) -> int:
    """Delete finished runs of the timetable after a month; return how many.

    Work that people asked for stays: it belongs to their records.
    """
    gone = delete(Job).where(Job.user_id.is_(None), Job.finished_at < now - KEPT)
    return len(session.scalars(gone.returning(Job.id)).all())


def finish(session: Session, job: Job, result: Json, *, now: datetime) -> bool:
    """Close the job with its result; a worker that lost its lease changes nothing."""
    return _close(session, job, {"state": JobState.DONE, "percent": 100, "result": result}, now)


def fail(session: Session, job: Job, error: str, *, now: datetime) -> bool:
    """Give the job back to the queue, or close it as failed after the last attempt."""
    final = job.attempt >= MOST_ATTEMPTS
    state = JobState.FAILED if final else JobState.QUEUED
    return _close(session, job, {"state": state, "error": error}, now)


def _close(session: Session, job: Job, values: Json, now: datetime) -> bool:
    row = session.execute(
        update(Job)
        .where(Job.id == job.id, Job.attempt == job.attempt, Job.state == JobState.RUNNING)
        .values(**values, finished_at=now, lease_until=None)
        .returning(Job.id)
    ).first()
    return row is not None
