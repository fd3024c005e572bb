"""What the router refuses to be asked."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from optimizer.routing.budget import Budget
from optimizer.routing.hours import Reload, Rest
from optimizer.routing.measures import Load, Span
from optimizer.routing.problem import CostCard, Order, Problem, Roads, Site
from tests.factories.routing import a_day, a_road, a_site, a_vehicle, an_order

CLINIC = a_site("clinic")
ORDER = an_order("dry", to="clinic")


def roads(metres: list[list[int]], seconds: list[list[int]], provenance: str = "test") -> Roads:
    return Roads(
        metres=tuple(map(tuple, metres)),
        seconds=tuple(map(tuple, seconds)),
        provenance=provenance,
    )


@pytest.mark.parametrize(
    ("build", "complaint"),
    [
        pytest.param(lambda: Load(grams=-1), "grams must be a whole number", id="negative-load"),
        pytest.param(lambda: Load(cm3=2**40), "cm3 must be a whole number", id="huge-load"),
        pytest.param(lambda: Span(earliest=2, latest=1), "must not end before", id="reversed"),
        pytest.param(lambda: CostCard(fen_per_km=-1), "fen_per_km must be", id="paid-to-drive"),
        pytest.param(lambda: Site(id="x", lat=91, lon=0), "x is not on Earth", id="latitude"),
        pytest.param(lambda: Site(id="x", lat=0, lon=-181), "not on Earth", id="longitude"),
        pytest.param(lambda: Site(id="x", lat=float("nan"), lon=0), "not on Earth", id="nan"),
        pytest.param(lambda: a_site("x", (5, 9), (9, 12)), "overlap", id="windows-touch"),
        pytest.param(lambda: a_site("x", service_seconds=-1), "service_seconds", id="service"),
        pytest.param(
            lambda: Order(id="o", site_id="x", priority=101), "must be 0 to 100", id="priority"
        ),
        pytest.param(lambda: roads([[0]], [[0]], ""), "where their figures", id="no-source"),
        pytest.param(lambda: roads([[0, 1]], [[0]]), "metres must be 1 x 1", id="not-square"),
        pytest.param(lambda: roads([[0]], [[0], [0]]), "seconds must be 1 x 1", id="unequal"),
        pytest.param(lambda: roads([[-1]], [[0]]), "metres must hold whole", id="negative-road"),
        pytest.param(lambda: a_day([CLINIC, CLINIC], []), "two sites are called", id="site-twice"),
        pytest.param(lambda: a_day([CLINIC], [ORDER, ORDER]), "two orders", id="order-twice"),
        pytest.param(
            lambda: a_day([], [], a_vehicle("v"), a_vehicle("v")), "two vehicles", id="van-twice"
        ),
        pytest.param(lambda: a_day([a_site("")], []), "a site has no id", id="nameless"),
        pytest.param(lambda: a_day([], [ORDER]), "order dry names the unknown site", id="nowhere"),
        pytest.param(
            lambda: Problem(
                sites=(CLINIC,), orders=(), vehicles=(a_vehicle("v"),), roads=a_road(1)
            ),
            "vehicle v names the unknown site depot",
            id="no-depot",
        ),
        pytest.param(
            lambda: Problem(sites=(CLINIC,), orders=(), vehicles=(), roads=a_road(2)),
            "1 sites need matrices of 1 x 1",
            id="wrong-size",
        ),
        pytest.param(
            lambda: Order(id="o", site_id="x", soiled=True), "only be collected", id="soiled"
        ),
        pytest.param(
            lambda: Order(id="o", site_id="x", soiled=True, collected=True, cold=Load(grams=1)),
            "not be cooled",
            id="soiled-cold",
        ),
        pytest.param(lambda: Site(id="x", lat=0, lon=0, due=-1), "due must be", id="due"),
        pytest.param(lambda: Rest(rest_seconds=0), "must last some time", id="no-rest"),
        pytest.param(lambda: Reload(site_id="x", most=0), "allowed it once", id="no-reload"),
        pytest.param(
            lambda: a_day([], [], replace(a_vehicle("v"), profile="truck")),
            "vehicle v drives by the unknown profile truck",
            id="no-profile",
        ),
        pytest.param(
            lambda: a_day([], [], replace(a_vehicle("v"), reload=Reload(site_id="x"))),
            "vehicle v names the unknown site x",
            id="reload-nowhere",
        ),
        pytest.param(lambda: Budget(seconds=0), "some time", id="no-time"),
        pytest.param(lambda: Budget(seconds=1, steps=0), "at least one step", id="no-steps"),
    ],
)
def test_nonsense_is_refused_by_name(build: Callable[[], object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        build()


def test_whole_numbers_are_meant_literally() -> None:
    with pytest.raises(ValueError, match=r"not 1\.5"):
        Load(**json.loads('{"grams": 1.5}'))
