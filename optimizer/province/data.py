"""A province out of two tables: its counties, and their townships with their villages' number.

Villages have no positions there. A stated sample of them is laid around their townships by
chance, reproducibly: the same tables and seed give the same stops on every machine.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

import numpy as np

from optimizer.routing.measures import refuse

COUNTIES, TOWNSHIPS = "*counties*.csv", "*townships*.csv"
STOPS = 60
"""About so many institutions a county: every township's, and villages to make up the number."""
SPREAD_KM = 4.0
KM_PER_DEGREE = 111.0
EARTH_METRES = 6_371_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """An institution to deliver to."""

    id: str
    lat: float
    lon: float
    is_village: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """A county with its store at ``lat``, ``lon``, and the institutions it delivers to."""

    code: str
    name: str
    city: str
    lat: float
    lon: float
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Township:
    code: str
    lat: float
    lon: float
    villages: int


def read_province(folder: Path, *, seed: int = 0, stops: int = STOPS) -> list[County]:
    """Return the counties of a folder's two tables, in their order.

    Raises:
        ValueError: a table is missing.
    """
    townships: dict[str, list[_Township]] = {}
    for row in _rows(folder, TOWNSHIPS):
        township = _Township(
            code=row["town_code"],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            villages=int(row["n_village_committees"] or 0),
        )
        townships.setdefault(row["county_code"], []).append(township)
    return [
        County(
            code=row["adcode"],
            name=row["name"],
            city=row["city"],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            stops=tuple(_stops(townships.get(row["adcode"], []), stops, seed)),
        )
        for row in _rows(folder, COUNTIES)
    ]


def _rows(folder: Path, pattern: str) -> Iterator[dict[str, str]]:
    # Tables of one city may lie beside those of the whole province: the largest is meant.
    paths = sorted(folder.glob(pattern), key=lambda path: path.stat().st_size)
    refuse(f"{folder} holds no table {pattern}", when=not paths)
    with paths[-1].open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _stops(townships: Sequence[_Township], stops: int, seed: int) -> Iterator[Stop]:
    sampled = _shares([one.villages for one in townships], max(0, stops - len(townships)))
    for township, count in zip(townships, sampled, strict=True):
        yield Stop(id=township.code, lat=township.lat, lon=township.lon, is_village=False)
        chance = np.random.default_rng([seed, int(township.code)])
        for number in range(count):
            north, east = chance.normal(0, SPREAD_KM, 2).tolist()
            yield Stop(
                id=f"{township.code}-{number + 1}",
                lat=township.lat + north / KM_PER_DEGREE,
                lon=township.lon + east / KM_PER_DEGREE / cos(radians(township.lat)),
                is_village=True,
            )


def _shares(sizes: Sequence[int], total: int) -> list[int]:
    """Deal out so many in proportion to the sizes, nobody more than there are."""
    every = sum(sizes)
    total = min(total, every)
    if not total:
        return [0] * len(sizes)
    exact = [total * size / every for size in sizes]
    shares = [int(share) for share in exact]
    ranked = sorted(range(len(sizes)), key=lambda n: (shares[n] - exact[n], n))
    for number in ranked[: total - sum(shares)]:
        shares[number] += 1
    return shares


def straight_metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the great-circle distance of two (latitude, longitude) pairs in degrees."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, point)) for point in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_METRES * asin(sqrt(half))
