"""What other domains may ask of replenishment."""

from app.replenishment.queries.inputs import Kept, Site, kept_limits, minimums_of, sites_after
from app.replenishment.service.alerting import raise_alerts
from app.replenishment.service.limiting import HandLimits, clear_limits, set_limits
from app.replenishment.service.needing import OnTheWay, needs, take_proposals
from app.replenishment.service.planning import Pipeline, plan_facility
from app.replenishment.service.showing import PlanView, show_plan

__all__ = [
    "HandLimits",
    "Kept",
    "OnTheWay",
    "Pipeline",
    "PlanView",
    "Site",
    "clear_limits",
    "kept_limits",
    "minimums_of",
    "needs",
    "plan_facility",
    "raise_alerts",
    "set_limits",
    "show_plan",
    "sites_after",
    "take_proposals",
]
