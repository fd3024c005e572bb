"""Drives: estimated, calibrated, closed, slowed, entered, and asked for in blocks."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.ids import FacilityId, RoadConditionId
from app.network.rules.calibration import PRIOR_LEGS, DrivenLeg, calibrate
from app.network.rules.conditions import Condition, ConditionKind, under
from app.network.rules.great_circle import (
    ACCESS_SECONDS,
    CLASSES,
    GreatCircle,
    Sector,
    Terrain,
)
from app.network.rules.provenance import Provenance
from app.network.rules.roads import (
    MOST_PLACES,
    UNKNOWN,
    Block,
    Drive,
    EnteredDrives,
    RoadPoint,
    RoadTable,
    blocks_of,
    filled,
    nothing_known,
    shortest,
)
from app.network.rules.sheets import Fault, read_sheet

DEPOT, NEAR, FAR = FacilityId(1), FacilityId(2), FacilityId(3)
KM = 1 / 111.195
"""A kilometre northwards, in degrees."""


def a_point(one: FacilityId, km: float, town: str, altitude: int | None = None) -> RoadPoint:
    return RoadPoint(
        id=one, latitude=32 + km * KM, longitude=108, altitude_metres=altitude, township=town
    )


POINTS = [a_point(DEPOT, 0, "城关"), a_point(NEAR, 10, "渔渡"), a_point(FAR, 30, "盐场")]


def a_circle(**sectors: Sector) -> GreatCircle:
    return GreatCircle(depot=(32, 108), sectors=sectors)


def a_table(*rows: tuple[int, ...]) -> RoadTable:
    seconds = np.array(rows, dtype=np.int64)
    return RoadTable(metres=np.where(seconds < 0, UNKNOWN, seconds * 10), seconds=seconds)


@pytest.mark.parametrize("terrain", list(Terrain))
def test_an_estimate_is_the_great_circle_with_the_detour_and_speed_of_its_class(
    terrain: Terrain,
) -> None:
    table = a_circle(渔渡=Sector(terrain=terrain)).table(POINTS, POINTS)

    road = CLASSES[terrain]
    metres = 10_000 * road.detour_percent / 100
    assert table.metres[0, 1] == pytest.approx(metres, abs=2)
    driven = metres / 1_000 / road.km_per_hour * 3_600
    assert table.seconds[0, 1] == pytest.approx(driven + ACCESS_SECONDS, abs=2)
    assert table.seconds[0, 0] == table.metres[0, 0] == 0
    assert table.seconds.dtype == table.metres.dtype == np.int64


def test_a_drive_belongs_to_the_township_farther_from_the_depot_whichever_way_it_goes() -> None:
    slow = a_circle(盐场=Sector(factor_permille=2_000)).table(POINTS, POINTS)
    usual = a_circle().table(POINTS, POINTS)

    assert slow.seconds[0, 1] == usual.seconds[0, 1]
    for here, there in ((1, 2), (2, 1)):
        drive = usual.seconds[here, there] - ACCESS_SECONDS
        assert slow.seconds[here, there] == pytest.approx(2 * drive + ACCESS_SECONDS, abs=2)
        assert a_circle().sector(POINTS[here], POINTS[there]) == "盐场"


def test_a_climb_takes_longer_than_the_way_down_and_only_where_altitudes_are_known() -> None:
    low, high = a_point(DEPOT, 0, "城关", 500), a_point(NEAR, 10, "渔渡", 1_950)
    table = a_circle().table([low, high], [low, high])

    flat = a_circle().table(POINTS, POINTS).seconds[0, 1]
    assert table.seconds[1, 0] == flat
    up = (flat - ACCESS_SECONDS) * 1.1 + ACCESS_SECONDS  # 100 m in each of 14.5 km
    assert table.seconds[0, 1] == pytest.approx(up, abs=2)


def test_the_name_of_an_estimate_changes_with_its_factors_and_not_with_their_order() -> None:
    one, other = Sector(terrain=Terrain.PLAIN), Sector(factor_permille=1_100)

    assert a_circle(a=one, b=other).name == a_circle(b=other, a=one).name
    assert a_circle(a=one).name != a_circle(a=other).name


def test_few_drives_move_the_factor_little_and_many_move_it_far() -> None:
    estimate = int(a_circle().table(POINTS, POINTS).seconds[0, 1])
    double = 2 * (estimate - ACCESS_SECONDS) + ACCESS_SECONDS
    leg = DrivenLeg(origin_id=DEPOT, target_id=NEAR, seconds=double)

    few = calibrate(a_circle(), POINTS, [leg] * 5)["渔渡"]
    many = calibrate(a_circle(), POINTS, [leg] * 180)["渔渡"]

    assert (few.legs, few.median_permille, few.factor_permille) == (5, 2_000, 1_200)
    assert many.factor_permille == pytest.approx(1_000 + 1_000 * 180 / (180 + PRIOR_LEGS))


def test_lunches_double_scans_and_unknown_places_do_not_calibrate() -> None:
    estimate = int(a_circle().table(POINTS, POINTS).seconds[0, 1])
    usual = DrivenLeg(origin_id=DEPOT, target_id=NEAR, seconds=estimate)
    odd = [
        replace(usual, seconds=20),
        replace(usual, seconds=estimate * 9),
        replace(usual, target_id=DEPOT),
        replace(usual, target_id=FacilityId(99)),
    ]

    told = calibrate(a_circle(), POINTS, [*odd, usual])

    assert told.keys() == {"渔渡"}
    assert (told["渔渡"].legs, told["渔渡"].factor_permille) == (1, 1_000)


def a_condition(kind: ConditionKind, **where: object) -> Condition:
    return Condition(id=RoadConditionId(7), kind=kind, **where)  # type: ignore[arg-type]


def test_a_closed_road_is_closed_both_ways_and_the_way_leads_round() -> None:
    table = a_table((0, 10, 90), (11, 0, 20), (91, 21, 0))
    closed = a_condition(ConditionKind.CLOSED, origin_id=DEPOT, target_id=NEAR)

    shut = under(table, POINTS, a_circle().terrains(POINTS, POINTS), [closed])
    assert (shut.seconds[0, 1], shut.metres[1, 0]) == (UNKNOWN, UNKNOWN)

    round_about = shortest(shut)
    assert (round_about.seconds[0, 1], round_about.seconds[1, 0]) == (90 + 21, 20 + 91)
    assert round_about.metres[0, 1] == 10 * (90 + 21)
    assert table.seconds[0, 1] == 10


def test_a_township_cut_off_is_unreachable_from_everywhere() -> None:
    table = a_table((0, 10, 90), (11, 0, 20), (91, 21, 0))
    cut = a_condition(ConditionKind.CUT_OFF, township="盐场")

    round_about = shortest(under(table, POINTS, a_circle().terrains(POINTS, POINTS), [cut]))

    assert round_about.seconds[:, 2].tolist() == [UNKNOWN, UNKNOWN, 0]
    assert round_about.metres[2].tolist() == [UNKNOWN, UNKNOWN, 0]
    assert round_about.seconds[0, 1] == 10


def test_a_slow_season_slows_its_terrain_only() -> None:
    table = a_table((0, 10, 90), (11, 0, 20), (91, 21, 0))
    circle = a_circle(盐场=Sector(terrain=Terrain.MOUNTAIN))
    fog = a_condition(ConditionKind.SLOW, terrain=Terrain.MOUNTAIN, speed_percent=70)

    slow = under(table, POINTS, circle.terrains(POINTS, POINTS), [fog])

    assert slow.seconds.tolist() == [[0, 10, 129], [11, 0, 29], [130, 30, 0]]
    assert slow.metres.tolist() == table.metres.tolist()
    everywhere = replace(fog, terrain=None)
    assert under(table, POINTS, circle.terrains(POINTS, POINTS), [everywhere]).seconds[0, 1] == 15


@given(
    st.integers(2, 7).flatmap(
        lambda size: st.lists(
            st.lists(st.integers(-1, 500), min_size=size, max_size=size),
            min_size=size,
            max_size=size,
        )
    )
)
def test_no_shortcut_is_left_in_shortest_ways(rows: list[list[int]]) -> None:
    seconds = np.array(rows, dtype=np.int64)
    np.fill_diagonal(seconds, 0)
    ways = shortest(RoadTable(metres=np.where(seconds < 0, UNKNOWN, seconds), seconds=seconds))

    known = np.where(ways.seconds == UNKNOWN, 10**9, ways.seconds)
    for by in range(len(rows)):
        assert (known <= known[:, by, None] + known[None, by, :]).all()
    assert (ways.metres == ways.seconds).all()


def test_the_first_source_that_knows_a_drive_gives_it() -> None:
    table = nothing_known(3, 3)
    first = EnteredDrives(
        name="表",
        drives=[
            Drive(origin_id=DEPOT, target_id=NEAR, seconds=5, metres=6),
            Drive(origin_id=DEPOT, target_id=FacilityId(99), seconds=5, metres=6),
        ],
    )

    assert filled(table, first.table(POINTS, POINTS)) == 1
    assert filled(table, a_circle().table(POINTS, POINTS)) == 8
    assert (table.seconds[0, 1], table.metres[0, 1]) == (5, 6)


def ids(*numbers: int) -> frozenset[FacilityId]:
    return frozenset(map(FacilityId, numbers))


@pytest.mark.parametrize("places", [2, 60, 99, 201])
def test_every_missing_drive_is_asked_for_in_blocks_of_at_most_a_hundred_places(
    places: int,
) -> None:
    everyone = ids(*range(places))
    missing = {one: everyone - {one} for one in everyone}

    asked = set()
    for block in blocks_of(missing):
        assert len({*block.origins}) + len({*block.targets}) <= MOST_PLACES
        asked |= {(origin, target) for origin in block.origins for target in block.targets}

    assert asked >= {(origin, target) for origin in missing for target in missing[origin]}


def test_a_new_place_costs_its_own_row_and_column() -> None:
    old = ids(*range(1, 151))
    new = FacilityId(500)
    missing = {new: old} | {one: ids(500) for one in old}

    blocks = list(blocks_of(missing))

    drives = sum(len(block.origins) * len(block.targets) for block in blocks)
    assert drives == 2 * len(old)
    assert Block(origins=(new,), targets=tuple(sorted(old))[:99]) in blocks
    assert len(blocks) == 4


SHEET_PLACES = {"仓": DEPOT, "渔渡": NEAR, "盐场": FAR}


def test_a_sheet_is_read_by_its_headings_whatever_their_order() -> None:
    sheet = read_sheet("米,备注,终点,起点,秒\n12000,x,渔渡,仓, 900 \n\n", SHEET_PLACES)

    assert sheet.faults == []
    assert sheet.drives == [Drive(origin_id=DEPOT, target_id=NEAR, seconds=900, metres=12_000)]


def test_every_bad_row_is_named_with_its_number() -> None:
    rows = [
        "from,to,seconds,metres",
        "仓,渔渡,900,12000",
        "仓,简池,900,12000",
        "仓,仓,1,1",
        "仓,盐场,十分钟,1",
        "仓,盐场,900,-1",
        "仓,盐场,12000,9999999999999999",
        "仓,盐场,60,90000",
        "仓,渔渡,900,12000",
        "仓,盐场",
    ]

    faults = read_sheet("\n".join(rows), SHEET_PLACES).faults

    assert [(fault.row, fault.fault, fault.value) for fault in faults] == [
        (3, Fault.UNKNOWN_PLACE, "简池"),
        (4, Fault.SAME_PLACE, "仓"),
        (5, Fault.NOT_A_NUMBER, "十分钟"),
        (6, Fault.NOT_A_NUMBER, "-1"),
        (7, Fault.NOT_A_NUMBER, "9999999999999999"),
        (8, Fault.TOO_FAST, "90000/60"),
        (9, Fault.TWICE, "仓→渔渡"),
        (10, Fault.NOT_A_NUMBER, ""),
    ]


def test_missing_columns_are_named_before_any_row() -> None:
    faults = read_sheet("起点,seconds\n仓,1", SHEET_PLACES).faults

    assert [(fault.row, fault.value) for fault in faults] == [(1, "终点"), (1, "米")]
    assert {fault.fault for fault in read_sheet("", SHEET_PLACES).faults} == {Fault.MISSING_COLUMN}


def test_a_provenance_says_sources_conditions_and_silence_on_one_line() -> None:
    told = Provenance(
        drives={"表": 2, "osrm@1": 0, "great-circle@1f": 4},
        closed=[RoadConditionId(3), RoadConditionId(4)],
        slowed=[RoadConditionId(5)],
        silent=True,
    )

    assert told.text() == ("表 × 2; great-circle@1f × 4; closed 3,4; slowed 5; service-silent")
    assert Provenance().text() == "none"
