"""From who visits whom to a timed and priced plan."""

from collections.abc import Sequence
from dataclasses import replace

from optimizer.routing.check import violations
from optimizer.routing.drafting import complete
from optimizer.routing.measures import Span
from optimizer.routing.plan import Plan, Reason
from optimizer.routing.problem import CONTROLLED, Order, Problem
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


def reasons(plan: Plan) -> dict[str, Reason]:
    return {one.order_id: one.reason for one in plan.unassigned}


def bundles(day: Problem, orders: Sequence[Order]) -> list[tuple[str, ...]]:
    return [visit.order_ids for visit in bundle(day, orders)]


def test_a_draft_becomes_the_plan_worked_out_by_hand() -> None:
    draft = {"van": [visit_for(order) for order in TWO_CLINICS.orders]}

    assert complete(TWO_CLINICS, draft) == BOTH_SERVED


def test_forgotten_orders_are_put_where_they_fit() -> None:
    plan = complete(TWO_CLINICS, {})

    assert violations(TWO_CLINICS, plan) == ()
    assert plan.cost == BOTH_SERVED.cost


def test_visits_in_a_row_at_one_site_are_one_stop() -> None:
    orders = [an_order("dry", to="near"), an_order("vaccine", to="near", cold=True)]
    day = replace(TWO_CLINICS, orders=tuple(orders))

    plan = complete(day, {"van": [visit_for(order) for order in orders]})

    assert [stop.order_ids for stop in plan.routes[0].stops] == [("dry", "vaccine")]
    assert violations(day, plan) == ()


def test_the_urgent_order_gets_the_last_room() -> None:
    usual = an_order("usual", to="near", kilograms=80)
    urgent = replace(an_order("urgent", to="near", kilograms=80), priority=50)
    day = a_day([a_site("near")], [usual, urgent], a_vehicle("van"))

    plan = complete(day, {})

    assert reasons(plan) == {"usual": Reason.FLEET_FULL}
    assert violations(day, plan) == ()


def test_an_order_there_is_no_time_for_says_so() -> None:
    day = a_day(
        [a_site("near"), a_site("far")],
        [an_order("dry", to="near"), an_order("more", to="far")],
        a_vehicle("van", shift=Span(earliest=EIGHT, latest=EIGHT + 2700)),
    )

    assert reasons(complete(day, {"van": [visit_for(day.orders[1])]})) == {
        "dry": Reason.NO_TIME_LEFT
    }


def test_what_a_draft_cannot_do_is_left_behind_with_its_reason() -> None:
    day = a_day(
        [a_site("near", (EIGHT, EIGHT)), a_site("far")],
        [an_order("dry", to="near"), an_order("more", to="far")],
        a_vehicle("van"),
    )

    plan = complete(day, {"van": [visit_for(order) for order in day.orders]})

    assert violations(day, plan) == ()
    assert reasons(plan) == {"dry": Reason.WINDOW_UNREACHABLE}


def test_a_visit_there_is_no_time_for_goes_to_another_vehicle() -> None:
    sites = [a_site(name, (EIGHT, EIGHT + 1900)) for name in ("a", "b", "c")]
    orders = [an_order(name, to=name) for name in ("a", "b", "c")]
    day = a_day(sites, orders, a_vehicle("van"), a_vehicle("other"))

    plan = complete(day, {"van": [visit_for(order) for order in reversed(orders)]})

    assert violations(day, plan) == ()
    assert reasons(plan) == {}
    assert {route.vehicle_id for route in plan.routes} == {"van", "other"}


def test_like_orders_of_a_site_are_bundled_and_unlike_ones_are_not() -> None:
    dry, more = an_order("dry", to="near"), an_order("more", to="near")
    cold = an_order("vaccine", to="near", cold=True)
    locked = replace(an_order("morphine", to="near"), skills=frozenset({CONTROLLED}))
    other = an_order("other", to="far")
    day = a_day(
        [a_site("near"), a_site("far")],
        [cold, dry, other, locked, more],
        a_vehicle("van", cold=20, skills=[CONTROLLED]),
    )

    assert bundles(day, day.orders) == [("other",), ("dry", "more"), ("morphine",), ("vaccine",)]


def test_a_bundle_never_outgrows_every_vehicle() -> None:
    orders = [an_order(f"tote-{n}", to="near", kilograms=40) for n in range(5)]
    day = a_day([a_site("near", (EIGHT, NOON))], orders, a_vehicle("van"))

    assert bundles(day, orders) == [("tote-0", "tote-1"), ("tote-2", "tote-3"), ("tote-4",)]
