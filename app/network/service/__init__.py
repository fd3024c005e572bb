"""Facilities, and the roads between them: what other domains ask, and what is entered."""

from app.network.service.calibrating import calibrate
from app.network.service.conditions import (
    ConditionRequest,
    enter_condition,
    lift_condition,
    set_terrain,
)
from app.network.service.entering import enter_sheet
from app.network.service.facilities import (
    Leg,
    active_facility_ids,
    central_pharmacy,
    facility_by_code,
    get_facility,
    legs,
    list_names,
    names_of,
    next_deliveries,
    next_delivery,
    served_days,
    set_insurance_code,
)
from app.network.service.positions import PositionRequest, set_position
from app.network.service.roads import (
    DayRoads,
    Told,
    day_roads,
    keep_told,
    missing_blocks,
    switch_off,
    usual_roads,
)

__all__ = [
    "ConditionRequest",
    "DayRoads",
    "Leg",
    "PositionRequest",
    "Told",
    "active_facility_ids",
    "calibrate",
    "central_pharmacy",
    "day_roads",
    "enter_condition",
    "enter_sheet",
    "facility_by_code",
    "get_facility",
    "keep_told",
    "legs",
    "lift_condition",
    "list_names",
    "missing_blocks",
    "names_of",
    "next_deliveries",
    "next_delivery",
    "served_days",
    "set_insurance_code",
    "set_position",
    "set_terrain",
    "switch_off",
    "usual_roads",
]
