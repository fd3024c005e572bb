"""Read side of the stock ledger: flat rows, never entities."""

from app.inventory.queries.ledger import (
    MovementRow,
    business_time,
    is_closed,
    lowest_running,
    movements_of,
    places_of_kind,
)
from app.inventory.queries.levels import (
    CountyLevel,
    Level,
    OpenReservation,
    county_levels,
    open_reservations,
    stock_levels,
)
from app.inventory.queries.usage import LotFlow, consumption_by_period, lot_flows, usable_run

__all__ = [
    "CountyLevel",
    "Level",
    "LotFlow",
    "MovementRow",
    "OpenReservation",
    "business_time",
    "consumption_by_period",
    "county_levels",
    "is_closed",
    "lot_flows",
    "lowest_running",
    "movements_of",
    "open_reservations",
    "places_of_kind",
    "stock_levels",
    "usable_run",
]
