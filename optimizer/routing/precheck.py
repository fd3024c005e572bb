"""Orders that no vehicle can deliver, even with nothing else to do, and why."""

from collections.abc import Callable, Sequence

from optimizer.routing.plan import Reason, Unassigned
from optimizer.routing.problem import Order, Problem, Vehicle
from optimizer.routing.schedule import earliest


def precheck(problem: Problem) -> tuple[Unassigned, ...]:
    """Return every order that cannot be delivered at all, in the order given."""
    reasons = ((order.id, hopeless(problem, order)) for order in problem.orders)
    return tuple(
        Unassigned(order_id=order_id, reason=reason)
        for order_id, reason in reasons
        if reason is not None
    )


def hopeless(problem: Problem, order: Order) -> Reason | None:
    """Return why no vehicle can deliver the order alone, or None when one can.

    Each requirement in turn is put to the vehicles that met those before it; the first that
    none of them meets is the reason.
    """
    vehicles: Sequence[Vehicle] = [group[0] for group in problem.fleet]
    for reason, can in _REQUIREMENTS:
        vehicles = [vehicle for vehicle in vehicles if can(problem, vehicle, order)]
        if not vehicles:
            return reason
    return None


def _exists(*_: object) -> bool:
    return True


def _can_cool(_: Problem, vehicle: Vehicle, order: Order) -> bool:
    return vehicle.refrigerated or not order.cold


def _has_skills(_: Problem, vehicle: Vehicle, order: Order) -> bool:
    return order.skills <= vehicle.skills


def _has_room(_: Problem, vehicle: Vehicle, order: Order) -> bool:
    return order.ambient.fits(vehicle.ambient) and order.cold.fits(vehicle.cold)


def _reaches_window(problem: Problem, vehicle: Vehicle, order: Order) -> bool:
    site = problem.site(order.site_id)
    shift = vehicle.shift
    arrive = shift.earliest + problem.seconds_between(vehicle.start_site_id, site.id)
    return not site.windows or any(
        arrive <= window.latest and window.earliest <= shift.latest for window in site.windows
    )


def _is_back_in_time(problem: Problem, vehicle: Vehicle, order: Order) -> bool:
    return earliest(problem, vehicle, [order.site_id]) is not None


_REQUIREMENTS: tuple[tuple[Reason, Callable[[Problem, Vehicle, Order], bool]], ...] = (
    (Reason.NO_VEHICLE, _exists),
    (Reason.NO_COLD_VEHICLE, _can_cool),
    (Reason.NO_SKILL, _has_skills),
    (Reason.TOO_BIG, _has_room),
    (Reason.WINDOW_UNREACHABLE, _reaches_window),
    (Reason.OUTSIDE_EVERY_SHIFT, _is_back_in_time),
)
