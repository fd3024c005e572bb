"""Refusals about facilities, roads and prices."""

from app.web.messages.common import N_

REFUSALS = {
    "facility-not-served": N_("%(subject)s has no delivery day."),
    "price-missing": N_("No price holds for this exam on %(day)s."),
    "road-unknown": N_("No road is known from %(origin)s to %(target)s."),
}
