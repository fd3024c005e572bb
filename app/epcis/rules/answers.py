"""Events as the answer to a query, and the signature under which a subscriber is told them."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.epcis.rules.contexts import context_of
from app.kernel.local_time import local

VERSION = "2.0"
SIMPLE = "SimpleEventQuery"


def answer_of(
    events: Sequence[Mapping[str, Any]],
    prefixes: Mapping[str, str],
    results: Mapping[str, str],
    *,
    now: datetime,
) -> dict[str, Any]:
    """Return an EPCISQueryDocument; ``results`` name the query, and the subscription if any."""
    body = {**results, "resultsBody": {"eventList": events}}
    return {
        "@context": context_of(prefixes),
        "type": "EPCISQueryDocument",
        "schemaVersion": VERSION,
        "creationDate": local(now).isoformat(timespec="milliseconds"),
        "epcisBody": {"queryResults": body},
    }


def signature_of(body: bytes, token: str) -> str:
    """Return what ``GS1-Signature`` says: HMAC-SHA256 of the body under the subscriber's token."""
    return f"sha256={hmac.new(token.encode(), body, hashlib.sha256).hexdigest()}"
