"""Read what was sent: an EPCIS document as the database can keep it."""

import json

from flask import request

from app.epcis.errors import EventInvalid
from app.epcis.rules.judging import Sent, open_document
from app.epcis.service.capturing import refuse_too_many

NOT_KEPT = ("\\u0000",)


def read_document() -> tuple[Sent, str]:
    """Return the events sent, and the document as text.

    Raises:
        EventInvalid: it is no EPCIS document, or has characters that cannot be kept.
        CaptureTooLarge: it has more events than one capture takes.
    """
    document = request.get_json()
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    try:
        body.encode()
    except UnicodeEncodeError as error:
        raise EventInvalid("document", where="document", why="half a character") from error
    if any(sign in body for sign in NOT_KEPT):
        raise EventInvalid("document", where="document", why="NUL")
    sent = open_document(document)
    refuse_too_many(sent)
    return sent, body
