"""Whatever the day is like, the answer is a plan the judge accepts."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer.routing.baseline import fetch_alone
from optimizer.routing.budget import Budget
from optimizer.routing.check import violations
from optimizer.routing.measures import NOTHING, Load, Span
from optimizer.routing.precheck import precheck
from optimizer.routing.problem import CostCard, Matrix, Order, Problem, Roads, Site, Vehicle
from optimizer.routing.solver import solve
from tests.factories.routing import TWO_CLINICS

SKILLS = ("escort", "tail-lift")


class Dice:
    """Draws days without rhyme or reason: lopsided roads, odd shifts, vehicles of any depot."""

    def __init__(self, seed: int) -> None:
        self._chance = np.random.default_rng(seed)

    def below(self, bound: int) -> int:
        return int(self._chance.integers(bound))

    def often(self, share: float) -> bool:
        return bool(self._chance.random() < share)

    def day(self) -> Problem:
        count = 1 + self.below(8)
        return Problem(
            sites=tuple(self.site(number) for number in range(count)),
            orders=tuple(self.order(number, count) for number in range(self.below(25))),
            vehicles=tuple(self.vehicle(number, count) for number in range(self.below(5))),
            roads=Roads(metres=self.matrix(count), seconds=self.matrix(count), provenance="dice"),
        )

    def matrix(self, count: int) -> Matrix:
        return tuple(tuple(self.below(4000) for _ in range(count)) for _ in range(count))

    def site(self, number: int) -> Site:
        moments = sorted({self.below(20_000) for _ in range(2 * self.below(4))})
        pairs = zip(moments[::2], moments[1::2], strict=False)
        return Site(
            id=f"site-{number}",
            lat=0,
            lon=0,
            windows=tuple(Span(earliest=first, latest=last) for first, last in pairs),
            service_seconds=self.below(900),
        )

    def load(self, share: float, most: int) -> Load:
        if not self.often(share):
            return NOTHING
        return Load(grams=self.below(most), cm3=self.below(most))

    def order(self, number: int, sites: int) -> Order:
        return Order(
            id=f"order-{number}",
            site_id=f"site-{self.below(sites)}",
            ambient=self.load(0.8, 50),
            cold=self.load(0.3, 20),
            skills=frozenset(skill for skill in SKILLS if self.often(0.1)),
            priority=self.below(101),
        )

    def vehicle(self, number: int, sites: int) -> Vehicle:
        begin = self.below(10_000)
        return Vehicle(
            id=f"van-{number}",
            ambient=self.load(1, 300),
            cold=self.load(0.5, 100),
            skills=frozenset(skill for skill in SKILLS if self.often(0.6)),
            shift=Span(earliest=begin, latest=begin + self.below(20_000)),
            start_site_id=f"site-{self.below(sites)}",
            end_site_id=f"site-{self.below(sites)}",
            cost=CostCard(
                fen_per_km=self.below(300),
                fen_per_hour=self.below(5000),
                fen_per_day=self.below(20_000),
                fen_per_stop=self.below(500),
            ),
        )


@pytest.mark.parametrize("first", range(0, 50, 10))
def test_any_day_gets_a_valid_plan_that_names_what_stays_behind(first: int) -> None:
    for seed in range(first, first + 10):
        day = Dice(seed).day()

        plan = solve(day, Budget(seconds=0.5, seed=seed, steps=10))

        assert violations(day, plan) == ()
        assert set(precheck(day)) <= set(plan.unassigned)


def test_without_vehicles_everything_stays_behind_and_nobody_can_be_compared() -> None:
    day = replace(TWO_CLINICS, vehicles=())

    plan = solve(day, Budget(seconds=1))

    assert [one.reason for one in plan.unassigned] == ["no-vehicle", "no-vehicle"]
    with pytest.raises(ValueError, match="cost card"):
        fetch_alone(day)
