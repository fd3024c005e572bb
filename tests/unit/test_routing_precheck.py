"""Orders nobody can deliver are named with the first reason, before any search."""

from dataclasses import replace

import pytest

from optimizer.routing.hours import Reload
from optimizer.routing.measures import Load, Span
from optimizer.routing.plan import Reason, Unassigned
from optimizer.routing.precheck import hopeless, precheck
from optimizer.routing.problem import CONTROLLED, NO_ROAD, Order, Site, Vehicle
from tests.factories.routing import DAY, EIGHT, NOON, SIX, a_day, a_site, a_vehicle, an_order

CLINIC = a_site("clinic", (EIGHT, NOON))
VAN = a_vehicle("van")
COLD_VAN = a_vehicle("cold-van", kilograms=20, cold=20)
MORPHINE = Order(id="morphine", site_id="clinic", skills=frozenset({CONTROLLED}))


@pytest.mark.parametrize(
    ("site", "order", "vehicles", "reason"),
    [
        pytest.param(CLINIC, an_order("dry", to="clinic"), [VAN], None, id="deliverable"),
        pytest.param(CLINIC, an_order("dry", to="clinic"), [], Reason.NO_VEHICLE, id="no-vehicle"),
        pytest.param(
            CLINIC,
            an_order("vaccine", to="clinic", cold=True),
            [VAN],
            Reason.NO_COLD_VEHICLE,
            id="no-cold-vehicle",
        ),
        pytest.param(CLINIC, MORPHINE, [VAN], Reason.NO_SKILL, id="no-escort"),
        pytest.param(
            CLINIC,
            MORPHINE,
            [VAN, a_vehicle("escorted", skills=[CONTROLLED, "tail-lift"])],
            None,
            id="escorted",
        ),
        pytest.param(
            CLINIC,
            an_order("bed", to="clinic", kilograms=101),
            [VAN],
            Reason.TOO_BIG,
            id="too-heavy",
        ),
        pytest.param(
            CLINIC,
            Order(id="foam", site_id="clinic", ambient=Load(grams=1, cm3=100_001)),
            [VAN],
            Reason.TOO_BIG,
            id="too-bulky",
        ),
        pytest.param(
            CLINIC,
            replace(an_order("mixed", to="clinic", kilograms=50), cold=Load(grams=1, cm3=1)),
            [VAN, COLD_VAN],
            Reason.TOO_BIG,
            id="room-and-cooling-are-in-different-vehicles",
        ),
        pytest.param(
            a_site("clinic", (EIGHT, EIGHT + 599)),
            an_order("dry", to="clinic"),
            [VAN],
            Reason.WINDOW_UNREACHABLE,
            id="closed-before-anyone-can-be-there",
        ),
        pytest.param(
            a_site("clinic", (SIX + 1, SIX + 2)),
            an_order("dry", to="clinic"),
            [VAN],
            Reason.WINDOW_UNREACHABLE,
            id="opens-after-hours",
        ),
        pytest.param(
            a_site("clinic", (SIX - 600, SIX)),
            an_order("dry", to="clinic"),
            [VAN],
            Reason.OUTSIDE_EVERY_SHIFT,
            id="cannot-be-back-in-time",
        ),
        pytest.param(
            a_site("clinic", (EIGHT, EIGHT + 60), (NOON, NOON + 60)),
            an_order("dry", to="clinic"),
            [VAN],
            None,
            id="second-window",
        ),
        pytest.param(
            a_site("clinic"),
            an_order("dry", to="clinic"),
            [a_vehicle("part-time", shift=Span(earliest=EIGHT, latest=EIGHT + 1499))],
            Reason.OUTSIDE_EVERY_SHIFT,
            id="shift-too-short",
        ),
        pytest.param(
            a_site("clinic"),
            an_order("dry", to="clinic"),
            [a_vehicle("part-time", shift=Span(earliest=EIGHT, latest=EIGHT + 1500))],
            None,
            id="shift-just-long-enough",
        ),
        pytest.param(
            a_site("clinic", (SIX - 600, SIX)),
            an_order("dry", to="clinic"),
            [replace(VAN, overtime_seconds=600)],
            None,
            id="back-in-overtime",
        ),
        pytest.param(
            CLINIC,
            replace(an_order("dry", to="clinic"), vehicle_id="broken-down"),
            [VAN],
            Reason.VEHICLE_AWAY,
            id="its-vehicle-is-away",
        ),
        pytest.param(
            CLINIC,
            an_order("dry", to="clinic"),
            [replace(VAN, under_way=True)],
            Reason.ALL_GONE,
            id="everybody-has-left",
        ),
        pytest.param(
            CLINIC,
            an_order("dry", to="clinic"),
            [replace(VAN, under_way=True, reload=Reload(site_id="depot", seconds=60))],
            None,
            id="comes-back-for-it",
        ),
        pytest.param(
            CLINIC,
            Order(id="morphine", site_id="clinic", boxed=Load(grams=1)),
            [VAN],
            Reason.NO_BOX,
            id="no-locked-box",
        ),
        pytest.param(
            CLINIC,
            Order(id="morphine", site_id="clinic", boxed=Load(grams=2)),
            [replace(VAN, boxed=Load(grams=1))],
            Reason.TOO_BIG,
            id="box-too-small",
        ),
        pytest.param(
            CLINIC,
            replace(an_order("trays", to="clinic"), collected=True, soiled=True),
            [replace(VAN, soiled=Load(grams=1, cm3=1))],
            Reason.TOO_BIG,
            id="rack-for-used-trays-too-small",
        ),
    ],
)
def test_the_first_unmet_need_is_the_reason(
    site: Site, order: Order, vehicles: list[Vehicle], reason: Reason | None
) -> None:
    day = a_day([site], [order], *vehicles)

    assert hopeless(day, order) is reason


def test_a_site_that_no_road_reaches_is_said_to_be_unreachable() -> None:
    day = a_day([CLINIC], [an_order("dry", to="clinic")], VAN)
    closed = replace(day.roads, seconds=((0, 600), (NO_ROAD, 0)))

    assert hopeless(replace(day, roads=closed), day.orders[0]) is Reason.UNREACHABLE


def test_a_vehicle_with_roads_of_its_own_may_get_there() -> None:
    truck = replace(VAN, profile="truck")
    day = a_day([CLINIC], [an_order("dry", to="clinic")], VAN)
    closed = replace(day.roads, seconds=((0, NO_ROAD), (NO_ROAD, 0)))
    both = replace(day, roads=closed, other_roads={"truck": day.roads})

    assert hopeless(replace(both, vehicles=(VAN,)), day.orders[0]) is Reason.UNREACHABLE
    assert hopeless(replace(both, vehicles=(truck,)), day.orders[0]) is None


def test_only_the_hopeless_orders_are_named() -> None:
    day = a_day(
        [CLINIC],
        [an_order("dry", to="clinic"), an_order("vaccine", to="clinic", cold=True)],
        a_vehicle("van", shift=DAY),
    )

    assert precheck(day) == (Unassigned(order_id="vaccine", reason=Reason.NO_COLD_VEHICLE),)
