"""Drives, calibration and conditions of roads, read as sets."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from app.kernel.ids import FacilityId, RoadConditionId
from app.network.models import (
    Facility,
    FacilityKind,
    RoadCondition,
    RoadFetch,
    RoadFigure,
    RoadLeg,
    RoadTownship,
)
from app.network.rules.conditions import Condition, ConditionKind
from app.network.rules.great_circle import USUAL_PERMILLE, USUAL_TERRAIN, Terrain
from app.network.rules.roads import Drive, RoadPoint

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TownshipRow:
    """A township with its terrain, its calibration, and where its health centre lies."""

    township: str
    terrain: Terrain
    legs: int
    median_permille: int | None
    factor_permille: int
    calibrated_at: datetime | None
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRow:
    """A condition with the names and positions of its ends."""

    condition: RoadCondition
    origin: Facility | None
    target: Facility | None


def points_of(session: Session, ids: Collection[FacilityId]) -> list[RoadPoint]:
    """Return these places as roads know them, by key."""
    rows = session.execute(
        select(
            Facility.id,
            Facility.latitude,
            Facility.longitude,
            Facility.altitude_metres,
            Facility.township,
        )
        .where(Facility.id.in_(set(ids)))
        .order_by(Facility.id)
    )
    return [
        RoadPoint(id=one, latitude=lat, longitude=lon, altitude_metres=altitude, township=town)
        for one, lat, lon, altitude, town in rows
    ]


def list_legs(session: Session, ids: Collection[FacilityId]) -> Sequence[RoadLeg]:
    """Return every entered drive among these facilities."""
    among = set(ids)
    return session.scalars(
        select(RoadLeg).where(RoadLeg.origin_id.in_(among), RoadLeg.target_id.in_(among))
    ).all()


def entered_drives(session: Session, ids: Collection[FacilityId]) -> dict[str, list[Drive]]:
    """Return the entered drives among these facilities, by source."""
    among = set(ids)
    rows = session.execute(
        select(
            RoadLeg.source, RoadLeg.origin_id, RoadLeg.target_id, RoadLeg.seconds, RoadLeg.metres
        ).where(RoadLeg.origin_id.in_(among), RoadLeg.target_id.in_(among))
    )
    drives: defaultdict[str, list[Drive]] = defaultdict(list)
    for source, origin, target, seconds, metres in rows:
        drives[source].append(
            Drive(origin_id=origin, target_id=target, seconds=seconds, metres=metres)
        )
    return dict(sorted(drives.items()))


def told_drives(
    session: Session, ids: Collection[FacilityId], source: str, profile: str
) -> list[Drive]:
    """Return what a source's data say of the drives among these facilities."""
    among = set(ids)
    rows = session.execute(
        select(
            RoadFigure.origin_id, RoadFigure.target_id, RoadFigure.seconds, RoadFigure.metres
        ).where(
            RoadFigure.source == source,
            RoadFigure.profile == profile,
            RoadFigure.origin_id.in_(among),
            RoadFigure.target_id.in_(among),
        )
    )
    return [
        Drive(origin_id=origin, target_id=target, seconds=seconds, metres=metres)
        for origin, target, seconds, metres in rows
    ]


def missing_drives(
    session: Session, ids: Collection[FacilityId], source: str, profile: str
) -> dict[FacilityId, frozenset[FacilityId]]:
    """Return the drives that nobody entered and the source has not told yet: targets by origin."""
    origin, target = aliased(Facility), aliased(Facility)
    entered = and_(RoadLeg.origin_id == origin.id, RoadLeg.target_id == target.id)
    told = and_(
        RoadFigure.source == source,
        RoadFigure.profile == profile,
        RoadFigure.origin_id == origin.id,
        RoadFigure.target_id == target.id,
    )
    rows = session.execute(
        select(origin.id, func.array_agg(target.id))
        .join(target, origin.id != target.id)
        .where(
            origin.id.in_(set(ids)),
            target.id.in_(set(ids)),
            ~select(RoadLeg.origin_id).where(entered).exists(),
            ~select(RoadFigure.origin_id).where(told).exists(),
        )
        .group_by(origin.id)
    )
    return {one: frozenset(targets) for one, targets in rows}


