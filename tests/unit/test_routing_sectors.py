"""Sectors are whole runs that lie together; nothing is lost when a plan is cut and put together."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from bench.county import delivery_day, mountain_county
from bench.routing.shapes import solomon_like, x_like
from optimizer.routing import portfolio
from optimizer.routing.baseline import nearest_neighbour
from optimizer.routing.budget import Budget
from optimizer.routing.check import violations
from optimizer.routing.crew import Day
from optimizer.routing.drafting import complete
from optimizer.routing.formats.instance import Instance
from optimizer.routing.pricing import objective
from optimizer.routing.sectors import Map
from optimizer.routing.visits import bundle
from optimizer.routing.workers import solve_in_children


def a_day_of_runs() -> tuple[Day, dict[str, list[int]]]:
    problem = delivery_day(mountain_county(5), 5)
    visits = bundle(problem, problem.orders)
    day = Day(problem=problem, visits=tuple(visits))
    return day, {
        k: list(run) for k, run in day.numbered(nearest_neighbour(problem, visits)).items()
    }


@pytest.mark.parametrize("size", [10, 40, 500])
def test_parts_share_nothing_and_hold_whole_runs(size: int) -> None:
    day, runs = a_day_of_runs()

    parts = Map(day).parts(runs, 2, size, np.random.default_rng(1))

    first, second = (set(part.visits) for part in parts) if len(parts) == 2 else (set(), set())
    assert not first & second
    for part in parts:
        whole = {number for name in part.vehicles for number in runs.get(name, [])}
        assert whole <= set(part.visits)
        driven = [len(runs[name]) for name in part.vehicles if name in runs]
        assert sum(driven) <= max(size, *driven)


def test_visits_nobody_makes_and_idle_vehicles_are_dealt_out() -> None:
    day, runs = a_day_of_runs()
    (name, left), *_ = sorted(runs.items())
    del runs[name]

    parts = Map(day).parts(runs, 2, 500 // 2, np.random.default_rng(1))

    assert set(left) <= {number for part in parts for number in part.visits}
    assert name in {vehicle for part in parts for vehicle in part.vehicles}


def test_a_day_cut_into_sectors_is_put_together_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portfolio, "SPLIT_FROM", 30)
    monkeypatch.setattr(portfolio, "SECTOR_VISITS", 20)
    day, runs = a_day_of_runs()
    start = objective(day.problem, complete(day.problem, day.draft(runs)))

    plan = solve_in_children(day.problem, Budget(seconds=60, seed=1, steps=15))

    assert violations(day.problem, plan) == ()
    assert plan.unassigned == ()
    assert objective(day.problem, plan) < start


@pytest.mark.parametrize("make", [partial(solomon_like, "RC1"), x_like])
def test_invented_instances_are_those_of_their_seed_and_can_be_served(
    make: Callable[[int, int], Instance],
) -> None:
    problem = make(40, 1).problem

    plan = complete(problem, nearest_neighbour(problem, bundle(problem, problem.orders)))

    assert plan.unassigned == ()
    assert problem == make(40, 1).problem
