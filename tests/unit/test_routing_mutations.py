"""Spoil valid plans of many days in every way there is: the judge must reject them all."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from bench.county import delivery_day, mountain_county
from optimizer.routing.baseline import nearest_neighbour
from optimizer.routing.check import violations
from optimizer.routing.drafting import complete
from optimizer.routing.measures import NOTHING, Span
from optimizer.routing.plan import Cost, Plan, Reason, Route
from optimizer.routing.problem import Problem
from optimizer.routing.violation import Kind
from optimizer.routing.visits import bundle
from tests.factories.routing import an_order
from tests.factories.spoiling import Case, Spoil, less

DAYS = 10
ROUNDS = 5


def a_stop_elsewhere(case: Case) -> tuple[Problem, Plan]:
    elsewhere = next(site.id for site in case.problem.sites if site.id != case.site.id)
    return case.with_stop(site_id=elsewhere)


def a_lost_order(case: Case) -> tuple[Problem, Plan]:
    return case.with_stop(order_ids=case.call.order_ids[1:])


def an_order_delivered_twice(case: Case) -> tuple[Problem, Plan]:
    return case.with_stop(order_ids=(*case.call.order_ids, case.call.order_ids[0]))


def a_second_run(case: Case) -> tuple[Problem, Plan]:
    return case.with_another_run(case.route)


def an_empty_run(case: Case) -> tuple[Problem, Plan]:
    idle = Route(vehicle_id="van-12", leave=30_000, stops=(), back=30_000, metres=0, cost=Cost())
    return case.with_another_run(idle)


def a_slower_road(case: Case) -> tuple[Problem, Plan]:
    row = case.problem.row_of[case.call.site_id]
    seconds = [list(line) for line in case.problem.roads.seconds]
    for line in seconds:
        line[row] += case.by
    roads = replace(case.problem.roads, seconds=tuple(map(tuple, seconds)))
    return replace(case.problem, roads=roads), case.plan


def a_window_gone(case: Case) -> tuple[Problem, Plan]:
    return case.with_site(
        windows=(
            Span(earliest=0, latest=case.call.start - case.by),
            Span(earliest=case.call.start + case.by, latest=100_000),
        )
    )


def a_skill_lost(case: Case) -> tuple[Problem, Plan]:
    orders = tuple(
        replace(order, skills=order.skills | {"escort"})
        if order.id == case.call.order_ids[0]
        else order
        for order in case.problem.orders
    )
    return replace(case.problem, orders=orders), case.plan


def a_cheaper_run(case: Case) -> tuple[Problem, Plan]:
    cost = case.route.cost
    return case.with_route(cost=replace(cost, driver_fen=cost.driver_fen - case.by))


SPOILS: list[tuple[Kind, Spoil]] = [
    (Kind.UNKNOWN_VEHICLE, lambda case: case.with_route(vehicle_id="ghost")),
    (Kind.UNKNOWN_SITE, lambda case: case.with_stop(site_id="nowhere")),
    (Kind.UNKNOWN_ORDER, lambda case: case.with_stop(order_ids=(*case.call.order_ids, "ghost"))),
    (Kind.UNKNOWN_ORDER, lambda case: case.with_unassigned("ghost", Reason.TOO_BIG)),
    (Kind.VEHICLE_TWICE, a_second_run),
    (Kind.ORDER_TWICE, an_order_delivered_twice),
    (Kind.ORDER_TWICE, lambda case: case.with_unassigned(case.call.order_ids[0], Reason.TOO_BIG)),
    (Kind.ORDER_MISSING, a_lost_order),
    (Kind.ORDER_MISSING, lambda case: (case.problem, replace(case.plan, unassigned=()))),
    (Kind.WRONG_SITE, a_stop_elsewhere),
    (Kind.EMPTY_RUN, an_empty_run),
    (Kind.EMPTY_STOP, lambda case: case.with_stop(order_ids=())),
    (Kind.WRONG_REASON, lambda case: case.with_unassigned("monster", Reason.NO_SKILL)),
    (Kind.WRONG_REASON, lambda case: case.with_unassigned("monster", Reason.NO_TIME_LEFT)),
    (
        Kind.AMBIENT_WEIGHT,
        lambda case: case.with_vehicle(ambient=less(case.load[0], grams=case.by)),
    ),
    (Kind.AMBIENT_VOLUME, lambda case: case.with_vehicle(ambient=less(case.load[0], cm3=case.by))),
    (Kind.TRAVEL_TIME, lambda case: case.with_stop(arrive=case.call.arrive - case.by)),
    (Kind.TRAVEL_TIME, lambda case: case.with_route(leave=case.route.leave + case.by)),
    (Kind.TRAVEL_TIME, lambda case: case.with_route(back=case.route.back - case.by)),
    (Kind.TRAVEL_TIME, a_slower_road),
    (Kind.SERVED_BEFORE_ARRIVAL, lambda case: case.with_stop(start=case.call.arrive - case.by)),
    (Kind.SERVICE_TIME, lambda case: case.with_stop(leave=case.call.leave - case.by)),
    (Kind.SERVICE_TIME, lambda case: case.with_site(service_seconds=3600 + case.by)),
    (Kind.OUTSIDE_WINDOW, a_window_gone),
    (Kind.MISSING_SKILL, a_skill_lost),
    (
        Kind.BEFORE_SHIFT,
        lambda case: case.with_vehicle(
            shift=Span(earliest=case.route.leave + case.by, latest=case.vehicle.shift.latest)
        ),
    ),
    (
        Kind.AFTER_SHIFT,
        lambda case: case.with_vehicle(
            shift=Span(earliest=case.vehicle.shift.earliest, latest=case.route.back - case.by)
        ),
    ),
    (Kind.WRONG_DISTANCE, lambda case: case.with_route(metres=case.route.metres - case.by)),
    (Kind.WRONG_COST, a_cheaper_run),
]

COLD_SPOILS: list[tuple[Kind, Spoil]] = [
    (Kind.NOT_REFRIGERATED, lambda case: case.with_vehicle(cold=NOTHING)),
    (Kind.COLD_WEIGHT, lambda case: case.with_vehicle(cold=less(case.load[1], grams=case.by))),
    (Kind.COLD_VOLUME, lambda case: case.with_vehicle(cold=less(case.load[1], cm3=case.by))),
]


@cache
def a_valid_day(seed: int) -> tuple[Problem, Plan]:
    day = delivery_day(mountain_county(seed, townships=5, villages=10), seed)
    monster = an_order("monster", to=day.sites[1].id, kilograms=5000)
    problem = replace(day, orders=(*day.orders, monster))
    return problem, complete(problem, nearest_neighbour(problem, bundle(problem, problem.orders)))


def cases(*, cold: bool) -> list[Case]:
    found = []
    for seed in range(DAYS):
        problem, plan = a_valid_day(seed)
        chance = np.random.default_rng(seed)
        whole = [
            Case(problem=problem, plan=plan, run=number, stop=0, by=1)
            for number in range(len(plan.routes))
        ]
        runs = [case.run for case in whole if case.load[1] or not cold]
        for _ in range(ROUNDS):
            run = int(chance.choice(runs))
            stop = int(chance.integers(len(plan.routes[run].stops)))
            by = int(chance.integers(1, 60))
            found.append(Case(problem=problem, plan=plan, run=run, stop=stop, by=by))
    return found


def test_the_plans_to_be_spoiled_are_valid() -> None:
    for seed in range(DAYS):
        problem, plan = a_valid_day(seed)

        assert violations(problem, plan) == ()
        assert [one.order_id for one in plan.unassigned] == ["monster"]


@pytest.mark.parametrize(("kind", "spoil"), SPOILS)
def test_a_spoiled_plan_is_rejected_for_what_is_wrong(kind: Kind, spoil: Spoil) -> None:
    for case in cases(cold=False):
        assert kind in {one.kind for one in violations(*spoil(case))}


@pytest.mark.parametrize(("kind", "spoil"), COLD_SPOILS)
def test_a_spoiled_cold_run_is_rejected_for_what_is_wrong(kind: Kind, spoil: Spoil) -> None:
    for case in cases(cold=True):
        assert kind in {one.kind for one in violations(*spoil(case))}
