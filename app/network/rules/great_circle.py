"""Drives without any road data: the great circle, a detour and a speed by kind of country.

Detours and speeds are typical of roads of each kind; our own drivers' scans correct the time
township by township (``calibration.py``).
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from app.network.rules.positions import EARTH_METRES, Position
from app.network.rules.roads import RoadPoint, RoadTable

ACCESS_SECONDS = 180
"""From the road to the door, at the end of every drive."""
CLIMB_PER_METRE = 0.1 / 100
"""A tenth more time for every 100 m of climb in a kilometre of road."""
USUAL_PERMILLE = 1000
_METRES_PER_KM = 1000
_SECONDS_PER_HOUR = 3600

Floats = NDArray[np.float64]


class Terrain(StrEnum):
    """What the country is like, as far as roads are concerned (地形)."""

    PLAIN = "plain"
    HILL = "hill"
    MOUNTAIN = "mountain"


@dataclass(frozen=True, slots=True)
class RoadClass:
    """How much longer than the great circle a road is, and how fast it is driven."""

    detour_percent: int
    km_per_hour: int


CLASSES: Mapping[Terrain, RoadClass] = {
    Terrain.PLAIN: RoadClass(130, 45),
    Terrain.HILL: RoadClass(145, 35),
    Terrain.MOUNTAIN: RoadClass(170, 27),
}
USUAL_TERRAIN = Terrain.HILL


@dataclass(frozen=True, slots=True, kw_only=True)
class Sector:
    """A township: its terrain, and how much longer than its class our drives there take."""

    terrain: Terrain = USUAL_TERRAIN
    factor_permille: int = USUAL_PERMILLE


USUAL = Sector()
Figure = Callable[[Sector], float]


@dataclass(frozen=True, kw_only=True)
class GreatCircle:
    """The source that always has an answer.

    A drive belongs to the township of its end farther from ``depot``: the way up a valley is
    that valley's.
    """

    depot: Position
    sectors: Mapping[str, Sector] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Great circle, with a fingerprint of the depot, the terrain and the factors."""
        towns = (f"{town} {self.sectors[town]}" for town in sorted(self.sectors))
        facts = [repr(self.depot), *towns]
        return f"great-circle@{hashlib.sha256('|'.join(facts).encode()).hexdigest()[:8]}"

    def table(self, origins: Sequence[RoadPoint], targets: Sequence[RoadPoint]) -> RoadTable:
        """Return the drives from each origin to each target, climbs and access included."""
        straight = _straight(_degrees(origins), _degrees(targets))
        metres = straight * self._of_drive(origins, targets, _detour)
        hours = metres / _METRES_PER_KM / self._of_drive(origins, targets, _speed)
        hours *= self._of_drive(origins, targets, _factor)
        seconds = hours * _SECONDS_PER_HOUR * _climb(origins, targets, metres) + ACCESS_SECONDS
        same = _ids(origins)[:, None] == _ids(targets)[None, :]
        return RoadTable(
            metres=np.where(same, 0, np.rint(metres)).astype(np.int64),
            seconds=np.where(same, 0, np.rint(seconds)).astype(np.int64),
        )

    def terrains(
        self, origins: Sequence[RoadPoint], targets: Sequence[RoadPoint]
    ) -> NDArray[np.int64]:
        """Return the terrain of each drive, as its place in ``Terrain``."""
        return self._of_drive(origins, targets, _terrain).astype(np.int64)

    def sector(self, origin: RoadPoint, target: RoadPoint) -> str:
        """Return the township a drive belongs to."""
        from_depot = self._from_depot((origin, target))[:, 0]
        return origin.township if from_depot[0] > from_depot[1] else target.township

    def _of_drive(
        self, origins: Sequence[RoadPoint], targets: Sequence[RoadPoint], figure: Figure
    ) -> Floats:
        here, there = (
            np.array([figure(self.sectors.get(one.township, USUAL)) for one in ends], dtype=float)
            for ends in (origins, targets)
        )
        farther = self._from_depot(origins) > self._from_depot(targets).T
        return np.where(farther, here[:, None], there[None, :])

    def _from_depot(self, points: Sequence[RoadPoint]) -> Floats:
        return _straight(_degrees(points), np.array([self.depot], dtype=float))


def _detour(sector: Sector) -> float:
    return CLASSES[sector.terrain].detour_percent / 100


def _speed(sector: Sector) -> float:
    return CLASSES[sector.terrain].km_per_hour


def _factor(sector: Sector) -> float:
    return sector.factor_permille / USUAL_PERMILLE


def _terrain(sector: Sector) -> float:
    return list(Terrain).index(sector.terrain)


def _ids(points: Sequence[RoadPoint]) -> NDArray[np.int64]:
    return np.array([point.id for point in points], dtype=np.int64)


def _degrees(points: Sequence[RoadPoint]) -> Floats:
    return np.array([(point.latitude, point.longitude) for point in points], dtype=float)


def _straight(here: Floats, there: Floats) -> Floats:
    """Return great-circle metres, a row for each position of ``here``."""
    (lat1, lon1), (lat2, lon2) = np.radians(here).T, np.radians(there).T
    north, east = lat2[None, :] - lat1[:, None], lon2[None, :] - lon1[:, None]
    half = np.sin(north / 2) ** 2
    half += np.cos(lat1)[:, None] * np.cos(lat2)[None, :] * np.sin(east / 2) ** 2
    metres: Floats = 2 * EARTH_METRES * np.arcsin(np.sqrt(np.minimum(half, 1)))
    return metres


def _climb(origins: Sequence[RoadPoint], targets: Sequence[RoadPoint], metres: Floats) -> Floats:
    """Return by how much a drive takes longer uphill; where no altitude is known, by nothing."""
    here, there = (
        np.array([np.nan if one.altitude_metres is None else one.altitude_metres for one in ends])
        for ends in (origins, targets)
    )
    climb = np.maximum(np.nan_to_num(there[None, :] - here[:, None]), 0)
    steepness = climb / np.maximum(metres / _METRES_PER_KM, 1)
    slower: Floats = 1 + CLIMB_PER_METRE * steepness
    return slower
