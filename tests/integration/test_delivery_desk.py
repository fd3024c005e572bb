"""Versions of a day's plan: tried without a trace, kept once, searched around locks, published."""

from datetime import time
from functools import partial

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from app.delivery import queries
from app.delivery.errors import (
    NothingMoved,
    PlanBeingMade,
    PlanMovedOn,
    PlanNotDraft,
    PlanNotEditable,
    PlanOutdated,
    PlanUnsound,
    SitesMixed,
    ToteNotMovable,
    VehicleNotFree,
)
from app.delivery.models import Plan, Run, Vehicle
from app.delivery.rules.states import PlanState, RunState, ScanKind
from app.delivery.service import comparing, desk, planning, storing, timelines
from app.delivery.service.desk import Keeping
from app.delivery.service.planning import PlanRequest
from app.delivery.service.storing import Solution
from app.delivery.service.trial import Edit, TakenMove, try_out
from app.fulfilment.models import Tote
from app.kernel.errors import DomainError, NotFound
from app.kernel.ids import PlanId
from app.kernel.jobs import Job
from app.network.models import DeliveryDay
from optimizer.routing.budget import Budget
from optimizer.routing.solver import solve
from optimizer.routing.violation import Kind
from tests.factories.cast import Cast
from tests.factories.fleet import (
    TOMORROW,
    a_depot,
    a_driver_of,
    a_plan,
    a_tote_for,
    a_van,
    an_event,
    another_driver,
    scanned,
)
from tests.factories.stock import NOW
from tests.racing import at_once

WHY = Keeping(reason="盐场卫生院上午停电", seen=1)


def a_day(session: Session, cast: Cast) -> tuple[Plan, Tote, Tote]:
    """Two vans, and a published plan that needs only the first: totes for Yudu and Yanchang."""
    a_depot(session, cast)
    van = a_van(session, cast, "V02", cold=False)
    a_driver_of(session, cast, another_driver(session, cast), van)
    yudu, yanchang = a_tote_for(session, cast), a_tote_for(session, cast, "clinic2")
    plan = a_plan(session, cast)
    assert (plan.state, plan.runs, plan.version) == (PlanState.STORED, 1, 1)
    return plan, yudu, yanchang


def to(vehicle: str, *totes: Tote, at: int | None = None) -> TakenMove:
    return TakenMove(totes=tuple(tote.code for tote in totes), vehicle=vehicle, position=at)


def other_van(session: Session, plan: Plan) -> str:
    """Return the code of the van that the plan leaves at the depot."""
    busy = select(Run.vehicle_id).where(Run.plan_id == plan.id)
    return session.scalars(select(Vehicle.code).where(Vehicle.id.not_in(busy))).one()


def kept(session: Session, cast: Cast, plan: Plan, *moves: TakenMove, seen: int = 1) -> Plan:
    keeping = Keeping(reason=WHY.reason, seen=seen)
    edit = Edit(plan_id=plan.id, moves=moves)
    return desk.keep_draft(session, cast.actor("dispatcher"), edit, keeping, now=NOW)


def published(session: Session, cast: Cast, plan: Plan, replaces: Plan | None) -> Plan:
    known = replaces.id if replaces else None
    return desk.publish(session, cast.actor("dispatcher"), plan.id, known, now=NOW)


def plans_and_runs(session: Session) -> tuple[int | None, ...]:
    tables = (Plan, Run, Job)
    return tuple(session.scalar(select(func.count()).select_from(table)) for table in tables)


def test_a_trial_tells_price_and_trouble_and_leaves_no_trace(session: Session, cast: Cast) -> None:
    plan, yudu, yanchang = a_day(session, cast)
    before = plans_and_runs(session)

    edit = Edit(plan_id=plan.id, moves=(to(other_van(session, plan), yudu),))
    trial = try_out(session, cast.actor("dispatcher"), edit, now=NOW)

    assert trial.broken == ()
    assert (trial.was.vehicles, trial.now.vehicles) == (1, 2)
    assert trial.now.cost.total_fen > trial.was.cost.total_fen
    assert (trial.was.metres, trial.now.metres) == (36_000, 48_000)
    assert not session.dirty
    assert not session.new
    assert plans_and_runs(session) == before
    rows = timelines.rows_of(session, trial)
    assert [[halt.codes for halt in row.halts] for row in rows if row.is_changed]
    assert {halt.codes for row in rows for halt in row.halts} == {yudu.code, yanchang.code}


