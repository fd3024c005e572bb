"""The price of a run, from first principles; no engine's own figure is ever trusted."""

from optimizer.routing.plan import Cost, Plan
from optimizer.routing.problem import CostCard, Problem

METRES_PER_KM = 1000
SECONDS_PER_HOUR = 3600


def price(card: CostCard, *, metres: int, seconds: int, stops: int) -> Cost:
    """Return what a run costs; each part is rounded to the nearest fen, halves up."""
    return Cost(
        distance_fen=(metres * card.fen_per_km + METRES_PER_KM // 2) // METRES_PER_KM,
        driver_fen=(seconds * card.fen_per_hour + SECONDS_PER_HOUR // 2) // SECONDS_PER_HOUR,
        vehicle_fen=card.fen_per_day,
        stop_fen=stops * card.fen_per_stop,
    )


def penalties(problem: Problem) -> dict[str, int]:
    """Return for each order what leaving it behind is held to cost, in fen.

    It exceeds opening one more vehicle for the farthest round trip, so an order is dropped
    only when it cannot be served; its priority multiplies it.
    """
    metres, seconds = (2 * int(grid.max(initial=0)) for grid in problem.roads.grids)
    trips = (
        price(vehicle.cost, metres=metres, seconds=seconds, stops=1).total_fen
        for vehicle in problem.vehicles
    )
    dearest = 1 + max(trips, default=0)
    return {order.id: (1 + order.priority) * dearest for order in problem.orders}


def objective(problem: Problem, plan: Plan) -> int:
    """Return what plans are compared by: their cost and the price of what stays behind."""
    left = penalties(problem) if plan.unassigned else {}
    return plan.cost.total_fen + sum(left[one.order_id] for one in plan.unassigned)
