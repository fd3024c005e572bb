"""What the router is asked: the sites, orders, vehicles, roads and prices of one day.

Units everywhere: seconds (moments count from local midnight), metres, fen (分), grams, cm³.
All of them are whole numbers below 2⁴⁰.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from optimizer.routing.hours import Lunch, Reload, Rest
from optimizer.routing.measures import (
    LIMIT,
    NOTHING,
    Load,
    Span,
    is_whole,
    refuse,
    require_whole,
)

CONTROLLED = "controlled"
"""Skill of a vehicle whose locked box and two-person crew may carry controlled medicines."""

TOP_PRIORITY = 100

NO_ROAD = LIMIT - 1
"""What the matrices hold between sites that no road joins."""

USUAL_ROADS = ""
"""The profile of vehicles that drive as the day's own matrices say."""

_POLE, _DATE_LINE = 90, 180

Matrix = tuple[tuple[int, ...], ...]
Grid = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place to visit.

    Service may *start* only inside one of ``windows`` and may run past its end; without
    windows it may start at any moment. Windows and service time hold for deliveries, not for
    a vehicle's leaving or coming back.

    Service should start until ``due``; each minute later costs. A call by another vehicle
    than the usual one costs ``stranger_fen``.
    """

    id: str
    lat: float
    lon: float
    windows: tuple[Span, ...] = ()
    service_seconds: int = 0
    due: int | None = None
    fen_per_minute_late: int = 0
    usual_vehicle_id: str | None = None
    stranger_fen: int = 0

    def __post_init__(self) -> None:
        on_earth = abs(self.lat) <= _POLE and abs(self.lon) <= _DATE_LINE
        refuse(f"site {self.id} is not on Earth", when=not on_earth)
        require_whole(
            service_seconds=self.service_seconds,
            due=self.due or 0,
            fen_per_minute_late=self.fen_per_minute_late,
            stranger_fen=self.stranger_fen,
        )
        refuse(
            f"the windows of site {self.id} overlap or are out of order",
            when=any(before.latest >= after.earliest for before, after in pairwise(self.windows)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Goods for one site that travel together: one tote, or several that must not part.

    They are brought to the site or, when ``collected``, from there to where the vehicle next
    loads or ends. ``boxed`` goods need the vehicle's locked box. ``soiled`` ones (used sterile
    trays) are never in one compartment with others.

    The vehicle needs all of ``skills``, and is the one of ``vehicle_id`` if that is given. The
    higher ``priority`` (0 to 100), the dearer it is to leave the order behind.
    """

    id: str
    site_id: str
    ambient: Load = NOTHING
    cold: Load = NOTHING
    skills: frozenset[str] = frozenset()
    priority: int = 0
    boxed: Load = NOTHING
    collected: bool = False
    soiled: bool = False
    vehicle_id: str | None = None

    def __post_init__(self) -> None:
        fine = is_whole(self.priority) and self.priority <= TOP_PRIORITY
        refuse(f"the priority of order {self.id} must be 0 to {TOP_PRIORITY}", when=not fine)
        refuse(
            f"the soiled order {self.id} can only be collected, and not be cooled or boxed",
            when=self.soiled and not (self.collected and not self.cold and not self.boxed),
        )


