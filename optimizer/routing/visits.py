"""Orders of one site bundled into visits, and which vehicles could make each visit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from optimizer.routing.measures import NOTHING, Load
from optimizer.routing.problem import Order, Problem, Vehicle
from optimizer.routing.schedule import earliest


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Orders of one site that one vehicle delivers in one call."""

    site_id: str
    order_ids: tuple[str, ...]
    ambient: Load
    cold: Load
    skills: frozenset[str]

    def __add__(self, other: "Visit") -> "Visit":
        return Visit(
            site_id=self.site_id,
            order_ids=self.order_ids + other.order_ids,
            ambient=self.ambient + other.ambient,
            cold=self.cold + other.cold,
            skills=self.skills | other.skills,
        )


def visit_for(order: Order) -> Visit:
    """Return the visit that delivers one order."""
    return Visit(
        site_id=order.site_id,
        order_ids=(order.id,),
        ambient=order.ambient,
        cold=order.cold,
        skills=order.skills,
    )


def measures(one: Visit | Vehicle) -> list[int]:
    """Return goods or room as numbers: ambient grams and cm³, cold grams and cm³."""
    return [one.ambient.grams, one.ambient.cm3, one.cold.grams, one.cold.cm3]


def has_room(vehicle: Vehicle, visits: Iterable[Visit]) -> bool:
    """Tell whether all the visits' goods fit into the vehicle together."""
    ambient, cold = NOTHING, NOTHING
    for visit in visits:
        ambient, cold = ambient + visit.ambient, cold + visit.cold
    return ambient.fits(vehicle.ambient) and cold.fits(vehicle.cold)


def suits(vehicle: Vehicle, visit: Visit) -> bool:
    """Tell whether the vehicle, empty, has the room, the cooling and the skills."""
    return visit.skills <= vehicle.skills and has_room(vehicle, [visit])


def able_vehicles(problem: Problem, visits: Sequence[Visit]) -> list[frozenset[str]]:
    """Return for each visit the vehicles that could make it if they had nothing else to do."""
    able: list[frozenset[str]] = []
    for visit in visits:
        fit = [
            kind
            for kind in problem.fleet
            if suits(kind[0], visit) and earliest(problem, kind[0], [visit.site_id]) is not None
        ]
        able.append(frozenset(vehicle.id for kind in fit for vehicle in kind))
    return able


def bundle(problem: Problem, orders: Sequence[Order]) -> list[Visit]:
    """Bundle each site's orders into as few visits as the vehicles allow.

    Orders with the same needs (cooling, skills) are bundled first and stay separate from
    those with other needs: the engine joins them at no cost where one vehicle calls for both,
    and is free to send two where the few refrigerated vehicles are short.
    """
    ordered = sorted(orders, key=_needs)
    return [
        visit for _, alike in groupby(ordered, key=_needs) for visit in _pack(problem, list(alike))
    ]


def _needs(order: Order) -> tuple[str, bool, list[str]]:
    return order.site_id, bool(order.cold), sorted(order.skills)


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
