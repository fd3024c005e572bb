"""Moving stops by hand, over plain values: what the plan is then, late or not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from app.delivery.rules.day import Crew, DayInputs
from app.delivery.rules.desk import Move, joined_with, moved, rest_of
from app.delivery.rules.figures import figures_of
from app.delivery.rules.layout import (
    Layout,
    Locks,
    changed_orders,
    document_of,
    layout_of,
    still_open,
    vehicle_of_order,
)
from app.delivery.rules.live import PlannedCall, Risk, outlook_of
from app.delivery.rules.mapping import assignment_of
from app.delivery.rules.timeline import Doing, axis_of, blocks_of
from app.kernel.ids import ToteId
from optimizer.routing.budget import Budget
from optimizer.routing.check import violations
from optimizer.routing.plan import Plan
from optimizer.routing.problem import Problem
from optimizer.routing.solver import solve
from optimizer.routing.violation import Kind
from tests.factories.deliveries import HOUR, a_day, a_driver, a_place, a_tote, a_vehicle

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
ONE, TWO = "1", "2"


def two_vans(*, window: tuple[int, int] = (9 * HOUR, 12 * HOUR)) -> DayInputs:
    """Four facilities; the first van cools, the second does not."""
    crews = (
        Crew(vehicle=a_vehicle(1, cold=True), driver=a_driver(1)),
        Crew(vehicle=a_vehicle(2), driver=a_driver(2)),
    )
    totes = (a_tote(1, 2), a_tote(2, 3), a_tote(3, 4), a_tote(4, 5, compartment="cold"))
    places = tuple(a_place(facility, window=window) for facility in (2, 3, 4, 5))
    return a_day(*totes, places=places, crews=crews)


@pytest.fixture
def day() -> DayInputs:
    return two_vans()


def solved(problem: Problem) -> Plan:
    return solve(problem, Budget(seconds=1, steps=1))


def placed(problem: Problem, runs: dict[str, tuple[str, ...]]) -> Plan:
    """Return the plan in which each vehicle carries these orders in this order."""
    moves = [
        Move(order_ids=(order_id,), vehicle_id=vehicle_id, position=place)
        for vehicle_id, orders in runs.items()
        for place, order_id in enumerate(orders)
    ]
    return moved(problem, Plan(routes=()), moves)


def test_a_moved_stop_leaves_its_run_and_comes_to_its_place_in_the_other(day: DayInputs) -> None:
    problem = assignment_of(day).problem
    plan = placed(problem, {ONE: ("4", "1"), TWO: ("2", "3")})
    assert violations(problem, plan) == ()

    after = moved(problem, plan, [Move(order_ids=("2",), vehicle_id=ONE, position=1)])

    assert violations(problem, after) == ()
    first, second = after.routes
    assert [stop.order_ids for stop in first.stops] == [("4",), ("2",), ("1",)]
    assert [stop.order_ids for stop in second.stops] == [("3",)]
    assert changed_orders(plan, after) == {"2"}


def test_runs_that_no_move_touches_keep_their_moments(day: DayInputs) -> None:
    problem = assignment_of(day).problem
    plan = placed(problem, {ONE: ("4", "1"), TWO: ("2", "3")})
    begun = replace(plan, routes=(replace(plan.routes[0], leave=1), plan.routes[1]))

    after = moved(problem, begun, [Move(order_ids=("2",), vehicle_id=TWO, position=1)])

    assert after.routes[0] == begun.routes[0]
    assert [stop.order_ids for stop in after.routes[1].stops] == [("3",), ("2",)]


def test_what_cannot_be_in_time_drives_on_and_the_checker_says_how_late() -> None:
    day = two_vans(window=(9 * HOUR, 9 * HOUR + 1_800))
    problem = assignment_of(day).problem
    plan = placed(problem, {ONE: ("4", "1"), TWO: ("2", "3")})
    assert violations(problem, plan) == ()

    after = moved(problem, plan, [Move(order_ids=("2",), vehicle_id=ONE, position=2)])

    (late,) = violations(problem, after)
    assert (late.kind, late.site_id, late.amount) == (Kind.OUTSIDE_WINDOW, "3", 1_800)
    figures = figures_of(day, problem, after)
    assert (figures.late_stops, figures.late_seconds) == (1, 1_800)


def test_goods_of_the_cold_chain_in_a_warm_van_are_named(day: DayInputs) -> None:
    problem = assignment_of(day).problem
    plan = placed(problem, {ONE: ("4", "1"), TWO: ("2", "3")})

    after = moved(problem, plan, [Move(order_ids=("4",), vehicle_id=TWO, position=None)])

    (broken,) = violations(problem, after)
    assert (broken.kind, broken.vehicle_id, broken.order_id) == (Kind.NOT_REFRIGERATED, TWO, "4")


def test_without_a_position_a_stop_goes_where_it_costs_least() -> None:
    near = two_vans()
    legs = {
        pair: replace(leg, metres=30_000, seconds=3_600) if set(pair) == {4, 3} else leg
        for pair, leg in near.legs.items()
    }
    problem = assignment_of(replace(near, legs=legs)).problem
    plan = placed(problem, {ONE: ("4", "1"), TWO: ("3",)})

    after = moved(problem, plan, [Move(order_ids=("2",), vehicle_id=ONE, position=None)])
    worse = [
        moved(problem, plan, [Move(order_ids=("2",), vehicle_id=ONE, position=place)])
        for place in range(3)
    ]

    assert after.cost.total_fen == min(one.cost.total_fen for one in worse)


def test_totes_for_one_facility_become_one_stop() -> None:
    day = a_day(a_tote(1, 2), a_tote(2, 2), a_tote(3, 3), crews=two_vans().crews)
    problem = assignment_of(day).problem
    plan = placed(problem, {ONE: ("1",), TWO: ("2", "3")})

    after = moved(problem, plan, [Move(order_ids=("2",), vehicle_id=ONE, position=0)])

    assert [stop.order_ids for stop in after.routes[0].stops] == [("2", "1")]
    assert after.routes[0].cost.stop_fen == 200


def test_today_a_touched_run_does_not_leave_in_the_past(day: DayInputs) -> None:
    problem = assignment_of(day).problem
    plan = placed(problem, {ONE: ("4", "1"), TWO: ("2", "3")})

    move = Move(order_ids=("2",), vehicle_id=ONE, position=0)
    after = moved(problem, plan, [move], not_before=10 * HOUR)

    assert all(route.leave >= 10 * HOUR for route in after.routes)
    assert violations(problem, after) == ()


def test_a_layout_is_the_same_after_a_round_through_its_document(day: DayInputs) -> None:
    problem = assignment_of(day).problem
    layout = Layout(
        plan=solved(problem),
        tote_ids=frozenset(map(ToteId, (1, 2, 3, 4))),
        locks=Locks(vehicle_ids=frozenset({ONE}), order_ids=frozenset({"3"})),
    )

    assert layout_of(document_of(layout)) == layout


def test_runs_that_left_are_no_longer_open(day: DayInputs) -> None:
    problem = assignment_of(day).problem
    plan = placed(problem, {ONE: ("4", "1"), TWO: ("2", "3")})
    gone = replace(
        day,
        crews=day.crews[:1],
        totes=tuple(tote for tote in day.totes if str(tote.tote_id) in {"4", "1"}),
    )
    rest = assignment_of(gone).problem

    left = still_open(rest, plan)

    assert [route.vehicle_id for route in left.routes] == [ONE]
    assert violations(rest, left) == ()


def test_a_search_around_locks_keeps_locked_runs_and_locked_stops(day: DayInputs) -> None:
    problem = assignment_of(day).problem
    plan = placed(problem, {ONE: ("4", "1"), TWO: ("2", "3")})
    assert len(solved(problem).routes) == 1
    run = Locks(vehicle_ids=frozenset({TWO}))
    stop = Locks(order_ids=frozenset({"3"}))

    kept, held = (
        joined_with(problem, plan, locks, solved(rest_of(problem, plan, locks, not_before=None)))
        for locks in (run, stop)
    )

    assert violations(problem, kept) == violations(problem, held) == ()
    assert kept.routes[1] == plan.routes[1]
    assert vehicle_of_order(held)["3"] == TWO


def test_a_run_is_told_in_blocks_without_gaps(day: DayInputs) -> None:
    problem = assignment_of(day).problem
    (route, *_) = placed(problem, {ONE: ("4", "1"), TWO: ("2", "3")}).routes

    blocks = blocks_of(problem, route)

    assert [block.doing for block in blocks] == [
        Doing.DRIVING,
        Doing.SERVICE,
        Doing.DRIVING,
        Doing.SERVICE,
        Doing.DRIVING,
    ]
    assert blocks[0].start == route.leave
    assert blocks[-1].end == route.back
    assert all(one.end == other.start for one, other in pairwise(blocks))


def test_an_axis_shows_full_hours_around_the_runs() -> None:
    axis = axis_of([8 * HOUR + 60, 11 * HOUR + 1])

    assert axis.hours == [8, 9, 10, 11, 12]
    assert (axis.at(8 * HOUR), axis.at(10 * HOUR), axis.at(20 * HOUR)) == (0, 50, 100)


def a_call(minutes: int, *, done: int | None = None, window: int = 30) -> PlannedCall:
    """A call planned so many minutes after noon; ``done`` minutes after noon it was over."""
    arrival = NOON + timedelta(minutes=minutes)
    return PlannedCall(
        arrival=arrival,
        departure=arrival + timedelta(minutes=10),
        window_to=arrival + timedelta(minutes=window),
        arrived_at=None,
        done_at=None if done is None else NOON + timedelta(minutes=done),
        is_open=done is None,
    )


def test_a_run_is_as_late_at_its_next_stops_as_at_its_last() -> None:
    calls = [a_call(0, done=35), a_call(30), a_call(60, window=20)]

    done, risky, late = outlook_of(calls, NOON, NOON, NOON + timedelta(minutes=36))

    assert done is None
    assert risky is not None
    assert late is not None
    assert (risky.expected, risky.risk) == (NOON + timedelta(minutes=55), Risk.BEHIND)
    assert (late.late, late.risk) == (timedelta(minutes=5), Risk.LATE)


def test_a_run_that_has_not_left_gets_later_by_the_minute() -> None:
    (first,) = outlook_of([a_call(20)], NOON, None, NOON + timedelta(minutes=45))

    assert first is not None
    assert first.expected == NOON + timedelta(minutes=65)
    assert first.late == timedelta(minutes=15)


def test_what_holds_up_a_stop_holds_up_those_after_it() -> None:
    calls = [a_call(0), a_call(30), a_call(60)]

    outlooks = outlook_of(calls, NOON, NOON, NOON + timedelta(minutes=20))

    assert [one.expected for one in outlooks if one] == [
        NOON + timedelta(minutes=minutes) for minutes in (20, 50, 80)
    ]


def test_a_run_in_time_is_expected_as_planned() -> None:
    (first,) = outlook_of([a_call(20)], NOON, NOON, NOON + timedelta(minutes=5))

    assert first is not None
    assert (first.expected, first.risk) == (NOON + timedelta(minutes=20), Risk.ON_TIME)
