"""Events that another system told us, and one of each type with all that EPCIS can say."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.epcis.models import CapturedEvent, Subscription
from app.epcis.rules.judging import judge, open_document
from app.epcis.service import capturing, naming, subscribing
from app.epcis.service.subscribing import Wish
from app.kernel.actor import Actor
from tests.factories.stock import NOW

Event = dict[str, Any]
SEEN: Event = {
    "type": "ObjectEvent",
    "eventTime": "2026-11-21T09:00:00.000+08:00",
    "eventTimeZoneOffset": "+08:00",
    "epcList": ["urn:epc:id:sgtin:0614141.107346.2017"],
    "quantityList": [
        {"epcClass": "urn:epc:class:lgtin:4012345.012345.998877", "quantity": 20, "uom": "KGM"}
    ],
    "action": "ADD",
    "bizStep": "commissioning",
    "disposition": "active",
    "persistentDisposition": {"set": ["completeness_verified"], "unset": ["active"]},
    "readPoint": {"id": "urn:epc:id:sgln:4012345.00011.987", "example:gate": "7"},
    "bizLocation": {"id": "urn:epc:id:sgln:4012345.00011.0"},
    "bizTransactionList": [
        {"type": "po", "bizTransaction": "http://x.example/po/1"},
        {"bizTransaction": "http://x.example/any/2"},
    ],
    "sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:4000001.00005"}],
    "destinationList": [{"type": "example:ours", "destination": "urn:epc:id:pgln:4000001.00006"}],
    "sensorElementList": [
        {
            "sensorMetadata": {
                "time": "2026-11-21T08:00:00+08:00",
                "deviceID": "urn:epc:id:giai:4000001.111",
                "bizRules": "https://x.example/rules",
            },
            "sensorReport": [
                {"type": "Temperature", "minValue": 2.1, "maxValue": 9.5, "uom": "CEL"},
                {"type": "example:smell", "stringValue": "ok", "booleanValue": True},
            ],
            "example:lid": {"example:open": "no"},
        }
    ],
    "ilmd": {"cbvmda:lotNumber": "L1", "example:inside": {"example:depth": 3}},
    "errorDeclaration": {
        "declarationTime": "2026-11-22T09:00:00+08:00",
        "reason": "incorrect_data",
        "correctiveEventIDs": ["urn:uuid:right"],
        "example:who": "auditor",
    },
    "example:day": "2026-11-21T09:00:00+08:00",
    "example:number": 7,
}
CHANGED: Event = {
    "type": "TransformationEvent",
    "eventTime": "2026-11-21T09:00:00Z",
    "eventTimeZoneOffset": "+00:00",
    "inputEPCList": ["urn:uuid:in"],
    "outputQuantityList": [{"epcClass": "urn:uuid:out", "quantity": 2}],
    "transformationID": "urn:uuid:t",
}
JOINED: Event = {
    "type": "AssociationEvent",
    "eventTime": "2026-11-21T09:00:00Z",
    "eventTimeZoneOffset": "+00:00",
    "parentID": "urn:uuid:device",
    "childEPCs": ["urn:uuid:part"],
    "action": "ADD",
}
TRADED: Event = {
    "type": "TransactionEvent",
    "eventTime": "2026-11-21T09:00:00Z",
    "eventTimeZoneOffset": "+00:00",
    "bizTransactionList": [{"type": "po", "bizTransaction": "urn:uuid:po"}],
    "epcList": [],
    "action": "ADD",
}


def told(session: Session, actor: Actor, event_id: str) -> CapturedEvent:
    """Let a system of the actor's facility tell one event."""
    event: Event = {
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


def subscribed(
    session: Session, actor: Actor, name: str, query: Event, *, now: datetime, **wish: Any
) -> Subscription:
    """Name a query of the actor's facility and let its events be told as they happen."""
    naming.name_query(session, actor, name, query, now=now)
    told_to = {"dest": "https://partner.example/events", "schedule": {}, "stream": True, **wish}
    return subscribing.subscribe(session, actor, name, Wish(**told_to), now=now)