def test_a_trial_names_each_facility_that_would_be_late(session: Session, cast: Cast) -> None:
    plan, *_ = a_day(session, cast)
    session.execute(
        update(DeliveryDay)
        .where(DeliveryDay.facility_id == cast.yudu.id)
        .values(opens_at=time(6), closes_at=time(7, 30))
    )

    trial = try_out(session, cast.actor("dispatcher"), Edit(plan_id=plan.id), now=NOW)

    (late,) = trial.broken
    (route,) = trial.after.routes
    (stop,) = [stop for stop in route.stops if stop.site_id == str(cast.yudu.id)]
    assert (late.kind, late.site_id) == (Kind.OUTSIDE_WINDOW, str(cast.yudu.id))
    assert late.amount == stop.start - (7 * 3600 + 1800) > 0


@pytest.mark.parametrize(
    ("totes", "vehicle", "refusal"),
    [
        (("TT-NONE",), "V01", ToteNotMovable),
        (("yudu",), "V99", VehicleNotFree),
        (("yudu", "yanchang"), "V01", SitesMixed),
    ],
)
def test_a_move_of_what_cannot_move_is_refused(
    session: Session,
    cast: Cast,
    totes: tuple[str, ...],
    vehicle: str,
    refusal: type[DomainError],
) -> None:
    plan, yudu, yanchang = a_day(session, cast)
    codes = {"yudu": yudu.code, "yanchang": yanchang.code}
    move = TakenMove(totes=tuple(codes.get(tote, tote) for tote in totes), vehicle=vehicle)

    with pytest.raises(refusal):
        try_out(
            session,
            cast.actor("dispatcher"),
            Edit(plan_id=plan.id, moves=(move,)),
            now=NOW,
        )


def test_a_kept_change_is_a_draft_of_its_author_and_drivers_see_nothing(
    session: Session, cast: Cast
) -> None:
    plan, yudu, _ = a_day(session, cast)

    draft = kept(session, cast, plan, to(other_van(session, plan), yudu))

    assert (draft.state, draft.version, draft.basis_id) == (PlanState.DRAFT, 2, plan.id)
    assert (draft.reason, draft.runs, draft.stops) == (WHY.reason, 2, 2)
    assert draft.user_id == cast.actor("dispatcher").user_id
    assert len(queries.runs_of_day(session, cast.central.id, TOMORROW)) == 1
    latest = queries.latest_plan(session, cast.central.id, TOMORROW)
    assert latest is not None
    assert latest.id == plan.id
    versions = queries.versions_of_day(session, cast.central.id, TOMORROW)
    assert [one.plan.version for one in versions] == [2, 1]
    with pytest.raises(NothingMoved):
        kept(session, cast, draft, seen=2)


def test_who_changes_an_older_version_is_told_who_was_first(session: Session, cast: Cast) -> None:
    plan, yudu, yanchang = a_day(session, cast)
    van = other_van(session, plan)
    kept(session, cast, plan, to(van, yudu))

    with pytest.raises(PlanMovedOn) as refused:
        kept(session, cast, plan, to(van, yanchang))

    assert refused.value.data["version"] == 2
    assert refused.value.data["who"] == cast.actor("dispatcher").name


