"""OR-Tools on everything a county knows: what it finds holds, and is the best there is."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from bench.county import delivery_day, mountain_county
from bench.full_day import full_day
from optimizer.routing.baseline import nearest_neighbour
from optimizer.routing.budget import Budget
from optimizer.routing.check import violations
from optimizer.routing.drafting import Draft, complete
from optimizer.routing.engines import rich, ruin
from optimizer.routing.hours import Lunch, Reload, Rest
from optimizer.routing.measures import NOTHING, Load, Span
from optimizer.routing.plan import Plan
from optimizer.routing.precheck import precheck
from optimizer.routing.pricing import objective
from optimizer.routing.problem import CostCard, Order, Problem, Roads, Site, Vehicle
from optimizer.routing.solver import solve
from optimizer.routing.visits import Visit, bundle
from tests.factories.routing import a_day, a_site, a_vehicle, an_order

SLOW = "slow"


class Dice:
    """Draws tiny days with every rule there is."""

    def __init__(self, seed: int) -> None:
        self._chance = np.random.default_rng(seed)

    def below(self, bound: int) -> int:
        return int(self._chance.integers(bound))

    def often(self, share: float) -> bool:
        return bool(self._chance.random() < share)

    def day(self, orders: int = 4) -> Problem:
        spots = [(self.below(1500), self.below(1500)) for _ in range(4)]
        rows = [[abs(a - c) + abs(b - d) for c, d in spots] for a, b in spots]
        roads = self._roads(rows, 1)
        return Problem(
            sites=tuple(self._site(number) for number in range(4)),
            orders=tuple(self._order(number) for number in range(orders)),
            vehicles=tuple(self._vehicle(number) for number in range(2)),
            roads=roads,
            other_roads={SLOW: self._roads(rows, 2)},
            rest=Rest(driving_seconds=5400, rest_seconds=600) if self.often(0.5) else None,
        )

    def _roads(self, rows: list[list[int]], times: int) -> Roads:
        seconds = tuple(tuple(times * value for value in row) for row in rows)
        metres = tuple(tuple(12 * value for value in row) for row in rows)
        return Roads(metres=metres, seconds=seconds, provenance="dice")

    def _site(self, number: int) -> Site:
        site = Site(id=f"site-{number}", lat=0, lon=0, service_seconds=300 if number else 0)
        if not number:
            return site
        if self.often(0.5):
            site = replace(site, due=self.below(9000), fen_per_minute_late=self.below(60))
        if self.often(0.5):
            site = replace(site, usual_vehicle_id=f"van-{self.below(2)}", stranger_fen=2000)
        return site

    def _order(self, number: int) -> Order:
        load = Load(grams=1 + self.below(10), cm3=1)
        collected = self.often(0.4)
        boxed = self.often(0.2)
        return Order(
            id=f"order-{number}",
            site_id=f"site-{1 + self.below(3)}",
            ambient=NOTHING if boxed else load,
            boxed=load if boxed else NOTHING,
            collected=collected,
            soiled=collected and not boxed and self.often(0.6),
            vehicle_id="van-0" if self.often(0.15) else None,
        )

    def _vehicle(self, number: int) -> Vehicle:
        begins = 2000 + self.below(3000)
        return Vehicle(
            id=f"van-{number}",
            ambient=Load(grams=12 + self.below(10), cm3=100),
            boxed=Load(grams=20, cm3=100) if self.often(0.7) else NOTHING,
            soiled=Load(grams=20, cm3=100) if self.often(0.3) else NOTHING,
            shift=Span(earliest=0, latest=7000 + self.below(6000)),
            start_site_id="site-0",
            end_site_id="site-0",
            cost=CostCard(
                fen_per_km=100,
                fen_per_hour=3600,
                fen_per_day=5000,
                fen_per_stop=300,
                fen_per_overtime_hour=3600,
            ),
            overtime_seconds=self.below(3000),
            lunch=Lunch(begins=Span(earliest=begins, latest=begins + 2000), seconds=900)
            if self.often(0.5)
            else None,
            reload=Reload(site_id="site-0", seconds=300) if self.often(0.5) else None,
            profile=SLOW if self.often(0.3) else "",
        )


def visits_of(day: Problem) -> list[Visit]:
    hopeless = {one.order_id for one in precheck(day)}
    return bundle(day, [order for order in day.orders if order.id not in hopeless])


def every_plan(day: Problem, visits: list[Visit]) -> Iterator[Plan]:
    """Yield the plan of every way to deal the visits out and to order them."""
    first, second = (vehicle.id for vehicle in day.vehicles)
    for sequence in permutations(visits):
        for cut in range(len(sequence) + 1):
            yield complete(day, {first: sequence[:cut], second: sequence[cut:]})


def search(day: Problem, budget: Budget) -> list[Plan]:
    visits, found = visits_of(day), list[Draft]()
    start = nearest_neighbour(day, visits)
    found.append(start)
    rich.search(day, visits, budget, start=start, found=found.append)
    return [complete(day, draft) for draft in found]


@pytest.mark.parametrize("first", [0, 3])
def test_no_way_to_deal_out_a_tiny_day_is_cheaper(first: int) -> None:
    for seed in range(first, first + 3):
        day = Dice(seed).day()
        plans = search(day, Budget(seconds=0.8, steps=60))

        best = min(objective(day, plan) for plan in every_plan(day, visits_of(day)))

        assert all(violations(day, plan) == () for plan in plans)
        assert min(objective(day, plan) for plan in plans) == best


def test_a_county_with_everything_is_planned_better_than_driven_by_sight() -> None:
    day = full_day(delivery_day(mountain_county(8, townships=6, villages=12), 8), 8)

    plans = search(day, Budget(seconds=10, steps=5))

    assert all(violations(day, plan) == () for plan in plans)
    assert objective(day, plans[-1]) < objective(day, plans[0])
    assert plans[-1].unassigned == ()


@pytest.mark.parametrize("first", [0, 5])
def test_any_full_day_gets_a_valid_plan_that_names_what_stays_behind(first: int) -> None:
    for seed in range(first, first + 5):
        day = Dice(1000 + seed).day(orders=9)

        plan = solve(day, Budget(seconds=0.2, seed=seed, steps=10))

        assert violations(day, plan) == ()
        assert set(precheck(day)) <= set(plan.unassigned)


def test_ruin_and_recreate_leaves_a_full_day_to_others() -> None:
    day = Dice(3).day()
    found: list[Draft] = []

    ruin.search(day, visits_of(day), Budget(seconds=1), start={}, found=found.append)

    assert found == []


def test_a_run_begun_goes_on_as_it_began_and_loads_before_it_takes_more() -> None:
    begun = replace(
        a_vehicle("van", kilograms=20),
        start_site_id="mid",
        under_way=True,
        first=("far", "mid"),
        reload=Reload(site_id="depot", seconds=600),
    )
    orders = [
        replace(an_order("far", to="far"), vehicle_id="van"),
        replace(an_order("mid", to="mid"), vehicle_id="van"),
        an_order("new", to="near"),
    ]
    day = a_day([a_site("near"), a_site("mid"), a_site("far")], orders, begun)

    plans = search(day, Budget(seconds=2, steps=5))

    assert all(violations(day, plan) == () for plan in plans)
    assert [(stop.order_ids, stop.loads) for stop in plans[-1].routes[0].stops] == [
        (("far",), False),
        (("mid",), False),
        ((), True),
        (("new",), False),
    ]
    assert len(plans) > 1
