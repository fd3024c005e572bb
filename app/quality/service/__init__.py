"""What edges and other domains may ask of quality."""

from app.quality.service.apart import (
    Releasing,
    keep_incident,
    release_unit,
    set_unit_apart,
)
from app.quality.service.holding import Held, Lifting, hold_lot, lift_lot

__all__ = [
    "Held",
    "Lifting",
    "Releasing",
    "hold_lot",
    "keep_incident",
    "lift_lot",
    "release_unit",
    "set_unit_apart",
]
