"""GS1's own verdict on exchanged events, and whether an event's id is the hash of it."""

import json
from functools import cache
from typing import Any

import jsonschema_rs
import pytest

from app.epcis.rules.contexts import namespaces, own_prefixes
from app.traceability.rules.event_hash import cbv_hash
from tools.epcis_schema import SCHEMA

Document = dict[str, Any]


@cache
def _schema() -> jsonschema_rs.Draft7Validator:
    if not SCHEMA.exists():
        pytest.fail("GS1's schema is missing: make setup")
    return jsonschema_rs.Draft7Validator(json.loads(SCHEMA.read_text()), validate_formats=True)


def is_official(document: Document) -> bool:
    """Say whether GS1's schema takes a document, or an event with its context."""
    return _schema().is_valid(document)


def faults_of(document: Document) -> list[str]:
    """Return what GS1's schema finds wrong with a document, or an event with its context."""
    return [
        f"{'/'.join(map(str, fault.instance_path))}: {fault.message}"
        for fault in _schema().iter_errors(document)
    ]


def misnamed(answer: Document) -> list[Document]:
    """Return the events of a query's answer whose id is not the hash of what they say."""
    known = namespaces(own_prefixes(answer["@context"]))
    return [event for event in events_in(answer) if event["eventID"] != cbv_hash(event, known)]


def events_in(answer: Document) -> list[Document]:
    """Return the events of a query's answer."""
    events: list[Document] = answer["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return events
