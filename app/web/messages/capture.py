"""Sentences of what devices captured by themselves."""

from app.web.messages.common import N_

REFUSALS = {
    "call-back-done": N_("Somebody has called this patient back before."),
    "capture-incomplete": N_("The act does not say what it is about: %(field)s is missing."),
    "idempotency-conflict": N_(
        "The device used this number or name before for something else. Nothing was changed;"
        " quality was told."
    ),
    "time-invalid": N_(
        "This cannot have happened then: check the device's clock and the code (%(rule)s)."
    ),
}
