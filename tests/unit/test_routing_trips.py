"""Loading again, collecting on the way, and keeping used goods from clean ones."""

from dataclasses import replace
from itertools import permutations, product

import numpy as np

from optimizer.routing.cargo import trips
from optimizer.routing.check import violations
from optimizer.routing.drafting import complete, draft_of
from optimizer.routing.hours import Reload
from optimizer.routing.measures import Load
from optimizer.routing.plan import Cost, Plan, Reason, Route, Stop
from optimizer.routing.problem import Order, Problem, Vehicle
from optimizer.routing.violation import Kind
from optimizer.routing.visits import Visit, bundle, visit_for
from tests.factories.routing import a_day, a_site, a_vehicle, an_order

AGAIN = Reload(site_id="depot", seconds=600)
VAN = a_vehicle("van", kilograms=20)


def collected(name: str, *, at: str, kilograms: int = 10, soiled: bool = False) -> Order:
    return replace(an_order(name, to=at, kilograms=kilograms), collected=True, soiled=soiled)


def a_clinic_road(orders: list[Order], *vehicles: Vehicle) -> Problem:
    return a_day([a_site("near"), a_site("mid"), a_site("far")], orders, *vehicles)


def stops(plan: Plan) -> list[tuple[str, ...]]:
    return [stop.order_ids for route in plan.routes for stop in route.stops]


def behind(plan: Plan) -> dict[str, Reason]:
    return {one.order_id: one.reason for one in plan.unassigned}


def test_a_small_van_comes_back_loads_and_goes_again() -> None:
    orders = [an_order(name, to=name, kilograms=15) for name in ("near", "far")]
    day = a_clinic_road(orders, replace(VAN, reload=AGAIN))

    plan = complete(day, {})

    assert violations(day, plan) == ()
    assert behind(plan) == {}
    assert [stop.loads for stop in plan.routes[0].stops] == [False, True, False]
    loading = plan.routes[0].stops[1]
    assert (loading.site_id, loading.leave - loading.start) == ("depot", 600)
    assert plan.routes[0].cost.stop_fen == 400


def test_it_loads_again_no_oftener_than_it_may() -> None:
    orders = [an_order(name, to=name, kilograms=15) for name in ("near", "mid", "far")]

    plan = complete(a_clinic_road(orders, replace(VAN, reload=AGAIN)), {})

    assert sorted(behind(plan).values()) == [Reason.FLEET_FULL]


def test_what_is_delivered_makes_room_for_what_is_collected() -> None:
    orders = [
        an_order("dry", to="near", kilograms=20),
        collected("return", at="near", kilograms=20),
        collected("recalled", at="far", kilograms=20),
    ]
    day = a_clinic_road(orders, VAN)

    plan = complete(day, {})

    assert violations(day, plan) == ()
    assert list(behind(plan).values()) == [Reason.FLEET_FULL]


def test_used_trays_are_collected_when_everything_clean_is_delivered() -> None:
    orders = [an_order("dry", to="far"), collected("trays", at="near", soiled=True)]
    day = a_clinic_road(orders, VAN)
    wrong_way = {"van": [visit_for(order) for order in reversed(orders)]}

    plan = complete(day, wrong_way)

    assert violations(day, plan) == ()
    assert stops(plan) == [("dry",), ("trays",)]


def test_with_a_room_of_their_own_trays_may_be_collected_first() -> None:
    orders = [an_order("dry", to="far"), collected("trays", at="near", soiled=True)]
    roomy = replace(VAN, soiled=Load(grams=10_000, cm3=10_000))
    day = a_clinic_road(orders, roomy)

    plan = complete(day, {"van": [visit_for(order) for order in reversed(orders)]})

    assert violations(day, plan) == ()
    assert stops(plan) == [("trays",), ("dry",)]
    narrow = replace(day, vehicles=(VAN,))
    assert [one.kind for one in violations(narrow, plan)] == [Kind.MIXED]


def test_a_locked_order_rides_on_its_vehicle_and_a_run_begins_as_it_has_begun() -> None:
    orders = [
        an_order("near", to="near"),
        replace(an_order("far", to="far"), vehicle_id="van"),
        replace(an_order("mid", to="mid"), vehicle_id="other"),
    ]
    begun = replace(VAN, first=("far", "near"))
    day = a_clinic_road(orders, begun, a_vehicle("other"))

    plan = complete(day, {"other": [visit_for(order) for order in orders]})

    assert violations(day, plan) == ()
    assert stops(plan) == [("far",), ("near",), ("mid",)]


