"""What other systems told the demo county: a carrier's cold box, and a document with a fault."""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.demo.load.people import somebody
from app.epcis.rules.contexts import CONTEXT
from app.epcis.rules.judging import open_document
from app.epcis.service import capturing
from app.kernel.local_time import local

BOX = "https://id.gs1.org/00/169012345678901238"
CELSIUS = (4.1, 4.6, 5.2)
EVERY = timedelta(minutes=30)


def load_told(session: Session, *, now: datetime) -> None:
    """Capture the readings of a cold box, and a document of which one event is wrong."""
    start = now - timedelta(hours=3)
    readings = [_reading(start + number * EVERY, value) for number, value in enumerate(CELSIUS)]
    _tell(session, readings, now=now - timedelta(hours=1))
    wrong = _reading(start, 9.3) | {"bizStep": "cooling", "readPoint": {"id": f"{BOX}/probe"}}
    _tell(session, [_reading(start + 3 * EVERY, 5.0), wrong], now=now - timedelta(minutes=20))


def _reading(moment: datetime, celsius: float) -> dict[str, Any]:
    at = local(moment).isoformat(timespec="milliseconds")
    report = {"type": "Temperature", "value": celsius, "uom": "CEL"}
    return {
        "type": "ObjectEvent",
        "eventTime": at,
        "eventTimeZoneOffset": "+08:00",
        "epcList": [BOX],
        "action": "OBSERVE",
        "bizStep": "sensor_reporting",
        "sensorElementList": [{"sensorMetadata": {"time": at}, "sensorReport": [report]}],
    }


def _tell(session: Session, events: list[dict[str, Any]], *, now: datetime) -> None:
    """Tell a document, of which what is right is captured."""
    actor = somebody(session, "storekeeper")
    document = {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": local(now).isoformat(timespec="milliseconds"),
        "epcisBody": {"eventList": events},
    }
    sent = open_document(document)
    capturing.capture_right(session, actor, json.dumps(document), sent, now=now)
