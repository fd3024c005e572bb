"""What a study is made from, and how its figures are drawn: plain values."""

from app.savings.rules.drawing import Bands, Fall, bands_of, falls_of
from app.savings.rules.inputs import (
    FLEET,
    Delivered,
    Offer,
    PlaceOfStudy,
    RecordedDay,
    SupplierOfStudy,
    digest,
    drops_of,
    hauls_of,
    roads_of,
    windows_of,
)

__all__ = [
    "FLEET",
    "Bands",
    "Delivered",
    "Fall",
    "Offer",
    "PlaceOfStudy",
    "RecordedDay",
    "SupplierOfStudy",
    "bands_of",
    "digest",
    "drops_of",
    "falls_of",
    "hauls_of",
    "roads_of",
    "windows_of",
]
