"""Asking for a day's plan: one press, or two at once, is one plan."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.delivery.errors import DayNotPlannable, NothingToPlan
from app.delivery.models import Plan
from app.delivery.rules.states import PlanState
from app.delivery.service.inputs import waiting_totes
from app.kernel import jobs
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId, JobId, PlanId
from app.kernel.jobs import Job, JobState
from app.kernel.local_time import at_local, local_day

KIND = "delivery.plan"
DAYS_AHEAD = 14
USUAL_SECONDS = 6
SOLVER_FAILED = "solver-failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """The day to plan, when the first vehicle may leave, and how long to search.

    Without ``leave_from`` vehicles leave from the start of their shifts on, today from now on.
    """

    day: date
    leave_from: time | None = None
    solve_seconds: int = USUAL_SECONDS


def request_plan(session: Session, actor: Actor, request: PlanRequest, *, now: datetime) -> Plan:
    """Put the planning of a day into the queue, or return the plan that is being made.

    Two dispatchers may press at once: the unique index lets one plan be computed per depot
    and day, and the second press gets the first one's.

    Raises:
        DayNotPlannable: the day has passed or lies more than two weeks ahead.
        NothingToPlan: no released tote waits for the day.
    """
    today = local_day(now)
    if not today <= request.day <= today + timedelta(days=DAYS_AHEAD):
        raise DayNotPlannable(request.day.isoformat())
    if not waiting_totes(session, actor.facility_id, request.day):
        raise NothingToPlan(request.day.isoformat())
    plan_id = _insert(session, actor, request, now)
    if plan_id is None:
        running = being_made(session, actor.facility_id, request.day)
        if running is not None and not _job_failed(session, running):
            return running
        if running is not None:
            refuse_plan(session, running.id, SOLVER_FAILED, now=now)
        return request_plan(session, actor, request, now=now)
    return queue(session, actor, plan_id, now=now)


def queue(session: Session, actor: Actor, plan_id: PlanId, *, now: datetime) -> Plan:
    """Let the worker compute a plan that is to be solved."""
    job = jobs.enqueue(session, actor, KIND, {"plan_id": plan_id}, now=now)
    plan = session.get_one(Plan, plan_id)
    plan.job_id = job.id
    session.flush()
    return plan


def _insert(session: Session, actor: Actor, request: PlanRequest, now: datetime) -> PlanId | None:
    return session.scalar(
        insert(Plan)
        .values(
            facility_id=actor.facility_id,
            day=request.day,
            version=next_version(actor.facility_id, request.day).scalar_subquery(),
            state=PlanState.SOLVING,
            user_id=actor.user_id,
            requested_at=now,
            leave_from=_leave_from(request, now),
            solve_seconds=request.solve_seconds,
        )
        .on_conflict_do_nothing()
        .returning(Plan.id)
    )


def next_version(facility_id: FacilityId, day: date) -> Select[int]:
    """Return the number after a day's last version."""
    return select(func.coalesce(func.max(Plan.version), 0) + 1).where(
        Plan.facility_id == facility_id, Plan.day == day
    )


def _leave_from(request: PlanRequest, now: datetime) -> datetime | None:
    if request.leave_from is not None:
        return at_local(request.day, request.leave_from)
    return now if request.day == local_day(now) else None


def being_made(session: Session, facility_id: FacilityId, day: date) -> Plan | None:
    """Return the plan of a day that is being computed."""
    return session.scalars(
        select(Plan).where(
            Plan.facility_id == facility_id, Plan.day == day, Plan.state == PlanState.SOLVING
        )
    ).one_or_none()


def _job_failed(session: Session, plan: Plan) -> bool:
    job = session.get(Job, plan.job_id) if plan.job_id else None
    return job is not None and job.state is JobState.FAILED


def refuse_plan(session: Session, plan_id: PlanId, refusal: str, *, now: datetime) -> None:
    """Close a plan that is still being made, with the code of the reason."""
    session.execute(
        update(Plan)
        .where(Plan.id == plan_id, Plan.state == PlanState.SOLVING)
        .values(state=PlanState.REFUSED, refusal=refusal, finished_at=now)
    )


def get_plan(session: Session, actor: Actor, plan_id: PlanId) -> Plan:
    """Return a plan of the actor's depot.

    Raises:
        NotFound: there is no such plan, or it is another depot's.
    """
    plan = session.get(Plan, plan_id)
    if plan is None or not actor.sees(plan.facility_id):
        raise NotFound("plan")
    return plan


def stop_plan(session: Session, actor: Actor, plan_id: PlanId) -> Plan:
    """Ask the search to stop and keep the best plan it has."""
    plan = get_plan(session, actor, plan_id)
    actor.must_act_for(plan.facility_id, "plan")
    if plan.job_id is not None:
        jobs.request_stop(session, actor, JobId(plan.job_id))
    return plan
