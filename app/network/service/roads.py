"""The drives of a day: entered, told by a service, or estimated; under the day's conditions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.kernel.ids import FacilityId
from app.network import queries
from app.network.models import RoadFetch, RoadFigure
from app.network.rules.conditions import Condition, ConditionKind, under
from app.network.rules.great_circle import GreatCircle, Sector
from app.network.rules.provenance import Provenance
from app.network.rules.roads import (
    UNKNOWN,
    VAN,
    Block,
    Drive,
    EnteredDrives,
    RoadPoint,
    RoadSource,
    RoadTable,
    blocks_of,
    filled,
    nothing_known,
    shortest,
)
from app.network.service.facilities import Leg
from app.network.service.writing import keep_drives


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRoads:
    """The drives of a day among some places, by both ends; what is closed is missing.

    ``cut_off`` are places that cannot be reached from the depot and left again.
    """

    legs: Mapping[tuple[FacilityId, FacilityId], Leg]
    cut_off: frozenset[FacilityId]
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a service told of drives that were missing; ``error`` is why it told no more."""

    source: str
    missing: int
    drives: Sequence[Drive]
    error: str = ""


def day_roads(
    session: Session, depot_id: FacilityId, ids: Collection[FacilityId], day: date
) -> DayRoads:
    """Return the drives among a depot and places on a day, quickest ways, conditions included.

    What somebody entered goes before what the service told, and that before the estimate.
    """
    return _roads(session, depot_id, ids, queries.conditions_on(session, day))


def usual_roads(session: Session, depot_id: FacilityId, ids: Collection[FacilityId]) -> DayRoads:
    """Return the drives of a day on which nothing is closed or slow."""
    return _roads(session, depot_id, ids, ())


def _roads(
    session: Session,
    depot_id: FacilityId,
    ids: Collection[FacilityId],
    conditions: Sequence[Condition],
) -> DayRoads:
    points = queries.points_of(session, {depot_id, *ids})
    circle = great_circle(session, points, depot_id)
    known, drives = _known(_sources(session, points, circle), points)
    terrains = circle.terrains(points, points)
    table = shortest(under(known, points, terrains, conditions))
    fetch = queries.holding_fetch(session, VAN)
    silent = fetch is not None and fetch.error != ""
    depot = next(row for row, point in enumerate(points) if point.id == depot_id)
    return DayRoads(
        legs=_legs(points, table),
        cut_off=_cut_off(points, table, depot),
        provenance=_provenance(drives, conditions, silent=silent),
    )


def great_circle(
    session: Session, points: Sequence[RoadPoint], depot_id: FacilityId
) -> GreatCircle:
    """Return the estimate as it is calibrated now, seen from a depot."""
    depot = next(point for point in points if point.id == depot_id)
    towns = queries.list_towns(session)
    return GreatCircle(
        depot=(depot.latitude, depot.longitude),
        sectors={
            town.township: Sector(terrain=town.terrain, factor_permille=town.factor_permille)
            for town in towns
        },
    )


def _sources(
    session: Session, points: Sequence[RoadPoint], circle: GreatCircle
) -> list[RoadSource]:
    ids = [point.id for point in points]
    entered = queries.entered_drives(session, ids).items()
    sources: list[RoadSource] = [
        EnteredDrives(name=name, drives=drives) for name, drives in entered
    ]
    fetch = queries.holding_fetch(session, VAN)
    if fetch and fetch.source:
        told = queries.told_drives(session, ids, fetch.source, VAN)
        sources.append(EnteredDrives(name=fetch.source, drives=told))
    return [*sources, circle]


def _known(
    sources: Sequence[RoadSource], points: Sequence[RoadPoint]
) -> tuple[RoadTable, dict[str, int]]:
    table = nothing_known(len(points), len(points))
    np.fill_diagonal(table.seconds, 0)
    np.fill_diagonal(table.metres, 0)
    drives = {}
    for source in sources:
        if (table.seconds == UNKNOWN).any():
            drives[source.name] = filled(table, source.table(points, points))
    return table, drives


def _legs(
    points: Sequence[RoadPoint], table: RoadTable
) -> dict[tuple[FacilityId, FacilityId], Leg]:
    ids = [point.id for point in points]
    metres, seconds = table.metres.tolist(), table.seconds.tolist()
    return {
        (here, there): Leg(metres=metres[row][column], seconds=seconds[row][column])
        for row, here in enumerate(ids)
        for column, there in enumerate(ids)
        if row != column and seconds[row][column] != UNKNOWN
    }


def _cut_off(points: Sequence[RoadPoint], table: RoadTable, depot: int) -> frozenset[FacilityId]:
    apart = (table.seconds[depot] == UNKNOWN) | (table.seconds[:, depot] == UNKNOWN)
    return frozenset(points[row].id for row in np.flatnonzero(apart).tolist())


def _provenance(
    drives: Mapping[str, int], conditions: Sequence[Condition], *, silent: bool
) -> Provenance:
    slow = [one.id for one in conditions if one.kind is ConditionKind.SLOW]
    closed = [one.id for one in conditions if one.kind is not ConditionKind.SLOW]
    return Provenance(drives=drives, closed=closed, slowed=slow, silent=silent)


def missing_blocks(
    session: Session, ids: Collection[FacilityId], source: str
) -> tuple[list[Block], dict[FacilityId, RoadPoint]]:
    """Return what to ask a service of these data about, and where the places lie."""
    missing = queries.missing_drives(session, ids, source, VAN)
    points = {point.id: point for point in queries.points_of(session, ids)}
    return list(blocks_of(missing)), points


def keep_told(session: Session, told: Told, *, now: datetime) -> int:
    """Store what a service told, and that it was asked; return how many drives it told.

    Once it has told everything, what other versions of the data said is forgotten.
    """
    keep_drives(session, told.source, told.drives)
    if not told.error:
        session.execute(delete(RoadFigure).where(RoadFigure.source != told.source))
    _note(session, told, now)
    return len(told.drives)


def switch_off(session: Session, *, now: datetime) -> None:
    """Note that no service is configured any more: its data hold no longer."""
    fetch = queries.holding_fetch(session, VAN)
    if fetch and fetch.source:
        _note(session, Told(source="", missing=0, drives=()), now)


def _note(session: Session, told: Told, now: datetime) -> None:
    session.add(
        RoadFetch(
            asked_at=now,
            source=told.source,
            profile=VAN,
            missing=told.missing,
            answered=len(told.drives),
            error=told.error,
        )
    )
    session.flush()
