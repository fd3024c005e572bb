"""The solver's plans pass the judge, beat the plain day, and come in time."""

from dataclasses import replace
from multiprocessing import Pipe
from time import monotonic

import pytest

from bench.county import delivery_day, mountain_county
from optimizer.routing import portfolio
from optimizer.routing.baseline import nearest_neighbour
from optimizer.routing.budget import Budget
from optimizer.routing.check import violations
from optimizer.routing.crew import Day, Part, Task, serve
from optimizer.routing.drafting import complete
from optimizer.routing.engines import CORE, RICH, RUIN
from optimizer.routing.plan import Plan, Reason, Unassigned
from optimizer.routing.pricing import objective, penalties
from optimizer.routing.problem import CONTROLLED, CostCard
from optimizer.routing.solver import Judge, NoPlan, Progress, ignore, solve
from optimizer.routing.visits import bundle, visit_for
from optimizer.routing.workers import Watch, solve_in_children
from tests.factories.routing import (
    BOTH_SERVED,
    EIGHT,
    TWO_CLINICS,
    a_day,
    a_site,
    a_vehicle,
    an_order,
)

AT_ONCE = Budget(seconds=5, seed=1, steps=30)


def test_two_clinics_are_served_as_worked_out_by_hand() -> None:
    assert solve(TWO_CLINICS, AT_ONCE) == BOTH_SERVED


def test_a_day_without_orders_has_an_empty_plan() -> None:
    assert solve(replace(TWO_CLINICS, orders=()), AT_ONCE) == Plan(routes=())


def test_hopeless_orders_are_named_and_the_others_delivered() -> None:
    day = replace(TWO_CLINICS, vehicles=(a_vehicle("van"),))

    plan = solve(day, Budget(seconds=0.2))

    assert plan.unassigned == (Unassigned(order_id="vaccine", reason=Reason.NO_COLD_VEHICLE),)
    assert [stop.order_ids for route in plan.routes for stop in route.stops] == [("dry",)]


def test_one_vehicle_calls_once_for_ambient_cold_and_controlled_goods() -> None:
    day = a_day(
        [a_site("clinic")],
        [
            an_order("dry", to="clinic"),
            an_order("vaccine", to="clinic", cold=True),
            replace(an_order("morphine", to="clinic"), skills=frozenset({CONTROLLED})),
        ],
        a_vehicle("van"),
        a_vehicle("equipped", cold=20, skills=[CONTROLLED]),
    )

    plan = solve(day, AT_ONCE)

    assert [route.vehicle_id for route in plan.routes] == ["equipped"]
    assert [len(stop.order_ids) for stop in plan.routes[0].stops] == [3]


def test_an_order_too_many_stays_behind_and_the_urgent_one_does_not() -> None:
    orders = [
        replace(an_order(name, to="clinic", kilograms=60), priority=priority)
        for name, priority in (("first", 0), ("urgent", 5), ("second", 0))
    ]
    day = a_day([a_site("clinic")], orders, a_vehicle("van"), a_vehicle("other"))

    plan = solve(day, AT_ONCE)

    (left,) = plan.unassigned
    assert left.reason is Reason.FLEET_FULL
    assert left.order_id != "urgent"


def test_leaving_an_order_costs_more_than_any_trip_and_priority_multiplies_it() -> None:
    urgent = replace(TWO_CLINICS.orders[1], priority=2)
    day = replace(TWO_CLINICS, orders=(TWO_CLINICS.orders[0], urgent))
    dearest_trip = 10_000 + 4000 + 2400 + 200
    left = tuple(Unassigned(order_id=order.id, reason=Reason.FLEET_FULL) for order in day.orders)

    assert penalties(day) == {"dry": dearest_trip + 1, "vaccine": 3 * (dearest_trip + 1)}
    assert objective(day, Plan(routes=(), unassigned=left)) == 4 * (dearest_trip + 1)
    assert objective(day, BOTH_SERVED) == 17_400


def test_a_county_of_eighty_sites_and_twelve_vehicles_is_served_and_checked() -> None:
    day = delivery_day(mountain_county(3), 3)
    plain = complete(day, nearest_neighbour(day, bundle(day, day.orders)))
    heard: list[Progress] = []

    plan = solve(day, Budget(seconds=2, seed=3), heard.append)

    assert len(day.sites) == 81
    assert violations(day, plan) == ()
    assert plan.unassigned == ()
    assert objective(day, plan) < objective(day, plain)
    costs = [objective(day, progress.plan) for progress in heard]
    assert costs == sorted(costs, reverse=True)
    assert heard[-1].plan == plan


def test_the_same_seed_and_steps_give_the_same_plan() -> None:
    day = delivery_day(mountain_county(4, townships=6, villages=6), 4)
    budget = Budget(seconds=60, seed=9, steps=20)

    assert solve(day, budget) == solve(day, budget)


