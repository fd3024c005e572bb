"""What a plan comes to: money, way, time and lateness, so that two plans can be compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

from app.delivery.rules.day import DayInputs
from app.kernel.local_time import at_local
from optimizer.routing.plan import Cost, Plan, Stop
from optimizer.routing.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A plan in figures. A stop is late after its window has closed or its promise has passed."""

    vehicles: int
    stops: int
    orders: int
    left: int
    metres: int
    seconds: int
    cost: Cost
    late_stops: int
    late_seconds: int


def figures_of(inputs: DayInputs, problem: Problem, plan: Plan) -> Figures:
    """Return the figures of a plan for the day it was made for."""
    late = [seconds for seconds in _lateness(inputs, problem, plan) if seconds > 0]
    stops = [stop for route in plan.routes for stop in route.stops]
    return Figures(
        vehicles=len(plan.routes),
        stops=len(stops),
        orders=sum(len(stop.order_ids) for stop in stops),
        left=len(plan.unassigned),
        metres=plan.metres,
        seconds=sum(route.back - route.leave for route in plan.routes),
        cost=plan.cost,
        late_stops=len(late),
        late_seconds=sum(late),
    )


def _lateness(inputs: DayInputs, problem: Problem, plan: Plan) -> Iterator[int]:
    midnight = at_local(inputs.day, time())
    promised = {
        str(tote.tote_id): int((tote.promised_to - midnight).total_seconds())
        for tote in inputs.totes
        if tote.promised_to and not tote.overdue
    }
    for route in plan.routes:
        for stop in route.stops:
            yield seconds_late(problem, stop, promised)


def seconds_late(problem: Problem, stop: Stop, promised: dict[str, int]) -> int:
    """Return how long after its window's end, or its first promise, a stop is served."""
    windows = problem.site(stop.site_id).windows
    ends = [window.latest for window in windows[-1:]]
    ends += [promised[order_id] for order_id in stop.order_ids if order_id in promised]
    return max(0, stop.start - min(ends)) if ends else 0
