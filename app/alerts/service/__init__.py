"""Raise alerts once per incident, and let people take them over and close them."""

from app.alerts.service.desk import close_alert, get_alert, take_alert
from app.alerts.service.recording import attempts_so_far, raise_alert, record, sweep

__all__ = [
    "attempts_so_far",
    "close_alert",
    "get_alert",
    "raise_alert",
    "record",
    "sweep",
    "take_alert",
]
