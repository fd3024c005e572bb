"""Spoil valid plans of days with everything a county knows: the judge must reject them all."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from bench.county import delivery_day, mountain_county
from bench.full_day import LUNCH, TRUCK, full_day
from optimizer.routing.baseline import nearest_neighbour
from optimizer.routing.check import violations
from optimizer.routing.drafting import complete
from optimizer.routing.hours import Reload, Rest
from optimizer.routing.measures import NOTHING, Load, Span
from optimizer.routing.plan import Plan, Route, Stop
from optimizer.routing.problem import NO_ROAD, Order, Problem, Roads
from optimizer.routing.violation import Kind
from optimizer.routing.visits import bundle
from tests.factories.spoiling import Case, Spoil
from tests.unit.test_routing_mutations import COLD_SPOILS, DAYS, ROUNDS, SPOILS

SMALL = Load(grams=300_000, cm3=1_500_000)
FULL_DAYS, FULL_ROUNDS = 6, 4

Suits = Callable[[Case], bool]


def anywhere(_: Case) -> bool:
    return True


def loads_again(case: Case) -> bool:
    return case.call.loads


def serves(case: Case) -> bool:
    return bool(case.call.order_ids)


def delivers_boxed(case: Case) -> bool:
    return bool(case.orders) and bool(case.orders[0].boxed)


def collects_used(case: Case) -> bool:
    return bool(case.orders) and case.orders[-1].soiled


def has_room_for_used(case: Case) -> bool:
    return collects_used(case) and bool(case.vehicle.soiled)


def delivers_clean_later(case: Case) -> bool:
    later = case.route.stops[case.stop + 1 :]
    until = next((place for place, stop in enumerate(later) if stop.loads), len(later))
    orders = [case.problem.order_by_id[one] for stop in later[:until] for one in stop.order_ids]
    return serves(case) and any(one.ambient and not one.collected for one in orders)


def is_out_at_noon(case: Case) -> bool:
    lunch = case.vehicle.lunch
    return lunch is not None and case.route.back > lunch.begins.latest


def calls_as_stranger(case: Case) -> bool:
    return serves(case) and case.site.usual_vehicle_id not in {None, case.vehicle.id}


def serves_two_or_more(case: Case) -> bool:
    return len(served(case.route)) > 1


def served(route: Route) -> list[str]:
    return [order_id for stop in route.stops for order_id in stop.order_ids]


def too_much_boxed(case: Case) -> tuple[Problem, Plan]:
    box = case.vehicle.boxed
    big = Load(grams=box.grams + case.by, cm3=box.cm3 + case.by)
    return case.with_order(case.orders[0].id, boxed=big)


def too_much_used(case: Case) -> tuple[Problem, Plan]:
    room = case.vehicle.soiled
    big = Load(grams=room.grams + case.by, cm3=room.cm3 + case.by)
    return case.with_order(case.orders[-1].id, ambient=big)


def too_much_collected(case: Case) -> tuple[Problem, Plan]:
    room = case.vehicle.ambient
    big = Load(grams=room.grams + case.by, cm3=room.cm3 + case.by)
    goods = Order(id="more", site_id=case.site.id, ambient=big, collected=True)
    return with_one_more(case, goods)


def with_one_more(case: Case, order: Order) -> tuple[Problem, Plan]:
    problem = replace(case.problem, orders=(*case.problem.orders, order))
    return problem, case.with_stop(order_ids=(*case.call.order_ids, order.id))[1]


def used_among_clean(case: Case) -> tuple[Problem, Plan]:
    tray = Order(
        id="tray",
        site_id=case.site.id,
        ambient=Load(grams=1, cm3=1),
        collected=True,
        soiled=True,
    )
    problem, _ = case.with_vehicle(soiled=NOTHING)
    return replace(problem, orders=(*problem.orders, tray)), with_one_more(case, tray)[1]


def another_beginning(case: Case) -> tuple[Problem, Plan]:
    ids = served(case.route)
    return case.with_vehicle(first=(ids[1], ids[0]))


def loading_once_more(case: Case) -> tuple[Problem, Plan]:
    leave = case.call.leave
    depot = case.vehicle.base_id
    extra = Stop(site_id=depot, order_ids=(), arrive=leave, start=leave, leave=leave, loads=True)
    stops = (*case.route.stops, *[extra] * 2)
    return case.with_route(stops=stops)


def loading_takes_longer(case: Case) -> tuple[Problem, Plan]:
    return case.with_vehicle(reload=Reload(site_id=case.vehicle.base_id, seconds=7200))


def a_long_lunch(case: Case) -> tuple[Problem, Plan]:
    return case.with_vehicle(lunch=replace(LUNCH, seconds=6 * 3600))


def a_road_closed(case: Case) -> tuple[Problem, Plan]:
    row = case.problem.row_of[case.call.site_id]

    def closed(roads: Roads) -> Roads:
        lines = [list(line) for line in roads.seconds]
        for line in lines:
            line[row] = NO_ROAD
        return replace(roads, seconds=tuple(map(tuple, lines)))

    others = {name: closed(roads) for name, roads in case.problem.other_roads.items()}
    return replace(case.problem, roads=closed(case.problem.roads), other_roads=others), case.plan


def other_roads_slower(case: Case) -> tuple[Problem, Plan]:
    trucks = case.problem.other_roads[TRUCK]
    seconds = tuple(tuple(value + case.by for value in row) for row in trucks.seconds)
    slower = {TRUCK: replace(trucks, seconds=seconds)}
    return replace(case.problem, other_roads=slower), case.plan


def a_short_stint(case: Case) -> tuple[Problem, Plan]:
    seconds = case.call.arrive - case.route.leave
    rest = Rest(driving_seconds=max(1, seconds // (4 + case.by)), rest_seconds=5 * 3600)
    return replace(case.problem, rest=rest), case.plan


def dearer_overtime(case: Case) -> tuple[Problem, Plan]:
    card = replace(case.vehicle.cost, fen_per_overtime_hour=36_000)
    earlier = Span(earliest=case.vehicle.shift.earliest, latest=case.route.back - case.by)
    return case.with_vehicle(cost=card, shift=earlier)


FULL_SPOILS: list[tuple[Kind, Suits, Spoil]] = [
    (Kind.BOXED_WEIGHT, delivers_boxed, too_much_boxed),
    (Kind.BOXED_VOLUME, delivers_boxed, too_much_boxed),
    (Kind.SOILED_WEIGHT, has_room_for_used, too_much_used),
    (Kind.SOILED_VOLUME, has_room_for_used, too_much_used),
    (Kind.AMBIENT_WEIGHT, serves, too_much_collected),
    (Kind.AMBIENT_VOLUME, serves, too_much_collected),
    (Kind.NO_BOX, delivers_boxed, lambda case: case.with_vehicle(boxed=NOTHING)),
    (Kind.MIXED, delivers_clean_later, used_among_clean),
    (
        Kind.WRONG_VEHICLE,
        serves,
        lambda case: case.with_order(case.orders[0].id, vehicle_id="van-of-another-day"),
    ),
    (Kind.NOT_ABOARD, anywhere, lambda case: case.with_vehicle(under_way=True)),
    (Kind.FIRST_CHANGED, serves_two_or_more, another_beginning),
    (Kind.WRONG_RELOAD, loads_again, lambda case: case.with_vehicle(reload=None)),
    (
        Kind.WRONG_RELOAD,
        loads_again,
        lambda case: case.with_vehicle(reload=Reload(site_id=case.problem.sites[1].id)),
    ),
    (Kind.WRONG_RELOAD, serves, lambda case: case.with_stop(loads=True)),
    (Kind.TOO_MANY_RELOADS, anywhere, loading_once_more),
    (Kind.SERVICE_TIME, loads_again, loading_takes_longer),
    (Kind.EMPTY_STOP, loads_again, lambda case: case.with_stop(loads=False)),
    (Kind.NO_ROAD, anywhere, a_road_closed),
    (Kind.TRAVEL_TIME, lambda case: case.vehicle.profile == TRUCK, other_roads_slower),
    (Kind.NO_LUNCH, is_out_at_noon, a_long_lunch),
    (Kind.NO_REST, lambda case: case.call.arrive - case.route.leave > 600, a_short_stint),
    (
        Kind.AFTER_SHIFT,
        anywhere,
        lambda case: case.with_vehicle(
            shift=Span(earliest=0, latest=case.route.back - 600 - case.by), overtime_seconds=600
        ),
    ),
    (Kind.WRONG_COST, anywhere, dearer_overtime),
    (
        Kind.WRONG_COST,
        serves,
        lambda case: case.with_site(due=case.call.start - 60 * case.by),
    ),
    (Kind.WRONG_COST, calls_as_stranger, lambda case: case.with_site(stranger_fen=501)),
]


@cache
def a_full_day(seed: int) -> tuple[Problem, Plan]:
    """Return a day whose small vehicles cannot carry it at once, and a plan of it."""
    plain = delivery_day(mountain_county(seed, townships=5, villages=10), seed)
    day = full_day(plain, seed)
    vehicles = tuple(replace(one, ambient=SMALL) for one in day.vehicles[:4])
    problem = replace(day, vehicles=vehicles)
    return problem, complete(problem, nearest_neighbour(problem, bundle(problem, problem.orders)))


def places(suits: Suits) -> Iterator[Case]:
    for seed in range(FULL_DAYS):
        problem, plan = a_full_day(seed)
        chance = np.random.default_rng(seed)
        fitting = [
            case
            for run, route in enumerate(plan.routes)
            for stop in range(len(route.stops))
            if suits(case := Case(problem=problem, plan=plan, run=run, stop=stop, by=1))
        ]
        for number in chance.permutation(len(fitting))[:FULL_ROUNDS].tolist():
            yield replace(fitting[number], by=int(chance.integers(1, 60)))


def test_the_full_plans_to_be_spoiled_are_valid_and_load_again() -> None:
    plans = [a_full_day(seed) for seed in range(FULL_DAYS)]

    assert [violations(problem, plan) for problem, plan in plans] == [()] * FULL_DAYS
    assert any(stop.loads for _, plan in plans for route in plan.routes for stop in route.stops)


@pytest.mark.parametrize(("kind", "suits", "spoil"), FULL_SPOILS)
def test_a_spoiled_full_plan_is_rejected_for_what_is_wrong(
    kind: Kind, suits: Suits, spoil: Spoil
) -> None:
    tried = list(places(suits))

    assert tried
    for case in tried:
        assert kind in {one.kind for one in violations(*spoil(case))}


def test_every_kind_is_spoiled_and_a_thousand_plans_are_tried() -> None:
    kinds = {kind for kind, _ in [*SPOILS, *COLD_SPOILS]} | {kind for kind, *_ in FULL_SPOILS}
    assert kinds == set(Kind)
    assert len(SPOILS + COLD_SPOILS) * DAYS * ROUNDS >= 1000
