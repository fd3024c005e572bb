"""Rules of the network: when a facility is served, where it lies, how long the way takes."""

from app.network.rules.positions import CoordinateSystem, straight_metres, to_wgs84
from app.network.rules.windows import DeliveryWindow, WeeklyWindow, next_window

__all__ = [
    "CoordinateSystem",
    "DeliveryWindow",
    "WeeklyWindow",
    "next_window",
    "straight_metres",
    "to_wgs84",
]
