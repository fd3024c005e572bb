"""Plans of a day and what they left behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.accounts.models import UserAccount
from app.delivery.models import Plan, PlanUnassigned, StopTote
from app.delivery.rules.states import LIVE_TOTES, PlanState, StopToteState
from app.fulfilment.models import Requisition, Tote
from app.fulfilment.rules import ToteState
from app.kernel.ids import FacilityId, PlanId
from app.kernel.jobs import Job
from app.network.models import Facility

MOST_BACK = 200
MOST_VERSIONS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBehind:
    """A tote a plan could not serve, and why."""

    tote_code: str
    requisition_reference: str
    facility_name: str
    reason: str


def latest_plan(session: Session, facility_id: FacilityId, day: date) -> Plan | None:
    """Return the plan of a day that was asked for last; drafts are the desk's."""
    return session.scalars(
        select(Plan)
        .where(Plan.facility_id == facility_id, Plan.day == day, Plan.state != PlanState.DRAFT)
        .order_by(Plan.id.desc())
        .limit(1)
    ).first()


def job_of(session: Session, plan: Plan) -> Job | None:
    """Return the work behind a plan, with its progress."""
    return session.get(Job, plan.job_id, populate_existing=True) if plan.job_id else None


def left_behind(session: Session, facility_id: FacilityId, day: date) -> list[LeftBehind]:
    """Return the totes the day's last stored plan left behind and nobody carries yet."""
    return _left_behind(session, _published(facility_id, day).scalar_subquery())


def published_plan(session: Session, facility_id: FacilityId, day: date) -> PlanId | None:
    """Return the version of a day that was published last: its runs drive."""
    return session.scalar(_published(facility_id, day))


def _published(facility_id: FacilityId, day: date) -> Select[PlanId]:
    return (
        select(Plan.id)
        .where(Plan.facility_id == facility_id, Plan.day == day, Plan.state == PlanState.STORED)
        .order_by(Plan.published_at.desc(), Plan.id.desc())
        .limit(1)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of a day's plan, and who made it."""

    plan: Plan
    author: str


def versions_of_day(session: Session, facility_id: FacilityId, day: date) -> list[Version]:
    """Return the versions of a day that can be looked at, newest first."""
    rows = session.execute(
        select(Plan, UserAccount.name)
        .join(UserAccount, UserAccount.id == Plan.user_id)
        .where(Plan.facility_id == facility_id, Plan.day == day, Plan.state != PlanState.REFUSED)
        .order_by(Plan.version.desc())
        .limit(MOST_VERSIONS)
    )
    return [Version(plan=plan, author=author) for plan, author in rows]


def _left_behind(session: Session, plan_id: object) -> list[LeftBehind]:
    carried = select(StopTote.tote_id).where(
        StopTote.state.in_((*LIVE_TOTES, StopToteState.DELIVERED))
    )
    rows = session.execute(
        select(
            PlanUnassigned.tote_code,
            PlanUnassigned.requisition_reference,
            Facility.short_name,
            PlanUnassigned.reason,
        )
        .join(Facility, Facility.id == PlanUnassigned.facility_id)
        .where(PlanUnassigned.plan_id == plan_id, PlanUnassigned.tote_id.not_in(carried))
        .order_by(Facility.pinyin, PlanUnassigned.tote_code)
    )
    return [
        LeftBehind(
            tote_code=code, requisition_reference=reference, facility_name=name, reason=reason
        )
        for code, reference, name, reason in rows
    ]


def days_with_totes(session: Session, facility_id: FacilityId, today: date) -> dict[date, int]:
    """Return how many released totes wait for each promised day; overdue ones count today."""
    day = func.greatest(Requisition.delivery_day, today)
    rows = session.execute(
        select(day, func.count())
        .select_from(Tote)
        .join(Requisition, Requisition.id == Tote.requisition_id)
        .where(
            Tote.supplier_id == facility_id,
            Tote.state == ToteState.SEALED,
            Requisition.delivery_day.is_not(None),
        )
        .group_by(day)
    )
    return dict(rows.all())


def came_back(session: Session, facility_id: FacilityId) -> list[LeftBehind]:
    """Return the totes that lie at the depot after a run brought them back, and why."""
    rows = session.execute(
        select(
            Tote.code,
            StopTote.requisition_reference,
            Facility.short_name,
            StopTote.reason,
        )
        .join(StopTote, StopTote.tote_id == Tote.id)
        .join(Facility, Facility.id == Tote.destination_id)
        .where(
            Tote.supplier_id == facility_id,
            Tote.state == ToteState.RETURNED,
            StopTote.state == StopToteState.RETURNED,
        )
        .ext(distinct_on(Tote.id))
        .order_by(Tote.id, StopTote.id.desc())
        .limit(MOST_BACK)
    )
    return [
        LeftBehind(
            tote_code=code, requisition_reference=reference, facility_name=name, reason=reason
        )
        for code, reference, name, reason in rows
    ]


def names_of(
    session: Session, facility_ids: Sequence[FacilityId]
) -> Sequence[tuple[FacilityId, str]]:
    """Return the short names of these facilities, by pinyin."""
    rows = session.execute(
        select(Facility.id, Facility.short_name)
        .where(Facility.id.in_(facility_ids))
        .order_by(Facility.pinyin, Facility.id)
    )
    return list(rows.all())
