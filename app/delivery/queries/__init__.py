"""Read side of deliveries: the inputs of a plan, runs, plans, and figures over time."""

from app.delivery.queries.figures import (
    DayCost,
    Punctuality,
    TownshipCost,
    day_costs,
    deliveries_on_time,
    township_costs,
)
from app.delivery.queries.plans import (
    LeftBehind,
    came_back,
    days_with_totes,
    job_of,
    latest_plan,
    left_behind,
    names_of,
)
from app.delivery.queries.runs import (
    RunView,
    StopView,
    ToteView,
    days_with_runs,
    runs_of_day,
    runs_of_driver,
    view_of,
)

__all__ = [
    "DayCost",
    "LeftBehind",
    "Punctuality",
    "RunView",
    "StopView",
    "ToteView",
    "TownshipCost",
    "came_back",
    "day_costs",
    "days_with_runs",
    "days_with_totes",
    "deliveries_on_time",
    "job_of",
    "latest_plan",
    "left_behind",
    "names_of",
    "runs_of_day",
    "runs_of_driver",
    "township_costs",
    "view_of",
]
