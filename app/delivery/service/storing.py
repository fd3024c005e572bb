"""Storing a solved plan: only a checked one, and only if its inputs still hold."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.delivery.models import Plan, PlanUnassigned, Run, Stop, StopTote
from app.delivery.rules.day import DayInputs, ToteToPlan, digest
from app.delivery.rules.drafting import RunDraft, StopDraft, runs_of
from app.delivery.rules.mapping import Assignment, assignment_of
from app.delivery.rules.states import PlanState, RunState, StopToteState
from app.delivery.service.inputs import gather
from app.delivery.service.planning import refuse_plan
from app.kernel.ids import PlanId, RunId, StopId, ToteId
from app.kernel.numbering import issue_numbers
from optimizer.routing import plan as answers
from optimizer.routing.check import violations

INPUTS_CHANGED = "inputs-changed"
PLAN_UNSOUND = "plan-unsound"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningTask:
    """A plan to compute: the inputs it stands for and what the optimizer is asked."""

    plan_id: PlanId
    inputs: DayInputs
    assignment: Assignment
    solve_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """What the optimizer answered, and how long it took."""

    plan: answers.Plan
    took_ms: int


class _Stale(Exception):
    """The inputs are no longer those the plan was made for."""


def take_task(session: Session, plan_id: PlanId) -> PlanningTask | None:
    """Return what has to be solved, or None when the plan is finished already."""
    plan = session.get_one(Plan, plan_id)
    if plan.state is not PlanState.SOLVING:
        return None
    inputs = gather(session, plan)
    return PlanningTask(
        plan_id=plan.id,
        inputs=inputs,
        assignment=assignment_of(inputs),
        solve_seconds=plan.solve_seconds,
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
    drafts = runs_of(task.inputs, problem, solution.plan)
    try:
        with session.begin_nested():
            _replace_runs(session, plan, task, drafts, now)
    except _Stale:
        refuse_plan(session, task.plan_id, INPUTS_CHANGED, now=now)
        return PlanState.REFUSED
    _store_unassigned(session, task, solution.plan)
    _close(plan, task, drafts, solution, now)
    session.flush()
    return PlanState.STORED


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
        raise _Stale
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


def _close(
    plan: Plan,
    task: PlanningTask,
    drafts: tuple[RunDraft, ...],
    solution: Solution,
    now: datetime,
) -> None:
    plan.state, plan.finished_at = PlanState.STORED, now
    plan.inputs_digest, plan.took_ms = digest(task.inputs), solution.took_ms
    plan.roads_source = task.inputs.roads_source
    plan.runs = len(drafts)
    plan.stops = sum(len(draft.stops) for draft in drafts)
    plan.totes = sum(len(stop.tote_ids) for draft in drafts for stop in draft.stops)
    plan.metres = sum(draft.route.metres for draft in drafts)
    plan.cost_fen = sum(draft.route.cost.total_fen for draft in drafts)
    plan.baseline_metres = sum(draft.baseline_metres for draft in drafts)
    plan.baseline_fen = sum(draft.baseline_fen for draft in drafts)
