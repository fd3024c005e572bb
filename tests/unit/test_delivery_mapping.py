"""A day of deliveries becomes the optimizer's problem, and its plan becomes runs."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.delivery.rules.day import Crew, digest, leaving_from, pair
from app.delivery.rules.drafting import runs_of, split
from app.delivery.rules.mapping import NO_ROAD, NOT_SERVED_TODAY, assignment_of
from app.kernel.ids import FacilityId, ToteId
from optimizer.routing.budget import Budget
from optimizer.routing.measures import NOTHING
from optimizer.routing.problem import CONTROLLED
from optimizer.routing.solver import solve
from tests.factories.deliveries import DEPOT, HOUR, a_day, a_driver, a_place, a_tote, a_vehicle


def test_cold_totes_need_the_cold_compartment_and_others_do_not() -> None:
    problem = assignment_of(a_day(a_tote(1), a_tote(2, compartment="cold"))).problem

    plain, cold = problem.orders
    assert plain.cold is NOTHING
    assert plain.ambient.grams == 2_000
    assert cold.ambient is NOTHING
    assert cold.cold.cm3 == 9_000


def test_controlled_totes_need_an_escorted_vehicle() -> None:
    inputs = a_day(
        a_tote(1, compartment="controlled"),
        crews=(Crew(vehicle=a_vehicle(1), driver=a_driver(1)),),
    )

    problem = assignment_of(inputs).problem

    assert problem.orders[0].skills == {CONTROLLED}
    assert problem.vehicles[0].skills == frozenset()


def test_a_tote_without_weight_still_takes_part() -> None:
    light = replace(a_tote(1, compartment="cold"), weight_grams=0, volume_cm3=0)

    assert assignment_of(a_day(light)).problem.orders[0].cold


def test_an_overdue_tote_goes_before_the_others() -> None:
    problem = assignment_of(a_day(a_tote(1), replace(a_tote(2), overdue=True))).problem

    assert problem.orders[1].priority > problem.orders[0].priority


def test_a_facility_that_is_not_served_today_is_named() -> None:
    inputs = a_day(a_tote(1, 2), a_tote(2, 3), places=(a_place(2), a_place(3, window=None)))

    assignment = assignment_of(inputs)

    assert assignment.left_out == {ToteId(2): NOT_SERVED_TODAY}
    assert [site.id for site in assignment.problem.sites] == ["1", "2"]


def test_a_facility_without_a_known_road_is_named() -> None:
    inputs = a_day(a_tote(1, 2))
    legs = {ends: leg for ends, leg in inputs.legs.items() if ends != (FacilityId(2), DEPOT)}

    assert assignment_of(replace(inputs, legs=legs)).left_out == {ToteId(1): NO_ROAD}


def test_where_no_direct_road_is_known_the_way_leads_by_the_depot() -> None:
    inputs = a_day(a_tote(1, 2), a_tote(2, 3))
    legs = {ends: leg for ends, leg in inputs.legs.items() if ends != (2, 3)}

    problem = assignment_of(replace(inputs, legs=legs)).problem

    assert problem.metres_along(["2", "3"]) == 20_000
    assert problem.metres_along(["3", "2"]) == 10_000


def test_the_window_bounds_the_start_of_unloading_and_the_depot_has_none() -> None:
    problem = assignment_of(a_day(a_tote(1))).problem

    depot, clinic = problem.sites
    assert depot.windows == ()
    assert depot.service_seconds == 0
    assert (clinic.windows[0].earliest, clinic.windows[0].latest) == (9 * HOUR, 12 * HOUR)


def test_drivers_get_their_usual_vehicle_and_the_others_what_is_left() -> None:
    crews = pair(
        [a_vehicle(1), a_vehicle(2), a_vehicle(3)],
        [a_driver(7), a_driver(8, vehicle=1), a_driver(9, vehicle=1)],
    )

    pairs = [(crew.vehicle.vehicle_id, crew.driver.driver_id) for crew in crews]
    assert pairs == [(1, 8), (2, 7), (3, 9)]


def test_nobody_leaves_before_the_plan_was_asked_for() -> None:
    crew = Crew(vehicle=a_vehicle(1), driver=a_driver(1))

    (later,) = leaving_from([crew], 10 * HOUR)

    assert later.driver.starts == 10 * HOUR
    assert leaving_from([crew], 18 * HOUR) == ()
    assert leaving_from([crew], None) == (crew,)


def test_the_digest_names_the_inputs_whatever_their_order() -> None:
    one, other = a_tote(1), a_tote(2, 3)

    assert digest(a_day(one, other)) == digest(a_day(other, one))
    assert digest(a_day(one, other)) != digest(a_day(one, replace(other, weight_grams=1)))


def test_a_plan_becomes_runs_whose_shares_add_up() -> None:
    inputs = a_day(a_tote(1, 2), a_tote(2, 2), a_tote(3, 3))
    problem = assignment_of(inputs).problem
    plan = solve(problem, Budget(seconds=1, steps=1))

    (run,) = runs_of(inputs, problem, plan)

    assert sorted(tote for stop in run.stops for tote in stop.tote_ids) == [1, 2, 3]
    assert sum(stop.metres_share for stop in run.stops) == run.route.metres == 30_000
    assert sum(stop.fen_share for stop in run.stops) == run.route.cost.total_fen
    assert sum(stop.leg_metres for stop in run.stops) == 20_000
    assert run.baseline_metres == 40_000
    first = run.stops[0]
    assert first.window == (
        datetime(2026, 11, 23, 1, tzinfo=UTC),
        datetime(2026, 11, 23, 4, tzinfo=UTC),
    )
    assert first.window[0] <= first.arrival < first.departure


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (10, [1, 1, 1], [4, 3, 3]),
        (7, [0, 0], [4, 3]),
        (100, [1, 0, 3], [25, 0, 75]),
        (0, [5, 5], [0, 0]),
    ],
)
def test_a_total_is_shared_out_exactly(total: int, weights: list[int], parts: list[int]) -> None:
    assert split(total, weights) == parts
