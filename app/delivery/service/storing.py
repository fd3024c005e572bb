"""Storing a solved plan: only a checked one, and only if its inputs still hold."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.delivery.models import Plan, PlanUnassigned, Run, Stop, StopTote
from app.delivery.rules.day import DayInputs, ToteToPlan, digest, seconds_of
from app.delivery.rules.desk import joined_with, rest_of
from app.delivery.rules.drafting import RunDraft, StopDraft, runs_of
from app.delivery.rules.figures import figures_of
from app.delivery.rules.layout import Layout, Locks, document_of, layout_of, still_open
from app.delivery.rules.mapping import Assignment, assignment_of
from app.delivery.rules.states import PlanState, RunState, StopToteState
from app.delivery.service.inputs import gather
from app.delivery.service.planning import refuse_plan
from app.kernel.ids import PlanId, RunId, StopId, ToteId
from app.kernel.local_time import local
from app.kernel.numbering import issue_numbers
from optimizer.routing import plan as answers
from optimizer.routing.check import violations
from optimizer.routing.problem import Problem

INPUTS_CHANGED = "inputs-changed"
PLAN_UNSOUND = "plan-unsound"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningTask:
    """A plan to compute: the inputs it stands for and what the optimizer is asked."""

    plan_id: PlanId
    inputs: DayInputs
    assignment: Assignment
    solve_seconds: int
    around: Layout | None = None
    """What a search around locks starts from; its answer becomes a draft."""
    sought: Problem | None = None
    """What of the day's problem that search may decide."""

    @property
    def to_solve(self) -> Problem:
        """What the optimizer is asked."""
        return self.sought or self.assignment.problem

    def whole(self, answer: answers.Plan) -> answers.Plan:
        """Return the optimizer's answer together with the runs it was not asked about."""
        if self.around is None:
            return answer
        problem, around = self.assignment.problem, self.around
        return joined_with(problem, around.plan, around.locks, answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """What the optimizer answered, and how long it took."""

    plan: answers.Plan
    took_ms: int


class Stale(Exception):
    """The inputs are no longer those the plan was made for."""


def take_task(session: Session, plan_id: PlanId) -> PlanningTask | None:
    """Return what has to be solved, or None when the plan is finished already."""
    plan = session.get_one(Plan, plan_id)
    if plan.state is not PlanState.SOLVING:
        return None
    around = layout_of(plan.layout) if plan.layout else None
    inputs = gather(session, plan, only=around.tote_ids if around else None)
    task = PlanningTask(
        plan_id=plan.id,
        inputs=inputs,
        assignment=assignment_of(inputs),
        solve_seconds=plan.solve_seconds,
    )
    return task if around is None else _around(plan, task, around)


def _around(plan: Plan, task: PlanningTask, layout: Layout) -> PlanningTask:
    problem = task.assignment.problem
    begun = still_open(problem, layout.plan)
    asked = local(plan.requested_at)
    now = seconds_of(asked.time()) if asked.date() == plan.day else None
    return replace(
        task,
        around=replace(layout, plan=begun),
        sought=rest_of(problem, begun, layout.locks, not_before=now),
    )


def store_plan(
    session: Session, task: PlanningTask, solution: Solution, *, now: datetime
) -> PlanState:
    """Store the runs of a plan, or refuse it; return what became of it.

    The independent checker must pass it. The day's runs that are only planned are cancelled
    first; then the inputs are gathered again, so that a vehicle which has begun to load in
    the meantime, a tote that was opened again or a window that changed refuses the plan.
    """
    problem = task.assignment.problem
    if violations(problem, solution.plan):
        refuse_plan(session, task.plan_id, PLAN_UNSOUND, now=now)
        return PlanState.REFUSED
    plan = session.scalars(
        select(Plan).where(Plan.id == task.plan_id).with_for_update(key_share=True)
    ).one()
    if plan.state is not PlanState.SOLVING:
        return plan.state
    try:
        with session.begin_nested():
            publish_runs(session, plan, task, solution.plan, now=now)
    except Stale:
        refuse_plan(session, task.plan_id, INPUTS_CHANGED, now=now)
        return PlanState.REFUSED
    note_layout(plan, task, solution, now=now)
    session.flush()
    return plan.state


def store_draft(
    session: Session, task: PlanningTask, solution: Solution, *, now: datetime
) -> PlanState:
    """Keep what a search around locks found, for the dispatcher to look at; return its state."""
    plan = session.scalars(
        select(Plan).where(Plan.id == task.plan_id).with_for_update(key_share=True)
    ).one()
    if plan.state is not PlanState.SOLVING:
        return plan.state
    if violations(task.assignment.problem, solution.plan):
        refuse_plan(session, task.plan_id, PLAN_UNSOUND, now=now)
        return PlanState.REFUSED
    plan.state = PlanState.DRAFT
    note_layout(plan, task, solution, now=now)
    session.flush()
    return PlanState.DRAFT


def publish_runs(
    session: Session, plan: Plan, task: PlanningTask, answer: answers.Plan, *, now: datetime
) -> None:
    """Make a plan's runs the day's, in place of those that were only planned.

    Raises:
        Stale: the day is no longer the one the plan was made for.
    """
    drafts = runs_of(task.inputs, task.assignment.problem, answer)
    _replace_runs(session, plan, task, drafts, now)
    _store_unassigned(session, task, answer)
    plan.state, plan.published_at = PlanState.STORED, now


def _replace_runs(
    session: Session,
    plan: Plan,
    task: PlanningTask,
    drafts: tuple[RunDraft, ...],
    now: datetime,
) -> None:
    _cancel_planned(session, plan)
    totes = {tote.tote_id: tote for tote in task.inputs.totes}
    if digest(gather(session, plan, only=totes.keys())) != digest(task.inputs):
        raise Stale
    if not drafts:
        return
    references = issue_numbers(session, "DR", len(drafts), now=now)
    runs = [_run(plan, *pair) for pair in zip(references, drafts, strict=True)]
    session.add_all(runs)
    session.flush()
    calls = [
        (_stop(run.id, sequence, draft), draft.tote_ids)
        for run, of_run in zip(runs, drafts, strict=True)
        for sequence, draft in enumerate(of_run.stops, start=1)
    ]
    session.add_all(stop for stop, _ in calls)
    session.flush()
    rows = [_tote_row(stop.id, totes[tote_id]) for stop, ids in calls for tote_id in ids]
    session.execute(insert(StopTote), rows)


def _cancel_planned(session: Session, plan: Plan) -> None:
    cancelled = session.scalars(
        update(Run)
        .where(
            Run.facility_id == plan.facility_id,
            Run.day == plan.day,
            Run.state == RunState.PLANNED,
        )
        .values(state=RunState.CANCELLED)
        .returning(Run.id)
    ).all()
    session.execute(
        update(StopTote)
        .where(
            StopTote.stop_id.in_(select(Stop.id).where(Stop.run_id.in_(cancelled))),
            StopTote.state == StopToteState.PLANNED,
        )
        .values(state=StopToteState.CANCELLED)
    )


def _run(plan: Plan, reference: str, draft: RunDraft) -> Run:
    cost = draft.route.cost
    return Run(
        reference=reference,
        plan_id=plan.id,
        facility_id=plan.facility_id,
        day=plan.day,
        vehicle_id=draft.crew.vehicle.vehicle_id,
        driver_id=draft.crew.driver.driver_id,
        planned_leave=draft.leave,
        planned_back=draft.back,
        metres=draft.route.metres,
        seconds=draft.route.back - draft.route.leave,
        cost_fen=cost.total_fen,
        distance_fen=cost.distance_fen,
        driver_fen=cost.driver_fen,
        vehicle_fen=cost.vehicle_fen,
        stop_fen=cost.stop_fen,
        baseline_metres=draft.baseline_metres,
        baseline_fen=draft.baseline_fen,
    )


def _stop(run_id: RunId, sequence: int, draft: StopDraft) -> Stop:
    window_from, window_to = draft.window or (None, None)
    return Stop(
        run_id=run_id,
        sequence=sequence,
        facility_id=draft.facility_id,
        planned_arrival=draft.arrival,
        planned_departure=draft.departure,
        window_from=window_from,
        window_to=window_to,
        leg_metres=draft.leg_metres,
        metres_share=draft.metres_share,
        fen_share=draft.fen_share,
        baseline_metres=draft.baseline_metres,
        baseline_fen=draft.baseline_fen,
    )


def _tote_row(stop_id: StopId, tote: ToteToPlan) -> dict[str, object]:
    return {
        "stop_id": stop_id,
        "tote_id": tote.tote_id,
        "tote_code": tote.code,
        "requisition_reference": tote.requisition_reference,
        "compartment": tote.compartment,
        "weight_grams": tote.weight_grams,
        "volume_cm3": tote.volume_cm3,
        "controlled": tote.controlled,
        "promised_to": tote.promised_to,
    }


def _store_unassigned(session: Session, task: PlanningTask, answer: answers.Plan) -> None:
    reasons: dict[ToteId, str] = dict(task.assignment.left_out)
    reasons |= {ToteId(int(one.order_id)): one.reason.value for one in answer.unassigned}
    rows = [
        {
            "plan_id": task.plan_id,
            "tote_id": tote.tote_id,
            "tote_code": tote.code,
            "requisition_reference": tote.requisition_reference,
            "facility_id": tote.facility_id,
            "reason": reasons[tote.tote_id],
        }
        for tote in task.inputs.totes
        if tote.tote_id in reasons
    ]
    if rows:
        session.execute(insert(PlanUnassigned), rows)


def note_layout(plan: Plan, task: PlanningTask, solution: Solution, *, now: datetime) -> None:
    """Write into a plan's row who drives what, and what it comes to."""
    problem, answer = task.assignment.problem, solution.plan
    drafts = runs_of(task.inputs, problem, answer)
    figures = figures_of(task.inputs, problem, answer)
    plan.layout = document_of(
        Layout(
            plan=answer,
            tote_ids=frozenset(tote.tote_id for tote in task.inputs.totes),
            locks=task.around.locks if task.around else Locks(),
        )
    )
    plan.finished_at = now
    plan.inputs_digest, plan.took_ms = digest(task.inputs), solution.took_ms
    plan.roads_source = task.inputs.roads_source
    plan.runs, plan.stops, plan.totes = figures.vehicles, figures.stops, figures.orders
    plan.metres, plan.seconds = figures.metres, figures.seconds
    plan.cost_fen = figures.cost.total_fen
    plan.late_stops, plan.late_seconds = figures.late_stops, figures.late_seconds
    plan.baseline_metres = sum(draft.baseline_metres for draft in drafts)
    plan.baseline_fen = sum(draft.baseline_fen for draft in drafts)
