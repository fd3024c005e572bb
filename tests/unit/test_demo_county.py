"""The demo county is the same for the same date and seed, and its stock is never below zero."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.demo import facts
from app.demo.codes import CartonState
from app.demo.county import DEPOT, HOSPITAL, YUDU, places
from app.demo.history import days
from app.demo.plan import SEED, CountyPlan, Scope, county_plan
from app.demo.preparation import preparation_of
from app.demo.roads import legs
from app.kernel.local_time import local

TODAY = date(2026, 11, 22)
SMALL = Scope(townships=frozenset({"渔渡镇", "盐场镇"}), every_item=4)
CODES = 600


@pytest.fixture(scope="module")
def plan() -> CountyPlan:
    return county_plan(TODAY, CODES, scope=SMALL)


def test_the_same_date_and_seed_give_the_same_county(plan: CountyPlan) -> None:
    assert county_plan(TODAY, CODES, scope=SMALL) == plan


def test_another_seed_gives_another_year(plan: CountyPlan) -> None:
    other = county_plan(TODAY, CODES, seed=1, scope=SMALL)

    assert other.years != plan.years
    assert replace(other, seed=plan.seed).places == plan.places


def test_no_place_holds_less_than_nothing_at_any_time(plan: CountyPlan) -> None:
    for year in plan.years.values():
        held: defaultdict[tuple[tuple[str, str], str], int] = defaultdict(int)
        for move in year.movements:
            held[move.source, move.lot] -= move.quantity
            held[move.target, move.lot] += move.quantity
            assert move.quantity > 0
            assert move.source[1] != "stock" or held[move.source, move.lot] >= 0


def test_what_is_left_is_what_came_less_what_went(plan: CountyPlan) -> None:
    for year in plan.years.values():
        held: Counter[tuple[str, str]] = Counter()
        for move in year.movements:
            for spot, change in ((move.source, -move.quantity), (move.target, move.quantity)):
                if spot[1] == "stock":
                    held[spot[0], move.lot] += change
        left = {
            (facility, portion.lot): portion.quantity
            for facility, portions in year.left.items()
            for portion in portions
        }
        assert {key: quantity for key, quantity in held.items() if quantity} == left


def test_the_year_ends_yesterday(plan: CountyPlan) -> None:
    last = max(move.at for year in plan.years.values() for move in year.movements)

    assert last.date() == TODAY - timedelta(days=1)


def test_exactly_the_codes_asked_for_exist_and_none_twice(plan: CountyPlan) -> None:
    codes = [pack.code for pack in plan.codes.packs] + [box.code for box in plan.codes.cartons]

    assert len(plan.codes.packs) == CODES
    assert len(set(codes)) == len(codes)
    assert all(len(code) == 20 and 8_999_000 <= int(code[:7]) <= 8_999_999 for code in codes)


def test_the_codes_of_an_item_are_its_stock(plan: CountyPlan) -> None:
    announced = {box.code for box in plan.codes.cartons if box.state is CartonState.ANNOUNCED}
    coded = Counter(
        (pack.item, pack.facility) for pack in plan.codes.packs if pack.carton not in announced
    )
    stock = {
        (item.item, facility): sum(p.quantity for p in portions) // plan.rows[item.item].pack.units
        for item in plan.codes.items
        for facility, portions in plan.years[item.item].left.items()
        if portions
    }
    assert dict(coded) == stock


def test_some_lots_are_expired_some_nearly_and_some_held() -> None:
    whole = county_plan(TODAY, 0, scope=Scope(townships=frozenset({"渔渡镇"})))
    at_depot = {portion.lot for year in whole.years.values() for portion in year.left[DEPOT]}
    lots = [lot for year in whole.years.values() for lot in year.lots if lot.number in at_depot]

    assert any(lot.expires_on < TODAY for lot in lots)
    assert any(TODAY <= lot.expires_on < TODAY + timedelta(days=90) for lot in lots)
    assert any(lot.held_since for lot in lots)
    assert max(lot.expires_on for lot in lots) > TODAY + timedelta(days=600)


def test_every_village_has_a_township_centre_and_delivery_days() -> None:
    members = {place.fact.code: place for place in places()}

    assert len(members) == 203
    villages = [place for place in members.values() if place.is_village]
    assert len(villages) == 181
    assert all(
        members[place.fact.parent or ""].fact.kind == "township_clinic" for place in villages
    )
    assert all(place.windows for place in members.values() if place.fact.code != DEPOT)


def test_people_call_facilities_by_short_names() -> None:
    names = {place.fact.code: place.short_name for place in places()}

    assert (names[HOSPITAL], names[DEPOT], names[YUDU]) == ("县医院", "中心药房", "渔渡")


def test_every_weekday_serves_twenty_townships_and_about_sixty_villages() -> None:
    served = Counter(
        (place.is_village, window.weekday)
        for place in places()
        for window in place.windows
        if place.fact.code != HOSPITAL
    )

    assert all(served[False, weekday] == 20 for weekday in range(7))
    assert all(58 <= served[True, weekday] <= 62 for weekday in range(7))


def test_the_synthetic_roads_join_everybody() -> None:
    ways = {(leg.origin, leg.target): leg for leg in legs(facts.roads())}

    assert len(ways) == 203 * 202
    assert ways[DEPOT, YUDU].metres == ways[YUDU, DEPOT].metres
    assert 40_000 < ways[DEPOT, YUDU].metres < 45_000


def test_an_abdominal_scan_is_prepared_for_otherwise_than_a_head_scan() -> None:
    exams = {exam.code: exam for exam in facts.exams()}

    assert preparation_of(exams["CT-001"]) != preparation_of(exams["CT-019"])
    assert "起搏器" in preparation_of(exams["MR-049"]).zh


@pytest.mark.parametrize("weekday", range(7))
def test_whatever_day_it_is_vans_arrive_before_use_is_written_down(weekday: int) -> None:
    ways = {(leg.origin, leg.target): leg for leg in legs(facts.roads())}
    today = TODAY + timedelta(days=weekday)

    arrivals = [
        local(visit.arrived).time() for visit in days.visits(places(), today, SEED, ways).values()
    ]

    assert max(arrivals) < days.CONSUME_TIME
    assert min(arrivals) > days.RECEIPT_TIME