class Ride(Protocol):
    """One or several orders that ride together."""

    @property
    def collected(self) -> bool:
        """Whether they are collected, not delivered."""

    @property
    def vehicle_id(self) -> str | None:
        """The only vehicle they may ride on, if there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostCard:
    """What a vehicle costs; its driver is paid from leaving to coming back.

    Hours after the end of the shift cost ``fen_per_overtime_hour`` on top.
    """

    fen_per_km: int = 0
    fen_per_hour: int = 0
    fen_per_day: int = 0
    fen_per_stop: int = 0
    fen_per_overtime_hour: int = 0

    def __post_init__(self) -> None:
        require_whole(
            fen_per_km=self.fen_per_km,
            fen_per_hour=self.fen_per_hour,
            fen_per_day=self.fen_per_day,
            fen_per_stop=self.fen_per_stop,
            fen_per_overtime_hour=self.fen_per_overtime_hour,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A vehicle with its driver; it makes at most one run, inside its shift.

    ``ambient`` and ``cold`` are the room of its two compartments, ``boxed`` that of its locked
    box. One without a working cold compartment has ``cold`` of nothing. Without a room of
    their own (``soiled``) used trays may ride in the ambient compartment while nothing else
    does.

    It may be back up to ``overtime_seconds`` after its shift. ``profile`` names its roads.

    A vehicle ``under_way`` starts where it stands: on its first trip it delivers only what is
    aboard, the orders that name it. ``first`` are the orders it serves before any others.
    """

    id: str
    ambient: Load
    shift: Span
    start_site_id: str
    end_site_id: str
    cost: CostCard
    cold: Load = NOTHING
    skills: frozenset[str] = frozenset()
    boxed: Load = NOTHING
    soiled: Load = NOTHING
    overtime_seconds: int = 0
    lunch: Lunch | None = None
    reload: Reload | None = None
    profile: str = USUAL_ROADS
    under_way: bool = False
    first: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_whole(overtime_seconds=self.overtime_seconds)

    @property
    def refrigerated(self) -> bool:
        """Whether it may carry cold goods at all."""
        return bool(self.cold)

    @property
    def latest_back(self) -> int:
        """The last moment it may be back, overtime included."""
        return self.shift.latest + self.overtime_seconds

    @property
    def is_special(self) -> bool:
        """Whether it has breaks, overtime, further trips, other roads or a run begun."""
        rules = (self.lunch, self.overtime_seconds, self.reload, self.profile)
        return any(rules) or self.under_way or bool(self.first)

    @property
    def base_id(self) -> str:
        """The site where it loads again, if it may."""
        return self.reload.site_id if self.reload else self.start_site_id

    @property
    def first_ids(self) -> frozenset[str]:
        """The orders it serves before any others."""
        return frozenset(self.first)

    def must_load_for(self, order: Ride) -> bool:
        """Tell whether it has to load again before it can serve an order."""
        return self.under_way and not order.collected and order.vehicle_id != self.id


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
    """One day's deliveries.

    ``other_roads`` are those of vehicles that drive by another profile, by its name. ``rest``
    binds every driver.
    """

    sites: tuple[Site, ...]
    orders: tuple[Order, ...]
    vehicles: tuple[Vehicle, ...]
    roads: Roads
    other_roads: Mapping[str, Roads] = field(default_factory=dict)
    rest: Rest | None = None

    def __post_init__(self) -> None:
        _require_unique("site", (site.id for site in self.sites))
        _require_unique("order", (order.id for order in self.orders))
        _require_unique("vehicle", (vehicle.id for vehicle in self.vehicles))
        count = len(self.sites)
        refuse(
            f"{count} sites need matrices of {count} x {count}",
            when=any(len(one.metres) != count for one in (self.roads, *self.other_roads.values())),
        )
        for order in self.orders:
            self._require_site(order.site_id, f"order {order.id}")
        for vehicle in self.vehicles:
            self._require_site(vehicle.start_site_id, f"vehicle {vehicle.id}")
            self._require_site(vehicle.end_site_id, f"vehicle {vehicle.id}")
            if vehicle.reload:
                self._require_site(vehicle.reload.site_id, f"vehicle {vehicle.id}")
            refuse(
                f"vehicle {vehicle.id} drives by the unknown profile {vehicle.profile}",
                when=vehicle.profile not in {USUAL_ROADS, *self.other_roads},
            )

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
        """The vehicles in groups that differ in nothing but their names.

        One that an order or a site asks for by its name is alone.
        """
        named = {order.vehicle_id for order in self.orders}
        named |= {site.usual_vehicle_id for site in self.sites}
        groups: dict[Vehicle, list[Vehicle]] = {}
        for vehicle in self.vehicles:
            name = vehicle.id if vehicle.id in named else ""
            groups.setdefault(replace(vehicle, id=name), []).append(vehicle)
        return tuple(map(tuple, groups.values()))

    @cached_property
    def is_plain(self) -> bool:
        """Whether nothing binds the day but room, windows, shifts, skills and prices."""
        return not (
            self.rest
            or any(one.due is not None or one.usual_vehicle_id for one in self.sites)
            or any(order.collected for order in self.orders)
            or any(vehicle.is_special for vehicle in self.vehicles)
        )

    def roads_of(self, vehicle: Vehicle) -> Roads:
        """Return the roads as the vehicle drives them."""
        return self.other_roads.get(vehicle.profile, self.roads)

    def site(self, site_id: str) -> Site:
        """Return the site of that id."""
        return self.sites[self.row_of[site_id]]

    def seconds_between(self, origin: str, goal: str) -> int:
        """Return the usual driving time between two sites."""
        return self.roads.seconds[self.row_of[origin]][self.row_of[goal]]

    def metres_along(self, site_ids: Sequence[str], roads: Roads | None = None) -> int:
        """Return the length of the way through all the sites in turn, by the roads given."""
        rows = [self.row_of[site_id] for site_id in site_ids]
        metres = (roads or self.roads).metres
        return sum(metres[here][there] for here, there in pairwise(rows))
