"""Refusals of the proof of savings."""

from app.web.messages.common import N_

REFUSALS = {
    "savings-no-cost-card": N_("No version of the cost card counts on %(subject)s."),
    "savings-nothing-recorded": N_("No deliveries are on record up to %(subject)s."),
}