def test_the_judge_keeps_nothing_that_breaks_a_rule() -> None:
    day = a_day([a_site("near", (EIGHT, EIGHT))], [an_order("dry", to="near")], a_vehicle("van"))
    judge = Judge(day, AT_ONCE, ignore)
    with pytest.raises(NoPlan):
        _ = judge.plan

    judge.offer({"van": [visit_for(day.orders[0])]})

    assert violations(day, judge.plan) == ()
    assert judge.plan.routes == ()


def test_the_judge_keeps_the_cheaper_of_two_plans() -> None:
    two_vans = replace(TWO_CLINICS, vehicles=(*TWO_CLINICS.vehicles, a_vehicle("spare")))
    dry, vaccine = (visit_for(order) for order in two_vans.orders)
    judge = Judge(two_vans, AT_ONCE, ignore)

    judge.offer({"van": [dry, vaccine]})
    judge.offer({"van": [vaccine], "spare": [dry]})

    assert judge.plan == BOTH_SERVED
    assert judge.plan is judge.plan


def test_a_child_process_finds_the_plan_and_reports_on_the_way() -> None:
    heard: list[Progress] = []

    plan = solve_in_children(TWO_CLINICS, Budget(seconds=1), Watch(progress=heard.append))

    assert plan == BOTH_SERVED
    assert heard
    assert all(0 <= progress.percent < 100 for progress in heard)


def test_a_cancelled_search_keeps_its_best_plan() -> None:
    heard: list[Progress] = []
    watch = Watch(progress=heard.append, cancelled=lambda: bool(heard))

    plan = solve_in_children(TWO_CLINICS, Budget(seconds=60), watch)

    assert plan == heard[-1].plan


def test_children_that_are_not_done_in_time_are_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portfolio, "MARGIN_SECONDS", -60)
    began = monotonic()

    plan = solve_in_children(TWO_CLINICS, Budget(seconds=1))

    assert plan.unassigned == ()
    assert monotonic() - began < 20


def test_children_repeat_themselves_where_steps_count() -> None:
    day = delivery_day(mountain_county(4, townships=6, villages=6), 4)
    budget = Budget(seconds=60, seed=9, steps=20)

    assert solve_in_children(day, budget) == solve_in_children(day, budget)


def test_a_crew_that_dies_leaves_the_plain_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portfolio, "CORE", "no such engine")

    plan = solve_in_children(TWO_CLINICS, Budget(seconds=30))

    assert violations(TWO_CLINICS, plan) == ()


def test_a_child_plans_its_part_and_nothing_else() -> None:
    day = delivery_day(mountain_county(3, townships=6, villages=12), 3)
    visits = tuple(bundle(day, day.orders))
    some = tuple(range(0, len(visits), 2))
    here, there = Pipe()
    here.send(Day(problem=day, visits=visits))
    vehicles = frozenset(one.id for one in day.vehicles[:6])
    here.send(
        Task(
            engine=CORE,
            start={},
            until=monotonic() + 0.5,
            seed=1,
            part=Part(visits=some, vehicles=vehicles),
        )
    )
    here.send(None)
    serve(there)

    drafts = [here.recv()]
    while drafts[-1] is not None:
        drafts.append(here.recv())
    last = drafts[-2]
    assert set(last) <= vehicles
    assert sorted(number for sequence in last.values() for number in sequence) == list(some)


def test_children_plan_a_day_bound_by_more_than_the_core() -> None:
    sites = [a_site(name) for name in ("a", "b", "c")]
    returned = replace(an_order("back", to="a"), collected=True)
    promised = replace(an_order("promised", to="b"), vehicle_id="second")
    day = a_day(
        sites,
        [an_order("out", to="a"), returned, promised, an_order("far", to="c")],
        a_vehicle("first"),
        a_vehicle("second"),
    )

    plan = solve_in_children(day, Budget(seconds=60, seed=1, steps=10))

    assert violations(day, plan) == ()
    assert plan.unassigned == ()
    driver = {
        order: run.vehicle_id for run in plan.routes for s in run.stops for order in s.order_ids
    }
    assert driver["promised"] == "second"
    assert set(driver) == {"out", "back", "promised", "far"}


def test_which_engines_search_which_days() -> None:
    bound = replace(TWO_CLINICS, orders=(replace(TWO_CLINICS.orders[0], collected=True),))
    free = replace(TWO_CLINICS.vehicles[0], cost=CostCard(fen_per_km=1))

    assert portfolio.engines_for(TWO_CLINICS) == (CORE, RUIN)
    assert portfolio.engines_for(bound) == (CORE, RICH)
    assert portfolio.engines_for(replace(TWO_CLINICS, vehicles=(free,))) == (CORE,)
