"""Facilities, delivery days, roads, people and their roles."""

from collections.abc import Sequence
from datetime import datetime

from app.accounts.models import RoleGrant, UserAccount
from app.accounts.service.passwords import make_hash
from app.demo.county import DEPOT, Place
from app.demo.facts import rows_of
from app.demo.history.rounds import Ways
from app.demo.load.bulk import Bulk
from app.network.models import DeliveryDay, Facility, RoadLeg, RoadTownship
from app.network.rules import CoordinateSystem
from app.network.rules.great_circle import Terrain

POSITION_SOURCES = {
    "published": "公开地图乡镇驻地，GCJ-02转WGS-84",
    "assumed": "假定：县城",
    "synthetic": "合成：非真实位置",
}
POSITION_SYSTEMS = {"published": CoordinateSystem.GCJ02}
POPULATION_SOURCES = {"": "", "census2020": "2020年人口普查，取整到百", "estimated": "按乡镇估算"}
NAME_SOURCES = {"assumed": "假定名称", "derived": "由地名推导"}
UNKNOWN_EACH = 40
"""Every so many facilities one has not entered its number with the insurance yet."""
ROAD_SOURCE = "SYNTHETIC"
HISTORY = {"username": "history", "name": "历史数据（演示）", "facility": DEPOT, "roles": ""}


def load_facilities(bulk: Bulk, places: Sequence[Place]) -> dict[str, int]:
    """Store the facilities and when each is served; return their keys by code."""
    keys = bulk.keys(Facility)
    ids = {place.fact.code: next(keys) for place in places}
    bulk.copy(
        Facility,
        "id code name short_name pinyin kind township parent_id latitude longitude"
        " position_source position_system population population_source name_source phone"
        " service_minutes insurance_code",
        [_facility(place, ids) for place in places],
    )
    days = bulk.keys(DeliveryDay)
    bulk.copy(
        DeliveryDay,
        "id facility_id weekday opens_at closes_at",
        [
            (next(days), ids[place.fact.code], window.weekday, window.opens_at, window.closes_at)
            for place in places
            for window in place.windows
        ],
    )
    return ids


def _facility(place: Place, ids: dict[str, int]) -> tuple[object, ...]:
    fact = place.fact
    return (
        ids[fact.code],
        fact.code,
        fact.name,
        place.short_name,
        place.pinyin,
        fact.kind,
        fact.township,
        ids[fact.parent] if fact.parent else None,
        fact.latitude,
        fact.longitude,
        POSITION_SOURCES[fact.position_source],
        POSITION_SYSTEMS.get(fact.position_source, CoordinateSystem.WGS84).value,
        fact.population,
        POPULATION_SOURCES[fact.population_source],
        NAME_SOURCES[fact.name_source],
        place.phone,
        place.service_minutes,
        "" if ids[fact.code] % UNKNOWN_EACH == 0 else f"DEMO{ids[fact.code]:08d}",
    )


def load_roads(bulk: Bulk, ways: Ways, ids: dict[str, int], places: Sequence[Place]) -> None:
    """Store the way from each facility to each other; all townships lie in the mountains."""
    towns = sorted({place.fact.township for place in places})
    bulk.copy(RoadTownship, "township terrain", [(town, Terrain.MOUNTAIN.value) for town in towns])
    bulk.copy(
        RoadLeg,
        "origin_id target_id metres seconds source",
        (
            (ids[leg.origin], ids[leg.target], leg.metres, leg.seconds, ROAD_SOURCE)
            for leg in ways.values()
            if leg.origin in ids and leg.target in ids
        ),
    )


def load_people(bulk: Bulk, ids: dict[str, int], password: str, *, now: datetime) -> dict[str, int]:
    """Store the demo accounts and a driver for each of the fleet's; return keys by user name.

    They share one password, so one hash is made for all of them. ``history`` acts in the
    made-up past and cannot sign in.
    """
    people = [*rows_of("users.csv"), *_other_drivers(), HISTORY]
    stored_hash = make_hash(password)
    keys = bulk.keys(UserAccount)
    users = {row["username"]: next(keys) for row in people if row["facility"] in ids}
    rows = [row for row in people if row["username"] in users]
    bulk.copy(
        UserAccount,
        "id username password_hash name facility_id active is_demo created_at",
        [
            (
                users[row["username"]],
                row["username"],
                stored_hash,
                row["name"],
                ids[row["facility"]],
                row is not HISTORY,
                True,
                now,
            )
            for row in rows
        ],
    )
    grants = bulk.keys(RoleGrant)
    bulk.copy(
        RoleGrant,
        "id user_id facility_id role",
        [
            (next(grants), users[row["username"]], ids[row["facility"]], row["roles"])
            for row in rows
            if row is not HISTORY
        ],
    )
    return users


def _other_drivers() -> list[dict[str, str]]:
    """Give every driver but the first, who is ``driver``, an account of their own."""
    return [
        {"username": f"driver{number}", "name": row["name"], "facility": DEPOT, "roles": "driver"}
        for number, row in enumerate(rows_of("drivers.csv"), start=1)
        if number > 1
    ]
