"""Orders that no vehicle can serve, even with nothing else to do, and why."""

from collections.abc import Callable

from optimizer.routing.plan import Reason, Unassigned
from optimizer.routing.problem import NO_ROAD, Order, Problem, Vehicle
from optimizer.routing.schedule import LOAD, earliest, legs_of


def precheck(problem: Problem) -> tuple[Unassigned, ...]:
    """Return every order that cannot be served at all, in the order given."""
    reasons = ((order.id, hopeless(problem, order)) for order in problem.orders)
    return tuple(
        Unassigned(order_id=order_id, reason=reason)
        for order_id, reason in reasons
        if reason is not None
    )


def hopeless(problem: Problem, order: Order) -> Reason | None:
    """Return why no vehicle can serve the order alone, or None when one can.

    Each requirement in turn is put to the vehicles that met those before it; the first that
    none of them meets is the reason.
    """
    furthest = 0
    for group in problem.fleet:
        met = _met(problem, group[0], order)
        if met == len(_REQUIREMENTS):
            return None
        furthest = max(furthest, met)
    return _REQUIREMENTS[furthest][0]


def _met(problem: Problem, vehicle: Vehicle, order: Order) -> int:
    """Return how many of the requirements, in turn, a vehicle meets."""
    unmet = (
        number for number, (_, can) in enumerate(_REQUIREMENTS) if not can(problem, vehicle, order)
    )
    return next(unmet, len(_REQUIREMENTS))


def _exists(*_: object) -> bool:
    return True


def _is_the_one(_: Problem, vehicle: Vehicle, order: Order) -> bool:
    return order.vehicle_id in {None, vehicle.id}


def _may_load(_: Problem, vehicle: Vehicle, order: Order) -> bool:
    return vehicle.reload is not None or not vehicle.must_load_for(order)


def _can_cool(_: Problem, vehicle: Vehicle, order: Order) -> bool:
    return vehicle.refrigerated or not order.cold


def _can_lock_up(_: Problem, vehicle: Vehicle, order: Order) -> bool:
    return bool(vehicle.boxed) or not order.boxed


def _has_skills(_: Problem, vehicle: Vehicle, order: Order) -> bool:
    return order.skills <= vehicle.skills


def _has_room(_: Problem, vehicle: Vehicle, order: Order) -> bool:
    room = vehicle.soiled if order.soiled and vehicle.soiled else vehicle.ambient
    return (
        order.ambient.fits(room)
        and order.cold.fits(vehicle.cold)
        and order.boxed.fits(vehicle.boxed)
    )


def _halts(vehicle: Vehicle, order: Order) -> list[str | None]:
    return [LOAD, order.site_id] if vehicle.must_load_for(order) else [order.site_id]


def _can_drive(problem: Problem, vehicle: Vehicle, order: Order) -> bool:
    return max(legs_of(problem, vehicle, _halts(vehicle, order))) < NO_ROAD


def _reaches_window(problem: Problem, vehicle: Vehicle, order: Order) -> bool:
    site = problem.site(order.site_id)
    halts = _halts(vehicle, order)
    arrive = vehicle.shift.earliest + sum(legs_of(problem, vehicle, halts)[:-1])
    return not site.windows or any(
        arrive <= window.latest and window.earliest <= vehicle.latest_back
        for window in site.windows
    )


def _is_back_in_time(problem: Problem, vehicle: Vehicle, order: Order) -> bool:
    return earliest(problem, vehicle, _halts(vehicle, order)) is not None


_REQUIREMENTS: tuple[tuple[Reason, Callable[[Problem, Vehicle, Order], bool]], ...] = (
    (Reason.NO_VEHICLE, _exists),
    (Reason.VEHICLE_AWAY, _is_the_one),
    (Reason.ALL_GONE, _may_load),
    (Reason.NO_COLD_VEHICLE, _can_cool),
    (Reason.NO_BOX, _can_lock_up),
    (Reason.NO_SKILL, _has_skills),
    (Reason.TOO_BIG, _has_room),
    (Reason.UNREACHABLE, _can_drive),
    (Reason.WINDOW_UNREACHABLE, _reaches_window),
    (Reason.OUTSIDE_EVERY_SHIFT, _is_back_in_time),
)
