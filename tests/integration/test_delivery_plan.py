"""One press plans a day: checked, unchanged inputs only, and what cannot go is named."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, sessionmaker

from app.delivery import queries
from app.delivery.errors import DayNotPlannable, NothingToPlan
from app.delivery.models import Driver, Plan, Run, StopTote
from app.delivery.rules.states import (
    PlanState,
    RunState,
    ScanKind,
    StopToteState,
)
from app.delivery.service import planning, storing
from app.delivery.service.planning import PlanRequest
from app.delivery.service.storing import PlanningTask, Solution
from app.fulfilment.models import ToteContent
from app.kernel.errors import NotFound
from app.kernel.jobs import Job, JobState
from app.network.models import DeliveryDay
from app.traceability import service as traceability
from app.traceability.models import LotHold
from optimizer.routing.budget import Budget
from optimizer.routing.plan import Plan as Answer
from optimizer.routing.solver import solve
from tests.factories.cast import Cast
from tests.factories.fleet import (
    TOMORROW,
    a_depot,
    a_plan,
    a_run,
    a_tote_for,
    an_event,
    run_now,
    scanned,
)
from tests.factories.stock import NOW
from tests.racing import at_once


def asked(session: Session, cast: Cast) -> PlanningTask:
    plan = planning.request_plan(
        session, cast.actor("dispatcher"), PlanRequest(day=TOMORROW, solve_seconds=1), now=NOW
    )
    task = storing.take_task(session, plan.id)
    assert task is not None
    return task


def solved(task: PlanningTask) -> Answer:
    return solve(task.assignment.problem, Budget(seconds=1, steps=1))


def stored(session: Session, task: PlanningTask, answer: Answer) -> Plan:
    storing.store_plan(session, task, Solution(plan=answer, took_ms=1), now=NOW)
    plan = session.get_one(Plan, task.plan_id)
    session.refresh(plan)
    return plan


def test_released_totes_become_runs_with_stops_costs_and_a_baseline(
    session: Session, cast: Cast
) -> None:
    a_depot(session, cast)
    totes = {a_tote_for(session, cast, by).code for by in ("clinic", "clinic2", "village")}

    plan = a_plan(session, cast)

    (run,) = queries.runs_of_day(session, cast.central.id, TOMORROW)
    assert plan.state is PlanState.STORED
    assert (plan.runs, plan.stops, plan.totes) == (1, 3, 3)
    assert {tote.code for tote in run.totes} == totes
    assert run.reference.startswith("DR-20261123-")
    assert (run.metres, run.baseline_metres) == (48_000, 72_000)
    assert plan.cost_fen == run.cost_fen
    assert all(
        stop.window_from and stop.window_from <= stop.planned_departure for stop in run.stops
    )


def test_another_press_while_a_plan_is_made_gets_that_plan(session: Session, cast: Cast) -> None:
    a_depot(session, cast)
    a_tote_for(session, cast)
    request = PlanRequest(day=TOMORROW)

    one = planning.request_plan(session, cast.actor("dispatcher"), request, now=NOW)
    other = planning.request_plan(session, cast.actor("dispatcher"), request, now=NOW)

    assert one.id == other.id
    assert session.scalar(select(func.count()).select_from(Job)) == 1


def test_a_plan_whose_work_failed_does_not_block_the_next(session: Session, cast: Cast) -> None:
    a_depot(session, cast)
    a_tote_for(session, cast)
    request = PlanRequest(day=TOMORROW)
    dead = planning.request_plan(session, cast.actor("dispatcher"), request, now=NOW)
    session.execute(update(Job).values(state=JobState.FAILED))
    session.expire_all()

    fresh = planning.request_plan(session, cast.actor("dispatcher"), request, now=NOW)

    session.refresh(dead)
    assert fresh.id != dead.id
    assert (dead.state, dead.refusal) == (PlanState.REFUSED, planning.SOLVER_FAILED)


def test_only_the_next_two_weeks_are_planned(session: Session, cast: Cast) -> None:
    for day in (TOMORROW - timedelta(days=2), TOMORROW + timedelta(days=14)):
        with pytest.raises(DayNotPlannable):
            planning.request_plan(session, cast.actor("dispatcher"), PlanRequest(day=day), now=NOW)


def test_a_day_without_released_totes_has_no_plan(session: Session, cast: Cast) -> None:
    with pytest.raises(NothingToPlan):
        planning.request_plan(session, cast.actor("dispatcher"), PlanRequest(day=TOMORROW), now=NOW)


def test_what_the_checker_does_not_pass_is_not_stored(session: Session, cast: Cast) -> None:
    a_depot(session, cast)
    a_tote_for(session, cast)
    task = asked(session, cast)
    answer = solved(task)
    cheap = replace(answer, routes=(replace(answer.routes[0], metres=1),))

    plan = stored(session, task, cheap)

    assert (plan.state, plan.refusal) == (PlanState.REFUSED, storing.PLAN_UNSOUND)
    assert session.scalar(select(func.count()).select_from(Run)) == 0


def test_a_plan_for_changed_inputs_is_refused_and_the_old_runs_stay(
    session: Session, cast: Cast
) -> None:
    a_depot(session, cast)
    a_tote_for(session, cast)
    kept = a_run(session, cast)
    task = asked(session, cast)
    session.execute(update(DeliveryDay).values(closes_at=time(11)))

    plan = stored(session, task, solved(task))

    assert (plan.state, plan.refusal) == (PlanState.REFUSED, storing.INPUTS_CHANGED)
    assert run_now(session, kept).state is RunState.PLANNED


def test_a_tote_released_while_solving_waits_for_the_next_plan(
    session: Session, cast: Cast
) -> None:
    a_depot(session, cast)
    a_tote_for(session, cast)
    task = asked(session, cast)
    a_tote_for(session, cast, "clinic2")

    plan = stored(session, task, solved(task))

    assert (plan.state, plan.totes) == (PlanState.STORED, 1)


def test_a_finished_plan_is_not_made_twice(session: Session, cast: Cast) -> None:
    a_depot(session, cast)
    a_tote_for(session, cast)
    task = asked(session, cast)
    stored(session, task, solved(task))

    assert storing.take_task(session, task.plan_id) is None
    stored(session, task, solved(task))
    assert len(queries.runs_of_day(session, cast.central.id, TOMORROW)) == 1


def test_a_new_plan_replaces_what_was_only_planned(session: Session, cast: Cast) -> None:
    a_depot(session, cast)
    a_tote_for(session, cast)
    old = a_run(session, cast)
    a_tote_for(session, cast, "clinic2")

    new = a_run(session, cast)

    assert run_now(session, old).state is RunState.CANCELLED
    assert len(new.totes) == 2
    states = session.scalars(select(StopTote.state).order_by(StopTote.id)).all()
    assert states == [StopToteState.CANCELLED, StopToteState.PLANNED, StopToteState.PLANNED]


def test_a_run_that_has_begun_keeps_its_totes_vehicle_and_driver(
    session: Session, cast: Cast
) -> None:
    driver = a_depot(session, cast)
    tote = a_tote_for(session, cast)
    begun = a_run(session, cast)
    scanned(session, cast, an_event(begun, ScanKind.LOAD, tote.code))
    a_tote_for(session, cast, "clinic2")

    plan = a_plan(session, cast)

    assert run_now(session, begun).state is RunState.LOADING
    assert (plan.runs, plan.totes) == (0, 0)
    (left,) = queries.left_behind(session, cast.central.id, TOMORROW)
    assert (left.facility_name, left.reason) == ("盐场镇", "no-vehicle")
    assert session.get_one(Driver, driver.id).active


def test_loading_that_begins_while_solving_refuses_the_plan(session: Session, cast: Cast) -> None:
    a_depot(session, cast)
    tote = a_tote_for(session, cast)
    begun = a_run(session, cast)
    task = asked(session, cast)
    scanned(session, cast, an_event(begun, ScanKind.LOAD, tote.code))

    plan = stored(session, task, solved(task))

    assert plan.refusal == storing.INPUTS_CHANGED
    assert run_now(session, begun).state is RunState.LOADING


def test_what_cannot_be_served_is_named_with_its_reason(session: Session, cast: Cast) -> None:
    a_depot(session, cast)
    a_tote_for(session, cast)
    closed, heavy = a_tote_for(session, cast, "clinic2"), a_tote_for(session, cast, "village")
    session.execute(
        delete(DeliveryDay).where(
            DeliveryDay.facility_id == cast.yanchang.id,
            DeliveryDay.weekday == TOMORROW.weekday(),
        )
    )
    heavy.weight_grams = 900_000
    session.flush()

    plan = a_plan(session, cast)

    left = queries.left_behind(session, cast.central.id, TOMORROW)
    assert {(one.tote_code, one.reason) for one in left} == {
        (closed.code, "not-served-today"),
        (heavy.code, "too-big"),
    }
    assert plan.totes == 1


def test_a_tote_with_a_frozen_lot_stays_at_home(session: Session, cast: Cast) -> None:
    a_depot(session, cast)
    goes, frozen = a_tote_for(session, cast), a_tote_for(session, cast, "clinic2")
    lot_id = session.scalars(
        select(ToteContent.lot_id).where(ToteContent.tote_id == frozen.id)
    ).one()
    hold = (LotHold.QUALITY, "外包装破损")
    traceability.hold_lot(session, cast.actor("quality"), lot_id, hold, now=NOW)

    plan = a_plan(session, cast)

    (left,) = queries.left_behind(session, cast.central.id, TOMORROW)
    carried = session.scalars(select(StopTote.tote_code)).all()
    assert (left.tote_code, left.reason) == (frozen.code, "lot-held")
    assert (plan.totes, carried) == (1, [goes.code])


def test_a_plan_of_today_leaves_from_now_on(session: Session, cast: Cast) -> None:
    a_depot(session, cast)
    a_tote_for(session, cast)
    on_the_day = NOW + timedelta(days=1)

    plan = a_plan(session, cast, now=on_the_day)

    (run,) = queries.runs_of_day(session, cast.central.id, TOMORROW)
    assert plan.leave_from == on_the_day
    assert run.planned_leave >= on_the_day


def test_another_depots_plan_does_not_exist_for_outsiders(session: Session, cast: Cast) -> None:
    a_depot(session, cast)
    a_tote_for(session, cast)
    plan = a_plan(session, cast)

    with pytest.raises(NotFound):
        planning.get_plan(session, cast.actor("outsider"), plan.id)


def test_two_presses_at_one_instant_are_one_plan(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    with rivals.begin() as session:
        a_depot(session, racing_cast)
        a_tote_for(session, racing_cast)

    def press() -> int:
        with rivals.begin() as session:
            request = PlanRequest(day=TOMORROW)
            actor = racing_cast.actor("dispatcher")
            return int(planning.request_plan(session, actor, request, now=NOW).id)

    for _ in range(10):
        assert len(set(at_once(press, rivals=4))) == 1
        with rivals.begin() as session:
            assert session.scalar(select(func.count()).select_from(Job)) == session.scalar(
                select(func.count()).select_from(Plan)
            )
            session.execute(update(Plan).values(state=PlanState.REFUSED))
