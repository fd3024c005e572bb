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
    Version,
    came_back,
    days_with_totes,
    job_of,
    latest_plan,
    left_behind,
    names_of,
    published_plan,
    versions_of_day,
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
    "Version",
    "came_back",
    "day_costs",
    "days_with_runs",
    "days_with_totes",
    "deliveries_on_time",
    "job_of",
    "latest_plan",
    "left_behind",
    "names_of",
    "published_plan",
    "runs_of_day",
    "runs_of_driver",
    "township_costs",
    "versions_of_day",
    "view_of",
]
