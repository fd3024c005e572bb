"""Planning days of a stored county: who is served when, and what each supplier sends."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.county import HOUR, TOWNSHIP_WINDOWS, VILLAGE_WINDOWS
from optimizer.routing.measures import NOTHING, Load, Span
from optimizer.routing.problem import Matrix, Roads, Site
from optimizer.routing.savings.inputs import Day, Drop, Fleet, Ground, Prices, Way

WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri")
SECOND_VISIT = 2
"""A township health centre is served again so many days after its villages."""
SHARES = (0.24, 0.18, 0.15, 0.13, 0.10, 0.08, 0.07, 0.05)
"""What part of all lines comes from each of eight suppliers; nobody has measured it."""
COLD = 4
"""The supplier whose goods are all cold: vaccines, insulin."""
CONTROLLED_SHARE = 0.02
"""Share of a health centre's lines from the first supplier that are controlled medicines."""
FLEET = Fleet(
    plain=Load(grams=1_100_000, cm3=7_600_000),
    cold_ambient=Load(grams=600_000, cm3=4_400_000),
    cold=Load(grams=300_000, cm3=1_800_000),
    shift=Span(earliest=int(7.5 * HOUR), latest=18 * HOUR),
)
PRICES = Prices(
    fen_per_vehicle_day=16_000,
    fen_per_driver_hour=3_500,
    fen_per_km=160,
    fen_per_stop=300,
    cold_fen_per_day=6_000,
    cold_fen_per_km=30,
    hub_fen_per_line=100,
    linehaul_fen_per_day=16_000,
    linehaul_fen_per_km=160,
)
"""Assumed prices, of the size of those in the reference's own example."""
HAUL = Way(metres=110_000, seconds=9_000)
"""Assumed for every supplier: the prefecture's city, two and a half hours away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An institution: how many lines it orders at a time, and how heavy one is."""

    site: Site
    township: str
    lines: int
    grams_per_line: int
    is_village: bool


ORDERED = {"township": (40, 3_000), "community": (12, 1_500), "village": (8, 800)}
"""Mean lines of an order and grams of a line, by level of the institution."""


def stored_ground(folder: Path) -> tuple[Ground, list[Place]]:
    """Return the county of a data folder; its first facility is the hub and is not served."""
    with (folder / "zhenba_facilities.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    places = [_place(row) for row in rows[1:]]
    hub = rows[0]
    store = Site(id=hub["facility_id"], lat=float(hub["lat"]), lon=float(hub["lon"]))
    ground = Ground(
        sites=(store, *(place.site for place in places)),
        hub=store.id,
        roads=Roads(
            metres=_matrix(folder / "zhenba_matrix_km_SYNTHETIC.csv", unit=1000),
            seconds=_matrix(folder / "zhenba_matrix_min_SYNTHETIC.csv", unit=60),
            provenance="synthetic road graph of Zhenba",
        ),
        fleet=FLEET,
        prices=PRICES,
        haul={_supplier(number): HAUL for number in range(len(SHARES))},
    )
    return ground, places


def _place(row: dict[str, str]) -> Place:
    level = row["level"].partition("_")[0]
    lines, grams = ORDERED[level]
    is_village = level != "township"
    return Place(
        site=Site(
            id=row["facility_id"],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            windows=VILLAGE_WINDOWS if is_village else TOWNSHIP_WINDOWS,
            service_seconds=360 if is_village else 720,
        ),
        township=row["township"],
        lines=lines,
        grams_per_line=grams,
        is_village=is_village,
    )


def _matrix(path: Path, *, unit: int) -> Matrix:
    with path.open(encoding="utf-8") as file:
        return tuple(
            tuple(round(float(cell) * unit) for cell in row) for row in csv.reader(file) if row
        )


def _supplier(number: int) -> str:
    return f"supplier-{number + 1}"


def planning_days(places: Sequence[Place], count: int, seed: int) -> tuple[Day, ...]:
    """Draw so many working days' orders.

    Each township has its weekday: its villages, stations and health centre are served then,
    the health centre again two days later.
    """
    townships = sorted({place.township for place in places})
    weekday = {name: number % len(WEEK) for number, name in enumerate(townships)}
    chance = np.random.default_rng(seed)
    days = []
    for number in range(count):
        week, today = divmod(number, len(WEEK))
        served = [place for place in places if _is_served(place, weekday[place.township], today)]
        drops = tuple(drop for place in served for drop in _drops(place, chance))
        days.append(Day(name=f"week {week + 1} {WEEK[today]}", drops=drops))
    return tuple(days)


def _is_served(place: Place, first: int, today: int) -> bool:
    again = (first + SECOND_VISIT) % len(WEEK)
    return today == first or (not place.is_village and today == again)


def _drops(place: Place, chance: np.random.Generator) -> Iterator[Drop]:
    lines = 1 + int(chance.poisson(place.lines - 1))
    for number, ordered in enumerate(chance.multinomial(lines, SHARES).tolist()):
        controlled = (
            int(chance.binomial(ordered, CONTROLLED_SHARE))
            if number == 0 and not place.is_village
            else 0
        )
        for part, locked in ((ordered - controlled, False), (controlled, True)):
            if part:
                grams = part * place.grams_per_line
                goods = Load(grams=grams, cm3=grams * 5)
                yield Drop(
                    supplier=_supplier(number),
                    site_id=place.site.id,
                    lines=part,
                    ambient=NOTHING if number == COLD else goods,
                    cold=goods if number == COLD else NOTHING,
                    controlled=locked,
                )
