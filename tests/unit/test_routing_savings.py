from dataclasses import replace

import pytest

from optimizer.routing.budget import Budget
from optimizer.routing.measures import NOTHING, Load
from optimizer.routing.savings.inputs import (
    Day,
    Drop,
    Fleet,
    Ground,
    Prices,
    Recorded,
    Way,
    regrouped,
)
from optimizer.routing.savings.report import Report, band, report
from optimizer.routing.savings.sides import Side
from optimizer.routing.savings.study import DayFigures, Incomplete, Study, figures
from optimizer.routing.savings.wording import lines_of
from optimizer.spreading import Inline, Stopped
from tests.factories.routing import DAY, LEG_METRES, a_road, a_site

PRICES = Prices(
    fen_per_vehicle_day=10_000,
    fen_per_driver_hour=3_600,
    fen_per_km=100,
    fen_per_stop=200,
    cold_fen_per_day=5_000,
    cold_fen_per_km=10,
    hub_fen_per_line=50,
    linehaul_fen_per_day=8_000,
    linehaul_fen_per_km=100,
)
FLEET = Fleet(
    plain=Load(grams=100_000, cm3=100_000),
    cold_ambient=Load(grams=100_000, cm3=100_000),
    cold=Load(grams=50_000, cm3=50_000),
    shift=DAY,
)
GROUND = Ground(
    sites=(a_site("hub", service_seconds=0), *(a_site(name) for name in "abcd")),
    hub="hub",
    roads=a_road(5),
    fleet=FLEET,
    prices=PRICES,
    haul={name: Way(metres=20_000, seconds=1_800) for name in ("one", "two", "three")},
)
KILO = Load(grams=1000, cm3=1000)
BUDGET = Budget(seconds=60, seed=1, steps=5)


def a_drop(supplier: str, site: str, *, lines: int = 2, cold: bool = False) -> Drop:
    warm = Drop(supplier=supplier, site_id=site, lines=lines, ambient=KILO)
    return replace(warm, ambient=NOTHING, cold=KILO) if cold else warm


def a_day(*suppliers: str, name: str = "Monday") -> Day:
    """Every supplier delivers to every site."""
    drops = tuple(a_drop(supplier, site) for supplier in suppliers for site in "abcd")
    return Day(name=name, drops=drops)


def a_study(*days: Day, counts: tuple[int, ...] = (1, 2), headline: int = 2) -> Study:
    return Study(ground=GROUND, days=days, counts=counts, headline=headline, budget=BUDGET)


def studied(study: Study) -> tuple[list[DayFigures], Report]:
    days = figures(study, Inline())
    return days, report(study, days)


def test_two_suppliers_on_the_same_road_drive_it_twice() -> None:
    (day,), found = studied(a_study(a_day("one", "two")))
    there_and_back = 2 * 4 * LEG_METRES
    assert (day.unified.metres, day.separate[2].metres) == (there_and_back, 2 * there_and_back)
    assert (day.unified.vehicles, day.separate[2].vehicles) == (1, 2)
    assert (day.unified.stops, day.separate[2].stops) == (4, 8)
    assert day.separate[2].transport_fen == 2 * day.unified.transport_fen
    two = found.savings[1]
    assert two.transport.median == two.kilometres.median == two.hand_overs.median == 0.5


def test_the_store_and_the_line_haul_are_charged() -> None:
    (day,), found = studied(a_study(a_day("one", "two")))
    trip = 8_000 + 40 * 100 + 3_600 + 200
    assert (day.lines, day.hub_fen) == (16, 16 * 50)
    assert day.haul_fen == {1: trip, 2: 2 * trip}
    together, alone = day.unified.transport_fen, day.separate[2].transport_fen
    cost = together + day.hub_fen + 2 * trip
    two = found.savings[1]
    assert two.full.median == round(1 - cost / (alone + 2 * trip), 4)
    assert two.strict.median == round(1 - cost / alone, 4)
    assert two.strict.median < two.full.median < two.transport.median
    assert (two.separate_fen, two.unified_fen) == (alone + 2 * trip, cost)


def test_one_supplier_alone_saves_nothing_and_pays_the_store() -> None:
    (day,), found = studied(a_study(a_day("one", "two")))
    one = found.savings[0]
    assert day.separate[1] == day.unified
    assert one.transport.median == 0
    assert one.full.median < 0
    assert found.goal_reached_at in (2, None)


def test_the_handling_that_the_goal_bears_makes_the_saving_exactly_thirty_percent() -> None:
    (day,), found = studied(a_study(a_day("one", "two")))
    bearable = found.savings[1].hub_fen_per_line_at_goal.median
    baseline = day.separate[2].transport_fen + day.haul_fen[2]
    cost = day.unified.transport_fen + day.haul_fen[2] + bearable * day.lines
    assert 1 - cost / baseline == pytest.approx(0.3)


