"""Roads of a day: what was entered, told, estimated, closed; what scans say of them."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.delivery import queries as deliveries
from app.delivery.queries.figures import driven_legs
from app.delivery.rules.states import ScanKind
from app.delivery.service import calibrating
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId, RoadConditionId
from app.kernel.local_time import local_day
from app.network import queries
from app.network import service as network
from app.network.errors import ConditionUnclear
from app.network.models import RoadFetch, RoadFigure
from app.network.rules import CoordinateSystem
from app.network.rules.conditions import ConditionKind
from app.network.rules.great_circle import Terrain
from app.network.rules.roads import Drive
from app.network.service import DayRoads, Leg, PositionRequest, Told
from tests.factories.cast import Cast
from tests.factories.fleet import (
    TOMORROW,
    a_depot,
    a_driver_of,
    a_plan,
    a_tote_for,
    a_van,
    all_aboard,
    an_event,
    scanned,
    two_stops,
)
from tests.factories.network import a_condition, a_road
from tests.factories.stock import NOW


def roads(session: Session, cast: Cast) -> DayRoads:
    ids = [cast.yudu.id, cast.yanchang.id]
    return network.day_roads(session, cast.central.id, ids, TOMORROW)


def spread_out(session: Session, cast: Cast) -> None:
    """Put the depot, Yudu and Yanchang 20 km apart, in a row."""
    for row, facility in enumerate((cast.central, cast.yudu, cast.yanchang)):
        facility.latitude = 32.0 + row * 0.18
    session.flush()


def test_without_any_data_every_drive_is_estimated(session: Session, cast: Cast) -> None:
    spread_out(session, cast)

    found = roads(session, cast)

    assert len(found.legs) == 6
    assert found.legs[cast.central.id, cast.yudu.id].metres == pytest.approx(29_000, rel=0.01)
    assert found.cut_off == frozenset()
    assert found.provenance.text().startswith("great-circle@")


def test_entered_drives_go_before_told_ones_and_those_before_the_estimate(
    session: Session, cast: Cast
) -> None:
    spread_out(session, cast)
    depot, yudu, yanchang = cast.central.id, cast.yudu.id, cast.yanchang.id
    a_road(session, depot, yudu, metres=20_000)
    told = [
        Drive(origin_id=depot, target_id=yudu, seconds=1, metres=1),
        Drive(origin_id=depot, target_id=yanchang, seconds=2_500, metres=41_000),
        Drive(origin_id=yanchang, target_id=depot, seconds=-1, metres=-1),
    ]
    network.keep_told(session, Told(source="osrm@1", missing=3, drives=told), now=NOW)

    found = roads(session, cast)

    assert found.legs[depot, yudu] == Leg(metres=20_000, seconds=2_000)
    assert found.legs[depot, yanchang] == Leg(metres=41_000, seconds=2_500)
    assert found.provenance.text().startswith("test × 2; osrm@1 × 1; great-circle@")
    assert found.provenance.text().endswith(" × 3")


def test_only_what_nobody_knows_is_missing(session: Session, cast: Cast) -> None:
    depot, yudu, yanchang = cast.central.id, cast.yudu.id, cast.yanchang.id
    a_road(session, depot, yudu, metres=20_000)
    unroutable = Drive(origin_id=depot, target_id=yanchang, seconds=-1, metres=-1)
    network.keep_told(session, Told(source="osrm@1", missing=4, drives=[unroutable]), now=NOW)

    missing = queries.missing_drives(session, [depot, yudu, yanchang], "osrm@1", "van")

    assert missing == {yudu: {yanchang}, yanchang: {depot, yudu}}
    newer = queries.missing_drives(session, [depot, yudu, yanchang], "osrm@2", "van")
    assert sum(map(len, newer.values())) == 4


def test_newer_data_drive_out_older_ones_once_they_are_all_there(
    session: Session, cast: Cast
) -> None:
    drive = Drive(origin_id=cast.central.id, target_id=cast.yudu.id, seconds=600, metres=9_000)

    def kept() -> list[str]:
        return sorted(session.scalars(select(RoadFigure.source)))

    network.keep_told(session, Told(source="osrm@1", missing=1, drives=[drive]), now=NOW)
    silent = Told(source="osrm@2", missing=2, drives=[drive], error="TimeoutError")
    network.keep_told(session, silent, now=NOW)
    assert kept() == ["osrm@1", "osrm@2"]
    assert roads(session, cast).provenance.silent

    network.keep_told(session, Told(source="osrm@2", missing=1, drives=[drive]), now=NOW)
    assert kept() == ["osrm@2"]
    assert not roads(session, cast).provenance.silent

    network.switch_off(session, now=NOW)
    network.switch_off(session, now=NOW)
    assert "osrm" not in roads(session, cast).provenance.text()
    assert session.scalar(select(func.count()).select_from(RoadFetch)) == 4


def test_a_closed_road_leads_round_and_only_on_its_days(session: Session, cast: Cast) -> None:
    spread_out(session, cast)
    usual = roads(session, cast).legs
    dispatcher, depot, yudu = cast.actor("dispatcher"), cast.central.id, cast.yudu.id
    ends = {"origin_id": depot, "target_id": yudu}
    shut = a_condition(session, dispatcher, TOMORROW, ConditionKind.CLOSED, **ends)

    found = roads(session, cast)

    yanchang = cast.yanchang.id
    round_about = usual[depot, yanchang].seconds + usual[yanchang, yudu].seconds
    assert found.legs[depot, yudu].seconds == round_about
    assert found.provenance.text().endswith(f"closed {shut.id}")
    later = TOMORROW + timedelta(days=1)
    assert network.day_roads(session, depot, [yudu, yanchang], later).legs == usual

    network.lift_condition(session, dispatcher, RoadConditionId(shut.id), now=NOW)
    network.lift_condition(session, dispatcher, RoadConditionId(shut.id), now=NOW)
    assert roads(session, cast).legs == usual


def test_a_slow_season_takes_longer_over_the_same_way(session: Session, cast: Cast) -> None:
    spread_out(session, cast)
    usual = roads(session, cast).legs[cast.central.id, cast.yudu.id]
    a_condition(session, cast.actor("dispatcher"), TOMORROW, ConditionKind.SLOW, speed_percent=50)

    slow = roads(session, cast)

    leg = slow.legs[cast.central.id, cast.yudu.id]
    assert (leg.metres, leg.seconds) == (usual.metres, 2 * usual.seconds)
    assert "slowed" in slow.provenance.text()


def test_a_plan_names_who_is_cut_off_and_what_its_roads_are_made_of(
    session: Session, cast: Cast
) -> None:
    a_depot(session, cast)
    a_tote_for(session, cast)
    lost = a_tote_for(session, cast, "clinic2")
    cut = a_condition(
        session,
        cast.actor("dispatcher"),
        TOMORROW,
        ConditionKind.CUT_OFF,
        township=cast.yanchang.township,
    )

    plan = a_plan(session, cast)

    (left,) = deliveries.left_behind(session, cast.central.id, TOMORROW)
    assert (left.tote_code, left.reason) == (lost.code, "road-closed")
    assert plan.stops == 1
    assert plan.roads_source == f"test roads × 6; closed {cut.id}"


def test_a_day_is_planned_on_estimates_alone(session: Session, cast: Cast) -> None:
    spread_out(session, cast)
    a_driver_of(session, cast, cast.actor("driver"), a_van(session, cast))
    a_tote_for(session, cast)

    plan = a_plan(session, cast)

    assert (plan.stops, plan.state.value) == (1, "stored")
    assert plan.roads_source.startswith("great-circle@")


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": ConditionKind.CLOSED},
        {"kind": ConditionKind.CUT_OFF},
        {"kind": ConditionKind.SLOW},
    ],
    ids=lambda wrong: wrong["kind"].value,
)
def test_a_condition_that_does_not_say_where_is_refused(
    session: Session, cast: Cast, wrong: dict[str, ConditionKind]
) -> None:
    with pytest.raises(ConditionUnclear):
        a_condition(session, cast.actor("dispatcher"), TOMORROW, wrong["kind"])


def test_conditions_name_places_that_exist(session: Session, cast: Cast) -> None:
    dispatcher = cast.actor("dispatcher")
    nowhere = {"origin_id": cast.yudu.id, "target_id": FacilityId(2**40)}
    with pytest.raises(NotFound):
        a_condition(session, dispatcher, TOMORROW, ConditionKind.CLOSED, **nowhere)
    with pytest.raises(NotFound):
        a_condition(session, dispatcher, TOMORROW, ConditionKind.CUT_OFF, township="无此乡")
    with pytest.raises(NotFound):
        network.set_terrain(session, "无此乡", Terrain.PLAIN)
    with pytest.raises(NotFound):
        network.lift_condition(session, dispatcher, RoadConditionId(2**40), now=NOW)


def test_scans_calibrate_the_townships_that_were_driven_to(session: Session, cast: Cast) -> None:
    run, yudu, yanchang = two_stops(session, cast)
    spread_out(session, cast)
    all_aboard(session, cast, run, yudu, yanchang)
    at = NOW
    for stop in run.stops:
        code = stop.totes[0].code
        reached, done = at + timedelta(minutes=90), at + timedelta(minutes=100)
        scanned(
            session,
            cast,
            an_event(run, ScanKind.ARRIVE, stop=stop.sequence, event_time=reached),
            an_event(run, ScanKind.HAND_OVER, code, stop=stop.sequence, event_time=done),
            now=done,
        )
        at = done

    legs = driven_legs(session, cast.central.id, local_day(NOW) - timedelta(days=1))
    assert [leg.seconds for leg in legs] == [5_400, 5_400]
    assert legs[0].origin_id == cast.central.id
    assert legs[1].origin_id == legs[0].target_id

    before = roads(session, cast).legs[cast.central.id, cast.yudu.id]
    assert calibrating.calibrate(session, now=at) == 2
    towns = {town.township: town for town in queries.list_towns(session)}
    driven = [town for town in towns.values() if town.legs]
    assert driven
    assert all(town.factor_permille > 1_000 for town in driven)
    assert towns[cast.outsider.township].median_permille is None
    after = roads(session, cast).legs[cast.central.id, cast.yudu.id]
    assert after.metres == before.metres

    network.set_terrain(session, driven[0].township, Terrain.PLAIN)
    anew = {town.township: town for town in queries.list_towns(session)}[driven[0].township]
    assert (anew.legs, anew.factor_permille, anew.terrain) == (0, 1_000, Terrain.PLAIN)


def test_a_moved_facility_is_converted_kept_with_its_source_and_asked_for_again(
    session: Session, cast: Cast
) -> None:
    drive = Drive(origin_id=cast.central.id, target_id=cast.yudu.id, seconds=600, metres=9_000)
    network.keep_told(session, Told(source="osrm@1", missing=1, drives=[drive]), now=NOW)
    shown = PositionRequest(
        latitude=39.908737,
        longitude=116.397325,
        system=CoordinateSystem.GCJ02,
        source="高德地图",
        altitude_metres=44,
    )

    network.set_position(session, cast.actor("dispatcher"), cast.yudu.id, shown, now=NOW)

    moved = network.get_facility(session, cast.yudu.id)
    assert (moved.latitude, moved.longitude) == pytest.approx((39.9073, 116.3911), abs=2e-4)
    assert (moved.position_system, moved.position_source) == (CoordinateSystem.GCJ02, "高德地图")
    assert moved.altitude_metres == 44
    assert session.scalars(select(RoadFigure)).all() == []
    with pytest.raises(NotFound):
        network.set_position(session, cast.actor("dispatcher"), FacilityId(2**40), shown, now=NOW)