def test_of_rivals_who_saw_one_version_exactly_one_makes_the_next(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    with rivals.begin() as session:
        plan, yudu, _ = a_day(session, racing_cast)
        move = to(other_van(session, plan), yudu)

    def keep() -> str:
        try:
            with rivals.begin() as session:
                kept(session, racing_cast, session.get_one(Plan, plan.id), move)
        except PlanMovedOn as told:
            return told.code
        return "kept"

    assert sorted(at_once(keep, rivals=4)) == ["kept"] + ["plan-moved-on"] * 3


def test_publishing_a_draft_replaces_the_runs(session: Session, cast: Cast) -> None:
    plan, yudu, _ = a_day(session, cast)
    draft = kept(session, cast, plan, to(other_van(session, plan), yudu))

    published(session, cast, draft, plan)

    runs = queries.runs_of_day(session, cast.central.id, TOMORROW)
    assert draft.state is PlanState.STORED
    assert [len(run.stops) for run in runs] == [1, 1]
    assert sum(run.cost_fen for run in runs) == draft.cost_fen
    assert queries.published_plan(session, cast.central.id, TOMORROW) == draft.id
    old = session.scalars(select(Run.state).where(Run.plan_id == plan.id)).all()
    assert old == [RunState.CANCELLED]
    with pytest.raises(PlanNotDraft):
        published(session, cast, draft, draft)


def test_of_two_who_publish_at_once_the_second_is_told(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    with rivals.begin() as session:
        plan, yudu, yanchang = a_day(session, racing_cast)
        van = other_van(session, plan)
        first = kept(session, racing_cast, plan, to(van, yudu))
        second = kept(session, racing_cast, plan, to(van, yanchang), seen=2)

    def send(plan_id: PlanId) -> str:
        try:
            with rivals.begin() as session:
                actor = racing_cast.actor("dispatcher")
                desk.publish(session, actor, plan_id, plan.id, now=NOW)
        except PlanMovedOn as told:
            return told.code
        return "published"

    answers = at_once(*[partial(send, draft.id) for draft in (first, second)])

    assert sorted(answers) == ["plan-moved-on", "published"]
    with rivals.begin() as session:
        assert len(queries.runs_of_day(session, racing_cast.central.id, TOMORROW)) == 2


def test_what_the_checker_does_not_pass_is_kept_but_not_published(
    session: Session, cast: Cast
) -> None:
    plan, *_ = a_day(session, cast)
    cold = a_tote_for(session, cast)
    session.execute(update(Tote).where(Tote.id == cold.id).values(compartment="cold"))
    session.expire_all()
    draft = kept(session, cast, plan, to("V02", cold))
    assert draft.totes == 3

    with pytest.raises(PlanUnsound) as refused:
        published(session, cast, draft, plan)

    assert refused.value.data["count"] == 1
    assert draft.state is PlanState.DRAFT


def test_a_draft_for_another_day_than_today_is_not_published(session: Session, cast: Cast) -> None:
    plan, yudu, _ = a_day(session, cast)
    draft = kept(session, cast, plan, to(other_van(session, plan), yudu))
    (run,) = queries.runs_of_day(session, cast.central.id, TOMORROW)
    scanned(session, cast, an_event(run, ScanKind.LOAD, yudu.code))

    with pytest.raises(PlanOutdated):
        published(session, cast, draft, plan)

    assert len(queries.runs_of_day(session, cast.central.id, TOMORROW)) == 1


def searched(session: Session, cast: Cast, plan: Plan, **locks: tuple[str, ...]) -> Plan:
    """Let the search improve a version around locks, and do the worker's part."""
    edit = Edit(plan_id=plan.id, lock=locks.get("lock", ()), hold=locks.get("hold", ()))
    keeping = Keeping(reason=WHY.reason, seen=plan.version, solve_seconds=1)
    asked = desk.search_again(session, cast.actor("dispatcher"), edit, keeping, now=NOW)
    task = storing.take_task(session, asked.id)
    assert task is not None
    answer = solve(task.to_solve, Budget(seconds=1, steps=1))
    solution = Solution(plan=task.whole(answer), took_ms=1)
    assert storing.store_draft(session, task, solution, now=NOW) is PlanState.DRAFT
    session.refresh(asked)
    return asked


def test_a_search_improves_what_is_not_locked(session: Session, cast: Cast) -> None:
    plan, yudu, _ = a_day(session, cast)
    van = other_van(session, plan)
    worse = kept(session, cast, plan, to(van, yudu))

    held = searched(session, cast, worse, lock=(van,))
    better = searched(session, cast, held)

    assert (held.runs, held.cost_fen) == (2, worse.cost_fen)
    assert (better.runs, better.cost_fen) == (1, plan.cost_fen)
    assert better.state is PlanState.DRAFT
    pair = comparing.compare(session, cast.actor("director"), worse.id, better.id)
    (change,) = pair.changes
    assert len(change.totes) == 1
    published(session, cast, better, plan)


def test_a_held_stop_stays_with_its_vehicle(session: Session, cast: Cast) -> None:
    plan, yudu, _ = a_day(session, cast)
    van = other_van(session, plan)
    worse = kept(session, cast, plan, to(van, yudu))

    held = searched(session, cast, worse, hold=(yudu.code,))

    trial = try_out(session, cast.actor("dispatcher"), Edit(plan_id=held.id), now=NOW)
    assert trial.broken == ()
    (home,) = [
        row.code
        for row in timelines.rows_of(session, trial)
        for halt in row.halts
        if halt.codes == yudu.code
    ]
    assert home == van


def test_one_search_at_a_time_and_what_is_unfinished_lies_on_no_desk(
    session: Session, cast: Cast
) -> None:
    plan, *_ = a_day(session, cast)
    actor = cast.actor("dispatcher")
    running = planning.request_plan(session, actor, PlanRequest(day=TOMORROW), now=NOW)

    with pytest.raises(PlanBeingMade):
        desk.search_again(
            session, actor, Edit(plan_id=plan.id), Keeping(reason="x", seen=2), now=NOW
        )
    with pytest.raises(PlanMovedOn):
        desk.search_again(session, actor, Edit(plan_id=plan.id), WHY, now=NOW)
    with pytest.raises(PlanNotEditable):
        try_out(session, actor, Edit(plan_id=running.id), now=NOW)


def test_other_depots_and_days_are_not_compared(session: Session, cast: Cast) -> None:
    plan, *_ = a_day(session, cast)

    with pytest.raises(NotFound):
        comparing.compare(session, cast.actor("dispatcher"), plan.id, PlanId(2**40))
    with pytest.raises(NotFound):
        try_out(session, cast.actor("outsider"), Edit(plan_id=plan.id), now=NOW)
