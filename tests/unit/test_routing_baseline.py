"""What a plan is measured against."""

from dataclasses import replace

from optimizer.routing.baseline import Fetching, fetch_alone, nearest_neighbour
from optimizer.routing.check import violations
from optimizer.routing.drafting import complete
from optimizer.routing.plan import Cost
from optimizer.routing.problem import CostCard
from optimizer.routing.visits import bundle
from tests.factories.routing import TWO_CLINICS, a_day, a_site, a_vehicle, an_order


def test_each_facility_with_orders_fetches_out_and_back_once() -> None:
    day = replace(
        TWO_CLINICS, orders=(*TWO_CLINICS.orders, an_order("more", to="near", kilograms=2))
    )

    assert fetch_alone(day) == Fetching(
        trips=2,
        metres=20_000 + 40_000,
        seconds=1500 + 2700,
        cost=Cost(distance_fen=6000, driver_fen=4200, stop_fen=400),
    )


def test_each_trip_is_priced_at_the_cheapest_card() -> None:
    dear = replace(a_vehicle("dear"), cost=CostCard(fen_per_km=500))
    cheap = replace(a_vehicle("cheap"), cost=CostCard(fen_per_km=10))
    day = a_day([a_site("clinic")], [an_order("dry", to="clinic")], dear, cheap)

    assert fetch_alone(day).cost == Cost(distance_fen=200)


def test_without_orders_nobody_fetches() -> None:
    assert fetch_alone(a_day([a_site("clinic")], [], a_vehicle("van"))).trips == 0


def test_the_nearest_neighbour_drives_up_the_road() -> None:
    sites = [a_site("a"), a_site("b"), a_site("c")]
    orders = [an_order(name, to=name, kilograms=40) for name in ("c", "a", "b")]
    day = a_day(sites, orders, a_vehicle("van", kilograms=80), a_vehicle("other"))

    draft = nearest_neighbour(day, bundle(day, orders))

    assert {name: [visit.site_id for visit in visits] for name, visits in draft.items()} == {
        "van": ["a", "b"],
        "other": ["c"],
    }


def test_the_cold_van_first_calls_where_only_it_can() -> None:
    sites = [a_site("a"), a_site("b")]
    orders = [an_order("dry", to="a", kilograms=60), an_order("vaccine", to="b", cold=True)]
    day = a_day(sites, orders, a_vehicle("van"), a_vehicle("cold-van", cold=20))

    draft = nearest_neighbour(day, bundle(day, orders))

    assert [visit.site_id for visit in draft["cold-van"]] == ["b", "a"]
    assert violations(day, complete(day, draft)) == ()