def test_a_vehicle_under_way_takes_nothing_new_before_it_loads_again() -> None:
    aboard = replace(an_order("aboard", to="far"), vehicle_id="van")
    under_way = replace(VAN, under_way=True, start_site_id="mid")
    day = a_clinic_road([aboard, an_order("new", to="near")], under_way)

    assert behind(complete(day, {})) == {"new": Reason.ALL_GONE}
    again = replace(day, vehicles=(replace(under_way, reload=AGAIN),))
    plan = complete(again, {})
    assert violations(again, plan) == ()
    assert [(stop.order_ids, stop.loads) for stop in plan.routes[0].stops] == [
        (("aboard",), False),
        ((), True),
        (("new",), False),
    ]


def test_a_plan_tells_which_visits_it_makes() -> None:
    orders = [an_order("a", to="near"), an_order("b", to="near"), an_order("c", to="far")]
    day = a_clinic_road(orders, a_vehicle("van"))
    visits = bundle(day, orders)

    draft = draft_of(complete(day, {"van": visits}), visits)

    assert draft == {"van": visits}


def test_cuts_agree_with_trying_every_way_to_load() -> None:
    chance = np.random.default_rng(11)
    found = 0
    for _ in range(20):
        day = _a_dealt_day(chance)
        vehicle = day.vehicles[0]
        for sequence in list(permutations(map(visit_for, day.orders)))[:4]:
            cut = trips(day, vehicle, sequence)

            ways = [way for way in _every_way(sequence) if _is_carried(day, way)]

            assert bool(cut) == bool(ways)
            if cut:
                found += 1
                assert len(cut) == min(map(len, ways))
                assert _is_carried(day, cut)
    assert found > 20


def _a_dealt_day(chance: np.random.Generator) -> Problem:
    orders = []
    for number in range(4):
        site = ("near", "mid", "far")[int(chance.integers(3))]
        order = an_order(f"order-{number}", to=site, kilograms=int(chance.integers(1, 16)))
        is_collected = bool(chance.random() < 0.4)
        soiled = is_collected and bool(chance.random() < 0.5)
        orders.append(replace(order, collected=is_collected, soiled=soiled))
    reload = replace(AGAIN, most=int(chance.integers(1, 3)))
    return a_clinic_road(orders, replace(VAN, reload=reload))


def _every_way(sequence: tuple[Visit, ...]) -> list[list[list[Visit]]]:
    ways = []
    for loads in product((False, True), repeat=len(sequence) - 1):
        way = [[sequence[0]]]
        for visit, again in zip(sequence[1:], loads, strict=True):
            if again:
                way.append([visit])
            else:
                way[-1].append(visit)
        ways.append(way)
    return ways


def _is_carried(day: Problem, way: list[list[Visit]]) -> bool:
    """Ask the judge: only what it says of the cargo and of loading counts here."""
    broken = {one.kind for one in violations(day, _as_plan(day, way))}
    return not broken & {
        Kind.AMBIENT_WEIGHT,
        Kind.AMBIENT_VOLUME,
        Kind.MIXED,
        Kind.TOO_MANY_RELOADS,
    }


def _as_plan(day: Problem, way: list[list[Visit]]) -> Plan:
    calls: list[Stop] = []
    for number, trip in enumerate(way):
        if number:
            calls.append(_a_stop("depot", (), loads=True))
        for visit in trip:
            if calls and calls[-1].site_id == visit.site_id:
                ids = (*calls[-1].order_ids, *visit.order_ids)
                calls[-1] = _a_stop(visit.site_id, ids)
            else:
                calls.append(_a_stop(visit.site_id, visit.order_ids))
    run = Route(
        vehicle_id=day.vehicles[0].id,
        leave=0,
        stops=tuple(calls),
        back=0,
        metres=0,
        cost=Cost(),
    )
    return Plan(routes=(run,))


def _a_stop(site_id: str, order_ids: tuple[str, ...], *, loads: bool = False) -> Stop:
    return Stop(site_id=site_id, order_ids=order_ids, arrive=0, start=0, leave=0, loads=loads)
