"""Tables of facilities, when they are served, and the roads between them."""

from app.network.models.facilities import DeliveryDay, Facility, FacilityKind
from app.network.models.roads import (
    RoadCondition,
    RoadFetch,
    RoadFigure,
    RoadLeg,
    RoadTownship,
)

__all__ = [
    "DeliveryDay",
    "Facility",
    "FacilityKind",
    "RoadCondition",
    "RoadFetch",
    "RoadFigure",
    "RoadLeg",
    "RoadTownship",
]
