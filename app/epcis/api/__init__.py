"""The REST binding of EPCIS 2.0, under ``/epcis/v2``."""

from app.epcis.api import below, capture, events, queries, resources, subscriptions
from app.epcis.api.binding import blueprint

__all__ = ["below", "blueprint", "capture", "events", "queries", "resources", "subscriptions"]
