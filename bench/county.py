"""A delivery day of a mountain county: invented, or on the sites and roads of a data folder."""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from optimizer.routing.measures import Load, Span
from optimizer.routing.problem import (
    CONTROLLED,
    CostCard,
    Matrix,
    Order,
    Problem,
    Roads,
    Site,
    Vehicle,
)

DEPOT = "depot"
HOUR = 3600
TOWNSHIPS, VILLAGES, VEHICLES, REFRIGERATED = 20, 60, 12, 4
DAY = Span(earliest=int(7.5 * HOUR), latest=18 * HOUR)
TOWNSHIP_WINDOWS = (Span(earliest=int(8.5 * HOUR), latest=17 * HOUR),)
VILLAGE_WINDOWS = (
    Span(earliest=8 * HOUR, latest=12 * HOUR),
    Span(earliest=14 * HOUR, latest=int(17.5 * HOUR)),
)
PLAIN_VAN = Load(grams=1_000_000, cm3=6_000_000)
COOLED_VAN = Load(grams=700_000, cm3=3_500_000)
COLD_BOX = Load(grams=150_000, cm3=800_000)
CARD = CostCard(fen_per_km=160, fen_per_hour=3500, fen_per_day=16000, fen_per_stop=300)
COLD_CARD = CostCard(fen_per_km=190, fen_per_hour=3500, fen_per_day=22000, fen_per_stop=300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A facility on the map; the first of a list is the depot."""

    id: str
    lat: float
    lon: float
    is_village: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """Facilities and the roads between them."""

    places: tuple[Place, ...]
    roads: Roads


def mountain_county(seed: int, *, townships: int = TOWNSHIPS, villages: int = VILLAGES) -> County:
    """Invent a county some 80 km across, its villages around its townships."""
    chance = np.random.default_rng(seed)
    towns = [(chance.uniform(-40, 40), chance.uniform(-40, 40)) for _ in range(townships)]
    spots = [(0.0, 0.0), *towns]
    for number in range(villages):
        east, north = towns[number % townships]
        spots.append((east + chance.normal(0, 5), north + chance.normal(0, 5)))
    places = tuple(
        Place(
            id=DEPOT if number == 0 else f"site-{number}",
            lat=32.5 + north / 111,
            lon=107.9 + east / 94,
            is_village=number > townships,
        )
        for number, (east, north) in enumerate(spots)
    )
    metres = tuple(tuple(int(1450 * math.dist(a, b)) for b in spots) for a in spots)
    seconds = tuple(tuple(length * 36 // 320 for length in row) for row in metres)
    roads = Roads(metres=metres, seconds=seconds, provenance="straight line x 1.45, 32 km/h")
    return County(places=places, roads=roads)


def stored_county(folder: Path) -> County:
    """Read the county of a data folder: its depot, township centres and a sample of villages."""
    with (folder / "zhenba_facilities.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    levels = [row["level"].partition("_")[0] for row in rows]
    townships = [number for number, level in enumerate(levels) if level == "township"]
    villages = [number for number, level in enumerate(levels) if level in {"village", "community"}]
    sample = np.random.default_rng(7).choice(villages, VILLAGES, replace=False)
    chosen = sorted(sample.tolist())
    kept = [0, *townships, *chosen]
    places = tuple(
        Place(
            id=DEPOT if number == 0 else rows[number]["facility_id"],
            lat=float(rows[number]["lat"]),
            lon=float(rows[number]["lon"]),
            is_village=number in set(chosen),
        )
        for number in kept
    )
    return County(
        places=places,
        roads=Roads(
            metres=_matrix(folder / "zhenba_matrix_km_SYNTHETIC.csv", kept, unit=1000),
            seconds=_matrix(folder / "zhenba_matrix_min_SYNTHETIC.csv", kept, unit=60),
            provenance="synthetic road graph of Zhenba",
        ),
    )


def _matrix(path: Path, kept: Sequence[int], *, unit: int) -> Matrix:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    return tuple(tuple(round(float(rows[a][b]) * unit) for b in kept) for a in kept)


def delivery_day(county: County, seed: int) -> Problem:
    """Draw a day's orders: every place gets ambient goods, some cold, a few controlled."""
    chance = np.random.default_rng(seed)
    orders: list[Order] = []
    for place in county.places[1:]:
        size = 15_000 if place.is_village else 120_000
        grams = int(size * chance.uniform(0.5, 1.5))
        dry = Load(grams=grams, cm3=grams * 5)
        orders.append(Order(id=f"{place.id}/dry", site_id=place.id, ambient=dry))
        if chance.random() < (0.12 if place.is_village else 0.6):
            cold = Load(grams=grams // 20, cm3=grams // 4)
            orders.append(Order(id=f"{place.id}/cold", site_id=place.id, cold=cold, priority=10))
        if chance.random() < (0 if place.is_village else 0.2):
            locked = Load(grams=2000, cm3=8000)
            orders.append(
                Order(
                    id=f"{place.id}/locked",
                    site_id=place.id,
                    ambient=locked,
                    skills=frozenset({CONTROLLED}),
                    priority=20,
                )
            )
    return Problem(
        sites=tuple(_site(place) for place in county.places),
        orders=tuple(orders),
        vehicles=tuple(_vehicle(number) for number in range(VEHICLES)),
        roads=county.roads,
    )


def _site(place: Place) -> Site:
    return Site(
        id=place.id,
        lat=place.lat,
        lon=place.lon,
        windows=VILLAGE_WINDOWS if place.is_village else TOWNSHIP_WINDOWS,
        service_seconds=360 if place.is_village else 720,
    )


def _vehicle(number: int) -> Vehicle:
    cold = number < REFRIGERATED
    return Vehicle(
        id=f"van-{number + 1}",
        ambient=Load(grams=700_000, cm3=3_500_000)
        if cold
        else Load(grams=1_000_000, cm3=6_000_000),
        cold=Load(grams=150_000, cm3=800_000) if cold else Load(),
        skills=frozenset({CONTROLLED}) if number % 4 == 0 else frozenset(),
        shift=DAY,
        start_site_id=DEPOT,
        end_site_id=DEPOT,
        cost=COLD_CARD if cold else CARD,
    )
