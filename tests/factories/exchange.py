"""Events that another system told us."""

import json
from typing import Any

from sqlalchemy.orm import Session

from app.epcis.models import CapturedEvent
from app.epcis.rules.judging import judge, open_document
from app.epcis.service import capturing
from app.kernel.actor import Actor
from tests.factories.stock import NOW


def told(session: Session, actor: Actor, event_id: str) -> CapturedEvent:
    """Let a system of the actor's facility tell one event."""
    event: dict[str, Any] = {
        "@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        "type": "ObjectEvent",
        "eventID": event_id,
        "eventTime": "2026-11-21T09:00:00.000+08:00",
        "eventTimeZoneOffset": "+08:00",
        "epcList": ["urn:epc:id:sgtin:0614141.107346.2017"],
        "action": "OBSERVE",
        "bizStep": "shipping",
    }
    (one,), _ = judge(open_document(event))
    return capturing.capture_one(session, actor, json.dumps(event), one, now=NOW)
