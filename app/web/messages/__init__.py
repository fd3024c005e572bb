"""What people read when a rule refuses them: a sentence for each public code, by domain."""

from collections import defaultdict

from flask_babel import gettext

from app.kernel.errors import DomainError
from app.web.messages import (
    accounts,
    alerts,
    booking,
    capture,
    common,
    counting,
    delivery,
    disposal,
    epcis,
    exchange,
    fulfilment,
    labelling,
    network,
    purchasing,
    recall,
    receiving,
    savings,
    stock,
    tracing,
    transfers,
    uploads,
)

REFUSALS: dict[str, str] = {
    **accounts.REFUSALS,
    **alerts.REFUSALS,
    **booking.REFUSALS,
    **capture.REFUSALS,
    **common.REFUSALS,
    **counting.REFUSALS,
    **delivery.REFUSALS,
    **disposal.REFUSALS,
    **epcis.REFUSALS,
    **exchange.REFUSALS,
    **fulfilment.REFUSALS,
    **labelling.REFUSALS,
    **network.REFUSALS,
    **purchasing.REFUSALS,
    **recall.REFUSALS,
    **receiving.REFUSALS,
    **savings.REFUSALS,
    **stock.REFUSALS,
    **tracing.REFUSALS,
    **transfers.REFUSALS,
    **uploads.REFUSALS,
}
"""Public code → English sentence; its placeholders are the refusal's own data."""


def text_of(error: DomainError) -> str:
    """Return the refusal's sentence in the reader's language."""
    sentence = REFUSALS.get(error.code, REFUSALS["refused"])
    text = gettext(sentence)
    if "%(" not in text:
        return text
    words = tracing.WORDS.get(error.code, {})
    told = {
        name: gettext(words[value]) if isinstance(value, str) and value in words else value
        for name, value in error.data.items()
    }
    return text % defaultdict(str, subject=error.subject, **told)


def text_of_status(status: int) -> str:
    """Return the sentence for a bare HTTP status."""
    return gettext(common.STATUSES.get(status, common.STATUSES[500]))