def test_the_split_adds_up_from_the_status_quo_to_the_unified_cost() -> None:
    _, found = studied(a_study(a_day("one", "two")))
    total = 0
    for step in found.split:
        total += step.change_fen
        assert step.after_fen == total
    assert total == found.savings[1].unified_fen
    assert [step.name for step in found.split] == [
        "status-quo",
        "optimisation",
        "consolidation",
        "hub",
    ]


def test_cold_goods_take_the_dearer_vehicle_and_count_as_breach_when_long_on_the_road() -> None:
    drops = (a_drop("one", "d", cold=True),)
    near = a_study(Day(name="Monday", drops=drops), counts=(1,), headline=1)
    hasty = replace(near, ground=replace(GROUND, fleet=replace(FLEET, cold_limit_seconds=1_800)))
    (day,), _ = studied(near)
    assert (day.unified.vehicle_fen, day.unified.distance_fen) == (15_000, 80 * 110)
    assert (day.unified.cold_drops, day.unified.cold_breaches) == (1, 0)
    assert day.fetching.cold_breaches == 1
    assert studied(hasty)[0][0].unified.cold_breaches == 1


def test_what_cannot_be_delivered_is_late_on_every_side() -> None:
    heavy = Drop(supplier="one", site_id="a", lines=1, ambient=Load(grams=200_000, cm3=1))
    (day,), _ = studied(a_study(replace(a_day("one", "two"), drops=(heavy, a_drop("two", "b")))))
    for side in (day.unified, day.separate[2], day.unified_nearest):
        assert (side.drops, side.on_time) == (2, 1)


def test_vehicles_are_added_until_everything_is_served() -> None:
    full = Load(grams=90_000, cm3=1)
    drops = tuple(
        Drop(supplier="one", site_id=site, lines=1, ambient=full) for site in "abcd" for _ in "xxx"
    )
    (day,), _ = studied(a_study(Day(name="Monday", drops=drops), counts=(1,), headline=1))
    assert (day.unified.on_time, day.unified.vehicles) == (12, 12)


def test_recorded_runs_are_priced_by_the_same_card() -> None:
    driven = Recorded(
        vehicles=3,
        cold_vehicles=1,
        metres=100_000,
        cold_metres=20_000,
        seconds=7_200,
        stops=5,
        promised=10,
        on_time=9,
    )
    _, found = studied(a_study(replace(a_day("one", "two"), recorded=driven)))
    assert found.recorded == Side(
        distance_fen=80 * 100 + 20 * 110,
        driver_fen=7_200,
        vehicle_fen=2 * 10_000 + 15_000,
        stop_fen=1_000,
        metres=100_000,
        vehicles=3,
        stops=5,
        drops=10,
        on_time=9,
        problems=1,
    )


def test_fewer_suppliers_are_dealt_out_by_their_lines() -> None:
    drops = (a_drop("one", "a", lines=1), a_drop("two", "a", lines=9), a_drop("three", "a"))
    days = [Day(name="Monday", drops=drops)]
    assert regrouped(days, 2) == {"two": "two", "three": "three", "one": "two"}
    assert regrouped(days, 3) == {name: name for name in ("one", "two", "three")}


def test_the_same_steps_and_seed_give_the_same_report() -> None:
    study = a_study(a_day("one", "two"), a_day("one", "two", "three", name="Tuesday"))
    assert studied(study) == studied(study)


def test_a_band_is_the_median_and_the_outer_tenths() -> None:
    found = band(float(number) for number in range(11))
    assert (found.low, found.median, found.high) == (1.0, 5.0, 9.0)
    assert band([0.25]).low == band([0.25]).high == 0.25


def test_a_listener_hears_every_plan_and_may_stop() -> None:
    heard: list[tuple[int, int]] = []

    def hear(done: int, of: int) -> bool:
        heard.append((done, of))
        return True

    figures(a_study(a_day("one", "two")), Inline(), hear)
    assert [done for done, _ in heard] == list(range(1, heard[-1][1] + 1))
    with pytest.raises(Stopped):
        figures(a_study(a_day("one", "two")), Inline(), lambda *_: False)


def test_a_side_that_fails_leaves_nothing_to_compare() -> None:
    nowhere = Day(name="Monday", drops=(a_drop("one", "nowhere"),))
    with pytest.raises(Incomplete, match="Monday"):
        figures(a_study(nowhere, counts=(1,), headline=1), Inline())


def test_a_study_needs_days_with_goods_and_a_headline_among_its_counts() -> None:
    for days, counts in (((), (2,)), ((Day(name="x", drops=()),), (2,)), ((a_day("one"),), (1,))):
        with pytest.raises(ValueError, match=r"needs|headline"):
            a_study(*days, counts=counts)
    with pytest.raises(ValueError, match="hub"):
        replace(GROUND, hub="nowhere")


def test_the_tables_name_every_side_and_the_goal() -> None:
    _, found = studied(a_study(a_day("one", "two")))
    text = "\n".join(lines_of(found))
    for word in ("suppliers alone", "together", "fetching", "consolidation", "30 % reached at"):
        assert word in text
