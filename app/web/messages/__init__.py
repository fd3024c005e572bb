"""What people read when a rule refuses them: a sentence for each public code, by domain."""

from flask_babel import gettext

from app.kernel.errors import DomainError
from app.web.messages import accounts, booking, common, delivery, fulfilment, network

REFUSALS: dict[str, str] = {
    **accounts.REFUSALS,
    **booking.REFUSALS,
    **common.REFUSALS,
    **delivery.REFUSALS,
    **fulfilment.REFUSALS,
    **network.REFUSALS,
}
"""Public code → English sentence; its placeholders are the refusal's own data."""


def text_of(error: DomainError) -> str:
    """Return the refusal's sentence in the reader's language."""
    sentence = REFUSALS.get(error.code, REFUSALS["refused"])
    return gettext(sentence, subject=error.subject, **error.data)


def text_of_status(status: int) -> str:
    """Return the sentence for a bare HTTP status."""
    return gettext(common.STATUSES.get(status, common.STATUSES[500]))
