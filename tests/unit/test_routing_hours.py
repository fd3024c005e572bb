"""Lunch, rest, being late and overtime along one run, against trying every way to wait."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from optimizer.routing.check import violations
from optimizer.routing.drafting import complete, route
from optimizer.routing.hours import Lunch, Rest
from optimizer.routing.measures import NOTHING, Span
from optimizer.routing.plan import Plan, Route, Stop
from optimizer.routing.pricing import price, surcharges
from optimizer.routing.problem import CostCard, Matrix, Order, Problem, Roads, Site, Vehicle
from optimizer.routing.schedule import earliest, shortest
from optimizer.routing.visits import visit_for
from tests.factories.routing import EIGHT, NOON, SIX, a_day, a_site, a_vehicle, an_order

LUNCH = Lunch(begins=Span(earliest=NOON - 1800, latest=NOON + 1800), seconds=1800)
VAN = a_vehicle("van")
HUNGRY = replace(VAN, lunch=LUNCH)


def test_lunch_is_taken_on_the_road_by_who_is_out_over_noon() -> None:
    sites = [a_site("morning", (EIGHT, NOON - 3600)), a_site("evening", (NOON + 7200, SIX))]
    day = a_day(sites, [an_order("a", to="morning"), an_order("b", to="evening")], HUNGRY)

    plan = complete(day, {})

    assert violations(day, plan) == ()
    idle = replace(plan.routes[0].stops[0], leave=NOON - 3000)
    assert idle.leave <= plan.routes[0].stops[1].arrive


def test_who_is_back_in_time_eats_at_home() -> None:
    day = a_day([a_site("near", (EIGHT, NOON))], [], HUNGRY)

    table = shortest(day, HUNGRY, ["near"])

    assert table is not None
    assert table.seconds == 1500


def test_who_leaves_after_lunch_has_eaten() -> None:
    day = a_day([a_site("near", (NOON + 1800, SIX))], [], HUNGRY)

    table = shortest(day, HUNGRY, ["near"])

    assert table is not None
    assert table.leave >= NOON
    assert table.seconds == 1500


def test_nobody_drives_on_after_four_hours_without_twenty_minutes_of_rest() -> None:
    day = replace(a_day([a_site(str(n)) for n in range(14)], [], VAN), rest=Rest())

    table = shortest(day, VAN, ["5", "12", "13"])

    assert table is not None
    driven = 600 * 2 * 14
    assert table.seconds == driven + 3 * 300 + 1200
    assert max(call.leave - call.arrive for call in table.calls) == 1500


def test_a_leg_too_long_for_anyone_awake_has_no_timetable() -> None:
    day = replace(a_day([a_site("near")], [], VAN), rest=Rest(driving_seconds=599))

    assert earliest(day, VAN, ["near"]) is None


def test_being_late_is_paid_for_and_avoided_by_leaving_early() -> None:
    site = replace(a_site("near"), due=EIGHT + 900, fen_per_minute_late=60)
    day = a_day([site, a_site("far")], [an_order("a", to="far"), an_order("b", to="near")], VAN)
    late = route(day, VAN, [visit_for(order) for order in day.orders])
    in_time = complete(day, {})

    assert late is not None
    assert violations(day, Plan(routes=(late,))) == ()
    assert late.cost.late_fen == 60 * (600 * 3 + 300 - 900) // 60
    assert in_time.cost.late_fen == 0
    assert [stop.site_id for stop in in_time.routes[0].stops] == ["near", "far"]


def test_overtime_is_paid_on_top_up_to_its_limit() -> None:
    card = replace(VAN.cost, fen_per_overtime_hour=7200)
    van = replace(VAN, cost=card, overtime_seconds=600)
    day = a_day([a_site("near", (SIX - 800, SIX))], [an_order("a", to="near")], van)

    plan = complete(day, {})

    assert violations(day, plan) == ()
    assert plan.routes[0].back == SIX + 100
    assert plan.cost.overtime_fen == 200
    short = replace(day, vehicles=(replace(van, overtime_seconds=99),))
    assert complete(short, {}).routes == ()


class Dice:
    """Draws runs of two stops on a clock so coarse that every way to wait can be tried."""

    def __init__(self, seed: int) -> None:
        self._chance = np.random.default_rng(seed)

    def below(self, bound: int) -> int:
        return int(self._chance.integers(bound))

    def often(self, share: float) -> bool:
        return bool(self._chance.random() < share)

    def day(self) -> Problem:
        sites = [a_site("depot", service_seconds=0), self._site("a"), self._site("b")]
        return Problem(
            sites=tuple(sites),
            orders=(Order(id="a", site_id="a"), Order(id="b", site_id="b")),
            vehicles=(self._vehicle(),),
            roads=Roads(metres=self._roads(), seconds=self._roads(), provenance="dice"),
            rest=Rest(driving_seconds=5 + self.below(5), rest_seconds=1 + self.below(3))
            if self.often(0.5)
            else None,
        )

    def _roads(self) -> Matrix:
        return tuple(tuple(1 + self.below(4) for _ in range(3)) for _ in range(3))

    def _site(self, name: str) -> Site:
        first = self.below(8)
        windows = [(first, first + self.below(6)), (first + 8, first + 8 + self.below(5))]
        site = a_site(name, *windows[self.below(2) :], service_seconds=self.below(3))
        if self.often(0.5):
            return replace(site, due=first, fen_per_minute_late=self.below(8))
        return site

    def _vehicle(self) -> Vehicle:
        begins = self.below(12)
        return Vehicle(
            id="van",
            ambient=NOTHING,
            shift=Span(earliest=0, latest=20 + self.below(4)),
            start_site_id="depot",
            end_site_id="depot",
            cost=CostCard(fen_per_hour=60 * self.below(20), fen_per_overtime_hour=3600),
            overtime_seconds=self.below(4),
            lunch=Lunch(begins=Span(earliest=begins, latest=begins + self.below(6)), seconds=2)
            if self.often(0.6)
            else None,
        )


def _runs(day: Problem) -> Iterator[Route]:
    """Yield every way to spend the run with waiting times that could be worth it."""
    for leave, before, after in product(
        range(12), product(range(8), repeat=2), product((0, 1, 2, 3), repeat=2)
    ):
        run = _run(day, leave, before, after)
        if run is not None:
            yield run


def _run(day: Problem, leave: int, before: tuple[int, ...], after: tuple[int, ...]) -> Route | None:
    seconds, vehicle = day.roads.seconds, day.vehicles[0]
    here, clock, stops = 0, leave, []
    for row, (early, later) in enumerate(zip(before, after, strict=True), start=1):
        site = day.sites[row]
        arrive = clock + seconds[here][row]
        start = arrive + early
        if not any(span.earliest <= start <= span.latest for span in site.windows):
            return None
        here, clock = row, start + site.service_seconds + later
        stops.append(
            Stop(site_id=site.id, order_ids=(site.id,), arrive=arrive, start=start, leave=clock)
        )
    back = clock + seconds[here][0]
    metres = day.metres_along(["depot", "a", "b", "depot"])
    cost = price(vehicle.cost, metres=metres, seconds=back - leave, stops=2)
    cost += surcharges(day, vehicle, [(stop.site_id, stop.start) for stop in stops], back=back)
    return Route(
        vehicle_id="van", leave=leave, stops=tuple(stops), back=back, metres=metres, cost=cost
    )


def _check(seed: int) -> bool:
    """Compare one drawn run with every way to spend it; return whether it can be driven."""
    day = Dice(seed).day()
    valid = [run for run in _runs(day) if not violations(day, Plan(routes=(run,)))]

    made = route(day, day.vehicles[0], [visit_for(order) for order in day.orders])

    assert (made is None) == (not valid)
    if made is None:
        return False
    assert violations(day, Plan(routes=(made,))) == ()
    assert made.cost.total_fen <= min(run.cost.total_fen for run in valid)
    return True


@pytest.mark.parametrize("first", range(0, 12, 4))
def test_no_way_to_wait_is_cheaper_than_the_timetable(first: int) -> None:
    drivable = [_check(seed) for seed in range(first, first + 4)]

    assert any(drivable)
