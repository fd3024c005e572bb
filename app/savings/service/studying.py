"""Asking for a study, and storing what came of it: one at a time for a depot."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel import jobs
from app.kernel.actor import Actor
from app.kernel.db import Json
from app.kernel.ids import SavingsStudyId
from app.kernel.jobs import Job, JobState
from app.network import service as network
from app.savings import queries
from app.savings.errors import NoCostCard, NothingRecorded
from app.savings.models import SavingsStudy
from app.savings.rules import digest
from app.savings.service.gathering import gather
from optimizer.routing.savings.report import Report
from optimizer.routing.savings.study import Study

KIND = "savings.prove"
USUAL_DAYS = 20
STEPS = 1500
"""Steps of the search on every side of every day."""
SOLVER_FAILED = "solver-failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRequest:
    """How many planning days up to which one, and how long to search; the same on all sides."""

    until: date
    days: int = USUAL_DAYS
    steps: int = STEPS
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyTask:
    """A stored study and what it compares."""

    study_id: SavingsStudyId
    study: Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The report of a study, and how long it took."""

    report: Report
    took_ms: int


def request_study(
    session: Session, actor: Actor, request: StudyRequest, *, now: datetime
) -> SavingsStudy:
    """Put a study into the queue, or return the one that is being computed.

    Two may press at once: the unique index lets one study of a depot be open, and the second
    press gets the first one's.

    Raises:
        NoCostCard: no version of the cost card counts on the last day.
        NothingRecorded: nothing was handed over up to it.
    """
    hub = network.central_pharmacy(session).id
    card = queries.card_in_force(session, request.until)
    if card is None:
        raise NoCostCard(request.until.isoformat())
    if not queries.planning_days(session, hub, until=request.until, count=1):
        raise NothingRecorded(request.until.isoformat())
    values = {"facility_id": hub, "card_id": card.id, "user_id": actor.user_id}
    study_id = session.scalar(
        insert(SavingsStudy)
        .values(**asdict(request), **values, requested_at=now)
        .on_conflict_do_nothing()
        .returning(SavingsStudy.id)
    )
    if study_id is None:
        running = session.scalars(
            select(SavingsStudy).where(
                SavingsStudy.facility_id == hub, SavingsStudy.finished_at.is_(None)
            )
        ).one()
        if not _job_failed(session, running):
            return running
        refuse_study(session, running.id, SOLVER_FAILED, now=now)
        return request_study(session, actor, request, now=now)
    study = session.get_one(SavingsStudy, study_id)
    study.job_id = jobs.enqueue(session, actor, KIND, {"study_id": study_id}, now=now).id
    session.flush()
    return study


def _job_failed(session: Session, study: SavingsStudy) -> bool:
    job = session.get(Job, study.job_id) if study.job_id else None
    return job is not None and job.state is JobState.FAILED


def take_study(session: Session, study_id: SavingsStudyId) -> StudyTask | None:
    """Return what has to be computed, or None when the study is finished already."""
    study = session.get_one(SavingsStudy, study_id)
    if study.finished_at is not None:
        return None
    return StudyTask(study_id=study_id, study=gather(session, study))


def store_study(session: Session, task: StudyTask, outcome: Outcome, *, now: datetime) -> None:
    """Store the result of a study that is still open."""
    result: Json = asdict(outcome.report)
    session.execute(
        update(SavingsStudy)
        .where(SavingsStudy.id == task.study_id, SavingsStudy.finished_at.is_(None))
        .values(
            finished_at=now,
            inputs_digest=digest(task.study),
            took_ms=outcome.took_ms,
            result=result,
        )
    )


def refuse_study(
    session: Session, study_id: SavingsStudyId, refusal: str, *, now: datetime
) -> None:
    """Close a study that came to no result, with the code of the reason."""
    session.execute(
        update(SavingsStudy)
        .where(SavingsStudy.id == study_id, SavingsStudy.finished_at.is_(None))
        .values(finished_at=now, refusal=refusal)
    )
