"""Orders of one site bundled into visits, and which vehicles could make each visit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from optimizer.routing.measures import NOTHING, Load
from optimizer.routing.problem import Order, Problem, Vehicle
from optimizer.routing.schedule import LOAD, earliest


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Orders of one site that one vehicle delivers, or collects, in one call."""

    site_id: str
    order_ids: tuple[str, ...]
    ambient: Load
    cold: Load
    skills: frozenset[str]
    boxed: Load = NOTHING
    collected: bool = False
    soiled: bool = False
    vehicle_id: str | None = None

    def __add__(self, other: "Visit") -> "Visit":
        """Join two visits of like needs; only their skills may differ."""
        return replace(
            self,
            order_ids=self.order_ids + other.order_ids,
            ambient=self.ambient + other.ambient,
            cold=self.cold + other.cold,
            boxed=self.boxed + other.boxed,
            skills=self.skills | other.skills,
        )


def visit_for(order: Order) -> Visit:
    """Return the visit that serves one order."""
    return Visit(
        site_id=order.site_id,
        order_ids=(order.id,),
        ambient=order.ambient,
        cold=order.cold,
        skills=order.skills,
        boxed=order.boxed,
        collected=order.collected,
        soiled=order.soiled,
        vehicle_id=order.vehicle_id,
    )


def measures(one: Visit | Vehicle) -> list[int]:
    """Return goods or room as numbers: grams and cm³ ambient, cold and in the locked box."""
    return [
        one.ambient.grams,
        one.ambient.cm3,
        one.cold.grams,
        one.cold.cm3,
        one.boxed.grams,
        one.boxed.cm3,
    ]


MEASURES = 6
"""How many numbers ``measures`` returns."""


def has_room(vehicle: Vehicle, visits: Iterable[Visit]) -> bool:
    """Tell whether all the visits' goods fit into the vehicle together."""
    goods = [stowed(vehicle, visit) for visit in visits]
    if not goods:
        return True
    sums = map(sum, zip(*goods, strict=True))
    return all(load <= room for load, room in zip(sums, rooms(vehicle), strict=True))


def rooms(vehicle: Vehicle) -> list[int]:
    """Return the room of a vehicle, that for used goods last."""
    return [*measures(vehicle), vehicle.soiled.grams, vehicle.soiled.cm3]


def stowed(vehicle: Vehicle, visit: Visit) -> list[int]:
    """Return what a visit puts where in the vehicle, as numbers like those of ``rooms``."""
    goods = measures(visit)
    if visit.soiled and vehicle.soiled:
        return [0, 0, *goods[2:], *goods[:2]]
    return [*goods, 0, 0]


def suits(vehicle: Vehicle, visit: Visit) -> bool:
    """Tell whether the vehicle, empty, has the room, the cooling and the skills.

    One under way that never loads again delivers nothing but what is aboard.
    """
    return (
        visit.vehicle_id in {None, vehicle.id}
        and visit.skills <= vehicle.skills
        and has_room(vehicle, [visit])
        and not (vehicle.must_load_for(visit) and vehicle.reload is None)
    )


def able_vehicles(problem: Problem, visits: Sequence[Visit]) -> list[frozenset[str]]:
    """Return for each visit the vehicles that could make it if they had nothing else to do."""
    able: list[frozenset[str]] = []
    for visit in visits:
        fit = [
            kind
            for kind in problem.fleet
            if suits(kind[0], visit) and _is_in_time(problem, kind[0], visit)
        ]
        able.append(frozenset(vehicle.id for kind in fit for vehicle in kind))
    return able


def _is_in_time(problem: Problem, vehicle: Vehicle, visit: Visit) -> bool:
    before = [LOAD] if vehicle.must_load_for(visit) else []
    return earliest(problem, vehicle, [*before, visit.site_id]) is not None


def bundle(problem: Problem, orders: Sequence[Order]) -> list[Visit]:
    """Bundle each site's orders into as few visits as the vehicles allow.

    Orders with the same needs (cooling, skills ...) are bundled first and stay separate from
    those with other needs: the engine joins them at no cost where one vehicle calls for both,
    and is free to send two where the few refrigerated vehicles are short. Orders that a
    vehicle serves first are visits of their own.
    """
    first = {order_id for vehicle in problem.vehicles for order_id in vehicle.first}
    ordered = sorted((order for order in orders if order.id not in first), key=_needs)
    return [
        *(visit_for(order) for order in orders if order.id in first),
        *(
            visit
            for _, alike in groupby(ordered, key=_needs)
            for visit in _pack(problem, list(alike))
        ),
    ]


def _needs(order: Order) -> tuple[str | bool | list[str], ...]:
    return (
        order.site_id,
        bool(order.cold),
        sorted(order.skills),
        bool(order.boxed),
        order.collected,
        order.soiled,
        order.vehicle_id or "",
    )


def _pack(problem: Problem, alike: Sequence[Order]) -> list[Visit]:
    packed: list[Visit] = []
    for order in alike:
        single = visit_for(order)
        for place, visit in enumerate(packed):
            if able_vehicles(problem, [visit + single])[0]:
                packed[place] = visit + single
                break
        else:
            packed.append(single)
    return packed
