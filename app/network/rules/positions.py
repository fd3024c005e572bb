"""Positions on Earth, and the coordinate systems of Chinese maps (坐标系).

WGS-84 is what satellites measure and what everything inside uses. Maps published in China
shift it: GCJ-02 (国测局, Amap and Tencent) by some 500 m, BD-09 (Baidu) by as much again.
"""

from enum import StrEnum
from math import asin, atan2, cos, hypot, pi, radians, sin, sqrt

EARTH_METRES = 6_371_000

Position = tuple[float, float]
"""Latitude and longitude in degrees."""

_KRASOVSKY = 6_378_245.0
_ECCENTRICITY = 0.00669342162296594323
_BAIDU = pi * 3000 / 180
_SOUTH, _NORTH, _WEST, _EAST = 0.8293, 55.8271, 72.004, 137.8347
_ORIGIN_LAT, _ORIGIN_LON = 35.0, 105.0
_ROUNDS = 12


class CoordinateSystem(StrEnum):
    """What a pair of degrees counts in."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def straight_metres(one: Position, other: Position) -> int:
    """Return the great-circle distance of two positions."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, point)) for point in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * EARTH_METRES * asin(sqrt(half)))


def from_wgs84(position: Position, system: CoordinateSystem) -> Position:
    """Return where a map of ``system`` shows a WGS-84 position."""
    if system is CoordinateSystem.WGS84:
        return position
    shifted = _to_gcj02(position)
    return shifted if system is CoordinateSystem.GCJ02 else _to_bd09(shifted)


def to_wgs84(position: Position, system: CoordinateSystem) -> Position:
    """Return the WGS-84 position that a map of ``system`` shows there.

    The shifts have no inverse in closed form; they change so slowly that a few rounds of
    subtracting the error end below a millimetre.
    """
    lat, lon = position
    for _ in range(_ROUNDS):
        shown_lat, shown_lon = from_wgs84((lat, lon), system)
        lat, lon = lat + position[0] - shown_lat, lon + position[1] - shown_lon
    return lat, lon


def _to_gcj02(position: Position) -> Position:
    lat, lon = position
    if not (_SOUTH <= lat <= _NORTH and _WEST <= lon <= _EAST):
        return position  # abroad nothing is shifted
    x, y = lon - _ORIGIN_LON, lat - _ORIGIN_LAT
    bend = 1 - _ECCENTRICITY * sin(radians(lat)) ** 2
    north = _KRASOVSKY * (1 - _ECCENTRICITY) / (bend * sqrt(bend)) * pi / 180
    east = _KRASOVSKY / sqrt(bend) * cos(radians(lat)) * pi / 180
    return lat + _northward(x, y) / north, lon + _eastward(x, y) / east


def _northward(x: float, y: float) -> float:
    plain = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    waves = 20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)
    waves += 20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)
    waves += 160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)
    return plain + waves * 2.0 / 3.0


def _eastward(x: float, y: float) -> float:
    plain = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    waves = 20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)
    waves += 20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)
    waves += 150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)
    return plain + waves * 2.0 / 3.0


def _to_bd09(position: Position) -> Position:
    lat, lon = position
    length = hypot(lon, lat) + 0.00002 * sin(lat * _BAIDU)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * _BAIDU)
    return length * sin(angle) + 0.006, length * cos(angle) + 0.0065
