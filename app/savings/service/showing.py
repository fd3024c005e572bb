"""Put a study, its cost card and the list of studies together for the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.kernel.actor import Actor, Permission
from app.kernel.errors import NotFound
from app.kernel.ids import SavingsStudyId
from app.kernel.jobs import Job, JobState
from app.savings import queries
from app.savings.models import CostCard, SavingsStudy
from app.savings.queries import CardRow, StudyRow

LISTED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyView:
    """What the page shows; ``running`` is the job of a study that is being computed."""

    study: SavingsStudy | None
    card: CostCard | None
    cards: Sequence[CardRow]
    studies: Sequence[StudyRow]
    running: Job | None


def show(session: Session, actor: Actor, study_id: SavingsStudyId | None) -> StudyView:
    """Return a study, or without a number the last that came to a result, and all around it.

    Raises:
        NotFound: there is no such study, or the actor may not look at the county as a whole.
    """
    if not actor.may(Permission.KPI_READ):
        raise NotFound("study")
    study = _study(session, study_id)
    studies = queries.list_studies(session, LISTED)
    open_ones = [row.job_id for row in studies if row.finished_at is None]
    job = session.get(Job, open_ones[0]) if open_ones else None
    return StudyView(
        study=study,
        card=session.get_one(CostCard, study.card_id) if study else None,
        cards=queries.list_cards(session),
        studies=studies,
        running=job if job and job.state is not JobState.FAILED else None,
    )


def _study(session: Session, study_id: SavingsStudyId | None) -> SavingsStudy | None:
    if study_id is None:
        return queries.newest_with_result(session)
    study = session.get(SavingsStudy, study_id)
    if study is None:
        raise NotFound("study")
    return study
