"""Tables of the fleet, the plans, the runs with their stops, and the drivers' scans."""

from app.delivery.models.fleet import Driver, DriverShift, Vehicle
from app.delivery.models.plans import Plan, PlanUnassigned
from app.delivery.models.runs import Run, Stop, StopTote
from app.delivery.models.scans import DeliveryScan

__all__ = [
    "DeliveryScan",
    "Driver",
    "DriverShift",
    "Plan",
    "PlanUnassigned",
    "Run",
    "Stop",
    "StopTote",
    "Vehicle",
]
