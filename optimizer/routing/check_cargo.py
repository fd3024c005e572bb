"""The judge's eye on the cargo: what is aboard after each stop of a run, and what may be."""

from collections.abc import Iterator, Sequence
from itertools import chain

from optimizer.routing.measures import Load
from optimizer.routing.plan import Route, Stop
from optimizer.routing.problem import Order, Problem, Vehicle
from optimizer.routing.violation import Kind, Violation

KINDS = (
    Kind.AMBIENT_WEIGHT,
    Kind.AMBIENT_VOLUME,
    Kind.COLD_WEIGHT,
    Kind.COLD_VOLUME,
    Kind.BOXED_WEIGHT,
    Kind.BOXED_VOLUME,
    Kind.SOILED_WEIGHT,
    Kind.SOILED_VOLUME,
)

Hold = tuple[int, ...]
"""What is aboard: one number for each of ``KINDS``, then how many orders are clean and soiled
in the ambient compartment."""


def cargo(problem: Problem, vehicle: Vehicle, route: Route) -> Iterator[Violation]:
    """Find what the vehicle may not carry, at all or together."""
    trips = _trips(problem, route)
    for order in chain.from_iterable(chain.from_iterable(trips)):
        yield from _unfit(vehicle, order)
    if vehicle.under_way:
        for order in chain.from_iterable(trips[0]):
            if not order.collected and order.vehicle_id != vehicle.id:
                yield _of(Kind.NOT_ABOARD, vehicle, order)
    holds = [hold for trip in trips for hold in _holds(vehicle, trip)]
    yield from _overloads(vehicle, holds)
    mixed = sum(1 for *_, clean, soiled in holds if clean and soiled)
    if mixed:
        yield Violation(kind=Kind.MIXED, vehicle_id=vehicle.id, amount=mixed)


def _trips(problem: Problem, route: Route) -> list[list[list[Order]]]:
    """Return the orders of each stop of each trip; a stop that loads begins the next trip."""
    trips: list[list[list[Order]]] = [[]]
    for stop in route.stops:
        if stop.loads:
            trips.append([])
        trips[-1].append(_orders(problem, stop))
    return trips


def _orders(problem: Problem, stop: Stop) -> list[Order]:
    known = problem.order_by_id
    return [known[order_id] for order_id in stop.order_ids if order_id in known]


def _unfit(vehicle: Vehicle, order: Order) -> Iterator[Violation]:
    if order.cold and not vehicle.refrigerated:
        yield _of(Kind.NOT_REFRIGERATED, vehicle, order)
    if order.boxed and not vehicle.boxed:
        yield _of(Kind.NO_BOX, vehicle, order)
    missing = order.skills - vehicle.skills
    if missing:
        yield _of(Kind.MISSING_SKILL, vehicle, order, amount=len(missing))
    if order.vehicle_id not in {None, vehicle.id}:
        yield _of(Kind.WRONG_VEHICLE, vehicle, order)


def _of(kind: Kind, vehicle: Vehicle, order: Order, *, amount: int = 1) -> Violation:
    return Violation(kind=kind, vehicle_id=vehicle.id, order_id=order.id, amount=amount)


def _holds(vehicle: Vehicle, trip: Sequence[Sequence[Order]]) -> Iterator[Hold]:
    """Yield what is aboard when the trip begins and after each of its stops.

    At a stop everything for it is unloaded before anything is collected.
    """
    loaded = [_amounts(vehicle, order) for stop in trip for order in stop if not order.collected]
    hold = tuple(map(sum, zip(_NOBODYS, *loaded, strict=True)))
    yield hold
    for stop in trip:
        for order in stop:
            sign = 1 if order.collected else -1
            amounts = _amounts(vehicle, order)
            hold = tuple(
                before + sign * amount for before, amount in zip(hold, amounts, strict=True)
            )
        yield hold


_NOBODYS: Hold = (0,) * (len(KINDS) + 2)


def _amounts(vehicle: Vehicle, order: Order) -> Hold:
    """Return what one order puts into each compartment of the vehicle."""
    nothing = (0, 0)
    goods = _pair(order.ambient)
    rest = (*_pair(order.cold), *_pair(order.boxed))
    if order.soiled and vehicle.soiled:
        return (*nothing, *rest, *goods, *nothing)
    counts = (int(bool(order.ambient) and not order.soiled), int(order.soiled))
    return (*goods, *rest, *nothing, *counts)


def _pair(load: Load) -> tuple[int, int]:
    return load.grams, load.cm3


def _overloads(vehicle: Vehicle, holds: Sequence[Hold]) -> Iterator[Violation]:
    """Find the compartments that are overloaded, and by how much at the worst moment."""
    compartments = (vehicle.ambient, vehicle.cold, vehicle.boxed, vehicle.soiled)
    rooms = chain.from_iterable(map(_pair, compartments))
    # Goods that the vehicle cannot cool or lock up at all are named one by one.
    named = {Kind.COLD_WEIGHT, Kind.COLD_VOLUME} if not vehicle.cold else set()
    if not vehicle.boxed:
        named |= {Kind.BOXED_WEIGHT, Kind.BOXED_VOLUME}
    for kind, room, loads in zip(KINDS, rooms, zip(*holds, strict=True), strict=False):
        excess = max(loads) - room
        if excess > 0 and kind not in named:
            yield Violation(kind=kind, vehicle_id=vehicle.id, amount=excess)
