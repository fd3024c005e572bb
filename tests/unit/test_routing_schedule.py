"""A run's timetable is feasible, and wastes no paid minute."""

from itertools import pairwise

import numpy as np
import pytest

from optimizer.routing.measures import Span
from optimizer.routing.problem import Site
from optimizer.routing.schedule import Call, earliest, shortest, timetable
from tests.factories.routing import EIGHT, NOON, SIX, a_day, a_site, a_vehicle

VAN = a_vehicle("van")


def test_the_van_leaves_late_rather_than_waits() -> None:
    day = a_day([a_site("clinic", (NOON, SIX))], [], VAN)

    table = shortest(day, VAN, ["clinic"])

    assert table is not None
    assert table.leave == NOON - 600
    assert table.calls == (Call(arrive=NOON, start=NOON, leave=NOON + 300),)
    assert table.seconds == 1500


def test_of_equally_short_runs_the_earliest_is_taken() -> None:
    day = a_day([a_site("clinic")], [], VAN)

    table = shortest(day, VAN, ["clinic"])

    assert table is not None
    assert table.leave == EIGHT


def test_the_second_window_is_used_when_the_first_is_missed() -> None:
    day = a_day([a_site("clinic", (EIGHT, EIGHT + 10), (NOON, SIX))], [], VAN)

    table = earliest(day, VAN, ["clinic"])

    assert table is not None
    assert table.calls[0] == Call(arrive=EIGHT + 600, start=NOON, leave=NOON + 300)


@pytest.mark.parametrize(
    "site",
    [
        pytest.param(a_site("clinic", (EIGHT, EIGHT + 10)), id="closed"),
        pytest.param(a_site("clinic", (SIX - 60, SIX)), id="back-too-late"),
    ],
)
def test_an_impossible_run_has_no_timetable(site: Site) -> None:
    day = a_day([site], [], VAN)

    assert earliest(day, VAN, ["clinic"]) is None
    assert shortest(day, VAN, ["clinic"]) is None


def test_no_departure_of_the_day_gives_a_shorter_run() -> None:
    chance = np.random.default_rng(5)
    shift = Span(earliest=0, latest=9000)
    van = a_vehicle("van", shift=shift)
    for _ in range(20):
        opened = np.sort(chance.choice(8000, size=(3, 4), replace=False)).tolist()
        sites = [
            a_site(f"site-{number}", (a, b), (c, d), service_seconds=int(chance.integers(100)))
            for number, (a, b, c, d) in enumerate(opened)
        ]
        day = a_day(sites, [], van)
        names = [site.id for site in sites]

        tables = [timetable(day, van, names, leave=leave) for leave in range(0, 9001, 10)]
        best = shortest(day, van, names)

        lengths = [table.seconds for table in tables if table is not None]
        assert (best is None) == (not lengths)
        assert best is None or all(best.seconds <= length for length in lengths)


def test_the_moments_of_a_run_follow_each_other() -> None:
    day = a_day([a_site("near"), a_site("far", (NOON, SIX))], [], VAN)

    table = shortest(day, VAN, ["near", "far"])

    assert table is not None
    moments = [
        table.leave,
        *(moment for call in table.calls for moment in (call.arrive, call.start, call.leave)),
        table.back,
    ]
    assert all(before <= after for before, after in pairwise(moments))
