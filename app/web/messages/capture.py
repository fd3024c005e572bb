"""Sentences of what devices captured by themselves."""

from app.web.messages.common import N_

REFUSALS = {
    "call-back-done": N_("Somebody has called this patient back before."),
    "capture-incomplete": N_("The act does not say what it is about: %(field)s is missing."),
}
