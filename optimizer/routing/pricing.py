"""The price of a run, from first principles; no engine's own figure is ever trusted."""

from collections.abc import Iterable

from optimizer.routing.plan import Cost, Plan
from optimizer.routing.problem import NO_ROAD, CostCard, Problem, Site, Vehicle

METRES_PER_KM = 1000
SECONDS_PER_HOUR = 3600
SECONDS_PER_MINUTE = 60


def price(card: CostCard, *, metres: int, seconds: int, stops: int) -> Cost:
    """Return what a run costs; each part is rounded to the nearest fen, halves up."""
    return Cost(
        distance_fen=(metres * card.fen_per_km + METRES_PER_KM // 2) // METRES_PER_KM,
        driver_fen=(seconds * card.fen_per_hour + SECONDS_PER_HOUR // 2) // SECONDS_PER_HOUR,
        vehicle_fen=card.fen_per_day,
        stop_fen=stops * card.fen_per_stop,
    )


def surcharges(
    problem: Problem, vehicle: Vehicle, starts: Iterable[tuple[str, int]], *, back: int
) -> Cost:
    """Return what comes on top: overtime, and per service being late and being a stranger.

    ``starts`` says when the service at each site starts; each is rounded to the nearest fen.
    """
    late, strange = 0, 0
    for site_id, start in starts:
        site = problem.site(site_id)
        late += lateness_fen(site, start)
        strange += stranger_fen(site, vehicle)
    over = max(0, back - vehicle.shift.latest) * vehicle.cost.fen_per_overtime_hour
    return Cost(
        overtime_fen=(over + SECONDS_PER_HOUR // 2) // SECONDS_PER_HOUR,
        late_fen=late,
        stranger_fen=strange,
    )


def lateness_fen(site: Site, start: int) -> int:
    """Return what it costs that service starts so late."""
    if site.due is None or start <= site.due:
        return 0
    late = (start - site.due) * site.fen_per_minute_late
    return (late + SECONDS_PER_MINUTE // 2) // SECONDS_PER_MINUTE


def stranger_fen(site: Site, vehicle: Vehicle) -> int:
    """Return what it costs that the vehicle is not the one the site is used to."""
    usual = site.usual_vehicle_id
    return 0 if usual is None or usual == vehicle.id else site.stranger_fen


def penalties(problem: Problem) -> dict[str, int]:
    """Return for each order what leaving it behind is held to cost, in fen.

    It exceeds opening one more vehicle for the farthest round trip, as late and by as much
    overtime as allowed, so an order is dropped only when it cannot be served; its priority
    multiplies it.
    """
    metres, seconds = (2 * farthest for farthest in _farthest(problem))
    trips = (
        price(vehicle.cost, metres=metres, seconds=seconds, stops=1)
        + surcharges(problem, vehicle, [], back=vehicle.latest_back)
        for vehicle in problem.vehicles
    )
    end = max((vehicle.latest_back for vehicle in problem.vehicles), default=0)
    worst = max((_worst(site, end) for site in problem.sites), default=0)
    dearest = 1 + worst + max((trip.total_fen for trip in trips), default=0)
    return {order.id: (1 + order.priority) * dearest for order in problem.orders}


def _farthest(problem: Problem) -> tuple[int, int]:
    """Return the longest road there is, in metres and in seconds."""
    grids = [one.grids for one in (problem.roads, *problem.other_roads.values())]
    metres, seconds = (
        max(int(grid.max(initial=0, where=grid < NO_ROAD)) for grid in kind)
        for kind in zip(*grids, strict=True)
    )
    return metres, seconds


def _worst(site: Site, end: int) -> int:
    return site.stranger_fen + lateness_fen(site, end)


def objective(problem: Problem, plan: Plan) -> int:
    """Return what plans are compared by: their cost and the price of what stays behind."""
    left = penalties(problem) if plan.unassigned else {}
    return plan.cost.total_fen + sum(left[one.order_id] for one in plan.unassigned)