def holding_fetch(session: Session, profile: str) -> RoadFetch | None:
    """Return the last question of a profile: it says which data hold."""
    return session.scalars(
        select(RoadFetch).where(RoadFetch.profile == profile).order_by(RoadFetch.id.desc()).limit(1)
    ).first()


def list_towns(session: Session) -> list[TownshipRow]:
    """Return every township that has an active facility, by name."""
    centre = aliased(Facility)
    named = select(Facility.township).where(Facility.active).distinct().subquery()
    rows = session.execute(
        select(
            named.c.township,
            func.coalesce(RoadTownship.terrain, USUAL_TERRAIN.value),
            func.coalesce(RoadTownship.legs, 0),
            RoadTownship.median_permille,
            func.coalesce(RoadTownship.factor_permille, USUAL_PERMILLE),
            RoadTownship.calibrated_at,
            func.min(centre.latitude),
            func.min(centre.longitude),
        )
        .outerjoin(RoadTownship, RoadTownship.township == named.c.township)
        .outerjoin(
            centre,
            and_(
                centre.township == named.c.township,
                centre.active,
                centre.kind == FacilityKind.TOWNSHIP_CLINIC,
            ),
        )
        .group_by(named.c.township, RoadTownship.township)
        .order_by(named.c.township)
    )
    return [
        TownshipRow(
            township=town,
            terrain=Terrain(terrain),
            legs=legs,
            median_permille=median,
            factor_permille=factor,
            calibrated_at=calibrated_at,
            latitude=latitude,
            longitude=longitude,
        )
        for town, terrain, legs, median, factor, calibrated_at, latitude, longitude in rows
    ]


def conditions_on(session: Session, day: date) -> list[Condition]:
    """Return what holds on a day, in the order in which it was entered."""
    rows = session.scalars(
        select(RoadCondition)
        .where(
            RoadCondition.lifted_at.is_(None),
            RoadCondition.starts_on <= day,
            RoadCondition.ends_on >= day,
        )
        .order_by(RoadCondition.id)
    )
    return [
        Condition(
            id=RoadConditionId(row.id),
            kind=ConditionKind(row.kind),
            origin_id=row.origin_id,
            target_id=row.target_id,
            township=row.township,
            terrain=row.terrain,
            speed_percent=row.speed_percent,
        )
        for row in rows
    ]


def list_conditions(session: Session, since: date) -> list[ConditionRow]:
    """Return the conditions that hold on ``since`` or later, those in force first."""
    origin, target = aliased(Facility), aliased(Facility)
    rows = session.execute(
        select(RoadCondition, origin, target)
        .outerjoin(origin, origin.id == RoadCondition.origin_id)
        .outerjoin(target, target.id == RoadCondition.target_id)
        .where(RoadCondition.ends_on >= since, RoadCondition.lifted_at.is_(None))
        .order_by(RoadCondition.starts_on, RoadCondition.id)
        .limit(MOST_SHOWN)
    )
    return [ConditionRow(condition=row, origin=one, target=other) for row, one, other in rows]


def list_entered(session: Session) -> list[tuple[str, int]]:
    """Return how many drives each entered source gives, by name."""
    rows = session.execute(
        select(RoadLeg.source, func.count()).group_by(RoadLeg.source).order_by(RoadLeg.source)
    )
    return [(source, count) for source, count in rows]


def places_by_word(session: Session) -> dict[str, FacilityId]:
    """Return the active facilities by code, name and short name; what two share is left out."""
    rows = session.execute(
        select(Facility.id, Facility.code, Facility.name, Facility.short_name).where(
            Facility.active
        )
    ).all()
    owners: defaultdict[str, set[FacilityId]] = defaultdict(set)
    for one, *words in rows:
        for word in words:
            owners[word].add(one)
    alone = {word: min(ids) for word, ids in owners.items() if len(ids) == 1}
    return alone | {code: one for one, code, *_ in rows}
