"""Each engine alone: from nothing, from a plain day, from a start nobody can drive."""

from types import ModuleType

import pytest

from bench.county import delivery_day, mountain_county
from optimizer.routing.baseline import nearest_neighbour
from optimizer.routing.budget import Budget
from optimizer.routing.check import violations
from optimizer.routing.drafting import Draft, complete
from optimizer.routing.engines import core, rich, ruin
from optimizer.routing.pricing import objective
from optimizer.routing.problem import Problem
from optimizer.routing.visits import bundle, visit_for
from tests.factories.routing import (
    BOTH_SERVED,
    EIGHT,
    NOON,
    TWO_CLINICS,
    a_day,
    a_site,
    a_vehicle,
    an_order,
)

BUDGET = Budget(seconds=1, seed=2, steps=60)


def improve(engine: ModuleType, day: Problem, start: Draft) -> list[Draft]:
    found: list[Draft] = []
    visits = bundle(day, day.orders)
    engine.search(day, visits, BUDGET, start=start, found=found.append)
    return found


@pytest.mark.parametrize("engine", [core, rich, ruin])
def test_an_engine_needs_no_start(engine: ModuleType) -> None:
    found = improve(engine, TWO_CLINICS, {})

    assert complete(TWO_CLINICS, found[-1]).cost == BOTH_SERVED.cost


@pytest.mark.parametrize("engine", [core, rich, ruin])
def test_an_engine_improves_a_plain_day_by_drafts_that_hold(engine: ModuleType) -> None:
    day = delivery_day(mountain_county(8, townships=6, villages=12), 8)
    start = nearest_neighbour(day, bundle(day, day.orders))

    plans = [complete(day, draft) for draft in improve(engine, day, start)]

    assert all(violations(day, plan) == () for plan in plans)
    assert all(plan.unassigned == () for plan in plans)
    costs = [objective(day, plan) for plan in plans]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] < objective(day, complete(day, start))


@pytest.mark.parametrize("engine", [core, rich, ruin])
def test_a_start_that_cannot_be_driven_is_abandoned(engine: ModuleType) -> None:
    day = a_day(
        [a_site("early", (EIGHT, EIGHT + 700)), a_site("late", (EIGHT, EIGHT + 1600))],
        [an_order("first", to="early"), an_order("second", to="late")],
        a_vehicle("van"),
    )
    first, second = (visit_for(order) for order in day.orders)

    found = improve(engine, day, {"van": [second, first]})

    plan = complete(day, found[-1])
    assert violations(day, plan) == ()
    assert [stop.site_id for stop in plan.routes[0].stops] == ["early", "late"]


@pytest.mark.parametrize("engine", [core, rich, ruin])
def test_an_engine_drives_in_the_second_window_when_the_first_is_full(engine: ModuleType) -> None:
    morning_or_noon = (EIGHT, EIGHT + 1200), (NOON, NOON + 3600)
    sites = [a_site(name, *morning_or_noon, service_seconds=1800) for name in ("a", "b", "c")]
    day = a_day(sites, [an_order(name, to=name) for name in ("a", "b", "c")], a_vehicle("van"))

    plan = complete(day, improve(engine, day, {})[-1])

    assert violations(day, plan) == ()
    assert plan.unassigned == ()
