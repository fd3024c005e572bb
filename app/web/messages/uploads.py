"""Sentences and words of what platforms are told."""

from app.web.messages.common import N_

REFUSALS = {
    "upload-profile-broken": N_("The province's field map cannot be used: %(subject)s"),
    "upload-state-changed": N_("This message has gone on meanwhile. Open it again."),
}
