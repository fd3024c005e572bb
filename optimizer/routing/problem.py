"""What the router is asked: the sites, orders, vehicles, roads and prices of one day.

Units everywhere: seconds (moments count from local midnight), metres, fen (分), grams, cm³.
All of them are whole numbers below 2⁴⁰.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from optimizer.routing.measures import NOTHING, Load, Span, is_whole, refuse, require_whole

CONTROLLED = "controlled"
"""Skill of a vehicle whose locked box and two-person crew may carry controlled medicines."""

TOP_PRIORITY = 100

_POLE, _DATE_LINE = 90, 180

Matrix = tuple[tuple[int, ...], ...]
Grid = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place to visit.

    Service may *start* only inside one of ``windows`` and may run past its end; without
    windows it may start at any moment. Windows and service time hold for deliveries, not for
    a vehicle's leaving or coming back.
    """

    id: str
    lat: float
    lon: float
    windows: tuple[Span, ...] = ()
    service_seconds: int = 0

    def __post_init__(self) -> None:
        on_earth = abs(self.lat) <= _POLE and abs(self.lon) <= _DATE_LINE
        refuse(f"site {self.id} is not on Earth", when=not on_earth)
        require_whole(service_seconds=self.service_seconds)
        refuse(
            f"the windows of site {self.id} overlap or are out of order",
            when=any(before.latest >= after.earliest for before, after in pairwise(self.windows)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Goods for one site that travel together: one tote, or several that must not part.

    The vehicle needs all of ``skills``. The higher ``priority`` (0 to 100), the dearer it is
    to leave the order behind.
    """

    id: str
    site_id: str
    ambient: Load = NOTHING
    cold: Load = NOTHING
    skills: frozenset[str] = frozenset()
    priority: int = 0

    def __post_init__(self) -> None:
        fine = is_whole(self.priority) and self.priority <= TOP_PRIORITY
        refuse(f"the priority of order {self.id} must be 0 to {TOP_PRIORITY}", when=not fine)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostCard:
    """What a vehicle costs; its driver is paid from leaving to coming back."""

    fen_per_km: int = 0
    fen_per_hour: int = 0
    fen_per_day: int = 0
    fen_per_stop: int = 0

    def __post_init__(self) -> None:
        require_whole(
            fen_per_km=self.fen_per_km,
            fen_per_hour=self.fen_per_hour,
            fen_per_day=self.fen_per_day,
            fen_per_stop=self.fen_per_stop,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A vehicle with its driver; it makes at most one run, inside its shift.

    ``ambient`` and ``cold`` are the room of its two compartments. One without a working cold
    compartment has ``cold`` of nothing.
    """

    id: str
    ambient: Load
    shift: Span
    start_site_id: str
    end_site_id: str
    cost: CostCard
    cold: Load = NOTHING
    skills: frozenset[str] = frozenset()

    @property
    def refrigerated(self) -> bool:
        """Whether it may carry cold goods at all."""
        return bool(self.cold)


@dataclass(frozen=True, kw_only=True)
class Roads:
    """Distance and driving time between all sites; rows and columns in the order of the sites.

    Both should be shortest paths: the direct entry is taken to be the best way. ``provenance``
    says where the figures come from, so that a plan can be traced to them.
    """

    metres: Matrix = field(repr=False)
    seconds: Matrix = field(repr=False)
    provenance: str

    def __post_init__(self) -> None:
        refuse("roads must say where their figures come from", when=not self.provenance)
        size = len(self.metres)
        for name, matrix in (("metres", self.metres), ("seconds", self.seconds)):
            square = len(matrix) == size and all(len(row) == size for row in matrix)
            refuse(f"the matrix of {name} must be {size} x {size}", when=not square)
            refuse(
                f"the matrix of {name} must hold whole numbers from 0 to 2^40",
                when=not all(is_whole(value) for row in matrix for value in row),
            )

    @cached_property
    def grids(self) -> tuple[Grid, Grid]:
        """Metres and seconds as arrays."""
        return np.array(self.metres, dtype=np.int64), np.array(self.seconds, dtype=np.int64)


def _require_unique(kind: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        refuse(f"a {kind} has no id", when=not one)
        refuse(f"two {kind}s are called {one}", when=one in seen)
        seen.add(one)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One day's deliveries."""

    sites: tuple[Site, ...]
    orders: tuple[Order, ...]
    vehicles: tuple[Vehicle, ...]
    roads: Roads

    def __post_init__(self) -> None:
        _require_unique("site", (site.id for site in self.sites))
        _require_unique("order", (order.id for order in self.orders))
        _require_unique("vehicle", (vehicle.id for vehicle in self.vehicles))
        count = len(self.sites)
        refuse(
            f"{count} sites need matrices of {count} x {count}",
            when=len(self.roads.metres) != count,
        )
        for order in self.orders:
            self._require_site(order.site_id, f"order {order.id}")
        for vehicle in self.vehicles:
            self._require_site(vehicle.start_site_id, f"vehicle {vehicle.id}")
            self._require_site(vehicle.end_site_id, f"vehicle {vehicle.id}")

    def _require_site(self, site_id: str, who: str) -> None:
        refuse(f"{who} names the unknown site {site_id}", when=site_id not in self.row_of)

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Row and column of each site in the matrices."""
        return {site.id: row for row, site in enumerate(self.sites)}

    @cached_property
    def order_by_id(self) -> dict[str, Order]:
        """Each order under its id."""
        return {order.id: order for order in self.orders}

    @cached_property
    def vehicle_by_id(self) -> dict[str, Vehicle]:
        """Each vehicle under its id."""
        return {vehicle.id: vehicle for vehicle in self.vehicles}

    @cached_property
    def fleet(self) -> tuple[tuple[Vehicle, ...], ...]:
        """The vehicles in groups that differ in nothing but their names."""
        groups: dict[Vehicle, list[Vehicle]] = {}
        for vehicle in self.vehicles:
            groups.setdefault(replace(vehicle, id=""), []).append(vehicle)
        return tuple(map(tuple, groups.values()))

    def site(self, site_id: str) -> Site:
        """Return the site of that id."""
        return self.sites[self.row_of[site_id]]

    def seconds_between(self, origin: str, goal: str) -> int:
        """Return the driving time between two sites."""
        return self.roads.seconds[self.row_of[origin]][self.row_of[goal]]

    def metres_along(self, site_ids: Sequence[str]) -> int:
        """Return the length of the way through all the sites in turn."""
        rows = [self.row_of[site_id] for site_id in site_ids]
        return sum(self.roads.metres[here][there] for here, there in pairwise(rows))
