"""Orders nobody can deliver are named with the first reason, before any search."""

from dataclasses import replace

import pytest

from optimizer.routing.measures import Load, Span
from optimizer.routing.plan import Reason, Unassigned
from optimizer.routing.precheck import hopeless, precheck
from optimizer.routing.problem import CONTROLLED, Order, Site, Vehicle
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
    ],
)
def test_the_first_unmet_need_is_the_reason(
    site: Site, order: Order, vehicles: list[Vehicle], reason: Reason | None
) -> None:
    day = a_day([site], [order], *vehicles)

    assert hopeless(day, order) is reason


def test_only_the_hopeless_orders_are_named() -> None:
    day = a_day(
        [CLINIC],
        [an_order("dry", to="clinic"), an_order("vaccine", to="clinic", cold=True)],
        a_vehicle("van", shift=DAY),
    )

    assert precheck(day) == (Unassigned(order_id="vaccine", reason=Reason.NO_COLD_VEHICLE),)
