"""The dispatcher's desk: keep a change as a new version, search around locks, publish."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts.models import UserAccount
from app.delivery import queries
from app.delivery.errors import (
    NothingMoved,
    PlanBeingMade,
    PlanMovedOn,
    PlanNotDraft,
    PlanOutdated,
    PlanUnsound,
)
from app.delivery.models import Plan
from app.delivery.rules.day import digest
from app.delivery.rules.layout import Layout, document_of, layout_of
from app.delivery.rules.mapping import assignment_of
from app.delivery.rules.states import PlanState
from app.delivery.service.inputs import gather
from app.delivery.service.planning import (
    USUAL_SECONDS,
    being_made,
    get_plan,
    next_version,
    queue,
)
from app.delivery.service.storing import (
    PlanningTask,
    Solution,
    Stale,
    note_layout,
    publish_runs,
)
from app.delivery.service.trial import Edit, Trial, try_out
from app.kernel.actor import Actor
from app.kernel.history import Change, record
from app.kernel.ids import FacilityId, PlanId
from app.kernel.local_time import local
from optimizer.routing import plan as answers
from optimizer.routing.check import violations


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Why a change is kept, and the newest version its author knew of."""

    reason: str
    seen: int
    solve_seconds: int = USUAL_SECONDS


def keep_draft(
    session: Session, actor: Actor, edit: Edit, keeping: Keeping, *, now: datetime
) -> Plan:
    """Keep a change as the day's next version, with its author and reason.

    Two dispatchers may keep at once: versions are numbered, and the second is told who was first.

    Raises:
        NothingMoved: nothing changed.
        PlanMovedOn: the day has a newer version than the author saw.
    """
    trial = try_out(session, actor, edit, now=now)
    if trial.after == trial.before:
        raise NothingMoved(str(trial.plan.version))
    plan = _insert(session, actor, trial, keeping, PlanState.DRAFT)
    task = PlanningTask(
        plan_id=plan.id,
        inputs=trial.inputs,
        assignment=trial.assignment,
        solve_seconds=0,
        around=trial.layout,
    )
    note_layout(plan, task, Solution(plan=trial.after, took_ms=0), now=now)
    session.flush()
    return plan


def search_again(
    session: Session, actor: Actor, edit: Edit, keeping: Keeping, *, now: datetime
) -> Plan:
    """Let the search improve what is not locked; its answer becomes a draft.

    Raises:
        PlanBeingMade: a plan of the day is being computed.
        PlanMovedOn: the day has a newer version than the author saw.
    """
    trial = try_out(session, actor, edit, now=now)
    plan = _insert(session, actor, trial, keeping, PlanState.SOLVING)
    plan.layout = document_of(trial.layout)
    return queue(session, actor, plan.id, now=now)


def _insert(
    session: Session, actor: Actor, trial: Trial, keeping: Keeping, state: PlanState
) -> Plan:
    basis = trial.plan
    plan_id = session.scalar(
        insert(Plan)
        .values(
            facility_id=basis.facility_id,
            day=basis.day,
            version=keeping.seen + 1,
            basis_id=basis.id,
            reason=keeping.reason,
            state=state,
            user_id=actor.user_id,
            requested_at=trial.at,
            leave_from=basis.leave_from,
            solve_seconds=keeping.solve_seconds,
        )
        .on_conflict_do_nothing()
        .returning(Plan.id)
    )
    if plan_id is not None:
        return session.get_one(Plan, plan_id)
    running = being_made(session, basis.facility_id, basis.day)
    if running is not None and running.version <= keeping.seen:
        raise PlanBeingMade(basis.day.isoformat())
    raise _moved_on(session, basis)


def newest_version(session: Session, facility_id: FacilityId, day: date) -> int:
    """Return the number of a day's newest version, whatever became of it; 0 before the first."""
    return (session.scalar(next_version(facility_id, day)) or 1) - 1


def _moved_on(session: Session, basis: Plan) -> PlanMovedOn:
    newest, author = session.execute(
        select(Plan, UserAccount.name)
        .join(UserAccount, UserAccount.id == Plan.user_id)
        .where(Plan.facility_id == basis.facility_id, Plan.day == basis.day)
        .order_by(Plan.version.desc())
        .limit(1)
    ).one()
    at = f"{local(newest.requested_at):%H:%M}"
    return PlanMovedOn(basis.day.isoformat(), version=newest.version, who=author, at=at)


def publish(
    session: Session, actor: Actor, plan_id: PlanId, published: PlanId | None, *, now: datetime
) -> Plan:
    """Make a draft's runs the day's; ``published`` is the version it is known to replace.

    All versions of the day are locked in order, so two publishers follow one another and the
    second, whose page no longer shows what drives, is told. The checker judges once more.

    Raises:
        PlanMovedOn: another version was published meanwhile.
        PlanNotDraft: the version is no draft.
        PlanUnsound: the checker does not pass it.
        PlanOutdated: its totes, vehicles, windows or roads changed.
    """
    plan = get_plan(session, actor, plan_id)
    actor.must_act_for(plan.facility_id, "plan")
    _lock_versions(session, plan)
    if queries.published_plan(session, plan.facility_id, plan.day) != published:
        raise _moved_on(session, plan)
    if plan.state is not PlanState.DRAFT or plan.layout is None:
        raise PlanNotDraft(str(plan.version))
    task, answer = _task_of(session, plan, layout_of(plan.layout))
    broken = violations(task.assignment.problem, answer)
    if broken:
        raise PlanUnsound(str(plan.version), count=len(broken))
    try:
        publish_runs(session, plan, task, answer, now=now)
    except Stale as error:
        raise PlanOutdated(str(plan.version)) from error
    change = Change(subject=("delivery_plan", plan.id), action="plan-published")
    record(session, actor, change, now=now)
    session.flush()
    return plan


def _lock_versions(session: Session, plan: Plan) -> None:
    session.scalars(
        select(Plan)
        .where(Plan.facility_id == plan.facility_id, Plan.day == plan.day)
        .order_by(Plan.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def _task_of(session: Session, plan: Plan, layout: Layout) -> tuple[PlanningTask, answers.Plan]:
    inputs = gather(session, plan, only=layout.tote_ids)
    if digest(inputs) != plan.inputs_digest:
        raise PlanOutdated(str(plan.version))
    task = PlanningTask(
        plan_id=plan.id, inputs=inputs, assignment=assignment_of(inputs), solve_seconds=0
    )
    return task, layout.plan
