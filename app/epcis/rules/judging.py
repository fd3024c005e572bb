"""Judge what somebody sends: whether it is an EPCIS document, and each event in it right.

Source: EPCIS 2.0 §9 to §12. Beyond its shape, an event's times must be days that exist, and an
id that claims to be the hash of the event must be it (noted, not refused).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastjsonschema import JsonSchemaValueException

from app.epcis.errors import EventInvalid
from app.epcis.rules.contexts import namespaces, own_prefixes
from app.epcis.rules.fields import Field, Thing, fields_in, moment_in, things_in
from app.epcis.rules.matching import columns_of
from app.epcis.rules.schema import DOCUMENTS, check_of
from app.epcis.rules.vocabulary import EVENT_TYPES
from app.traceability.rules.event_hash import digest

HASHED = ("ni:///sha-256;", "?ver=CBV2.0")
OTHER_CONTENT, OTHER_HASH = "other-content", "other-hash"
"""Notes: another event has this id; the id is the hash of something else."""
_TIMES = ("eventTime", "recordTime")
_CONTEXT_NEEDED = "@context"
_MOST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Sent:
    """The events of a document, and the prefixes declared for all of them."""

    events: Sequence[Any]
    prefixes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one event: its position, where in it, and why."""

    position: int
    where: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An event that is right, taken apart for storing."""

    position: int
    event: Mapping[str, Any]
    prefixes: Mapping[str, str]
    event_id: str
    content: bytes
    columns: Mapping[str, Any]
    things: Sequence[Thing]
    fields: Sequence[Field]
    note: str


def open_document(document: Any) -> Sent:
    """Return the events of a document, a query's answer, or a bare event.

    Raises:
        EventInvalid: it is none of these, or not of the shape of what it says it is.
    """
    kind = document.get("type") if isinstance(document, Mapping) else None
    if not isinstance(kind, str):
        raise EventInvalid("document", where="type", why="type")
    prefixes = own_prefixes(document.get("@context"))
    if kind not in DOCUMENTS:
        if "@context" not in document:
            raise EventInvalid("document", where=_CONTEXT_NEEDED, why=_CONTEXT_NEEDED)
        return Sent([document], prefixes)
    try:
        check_of(kind)(document)
    except JsonSchemaValueException as error:
        raise EventInvalid("document", where=_place(error), why=_reason(error)) from error
    body = document["epcisBody"]
    inner = body if kind == "EPCISDocument" else body["queryResults"]["resultsBody"]
    return Sent(inner["eventList"], prefixes)


def judge(sent: Sent) -> tuple[list[Judged], list[Fault]]:
    """Return the events that are right and the faults of the others, by position."""
    right: list[Judged] = []
    wrong: list[Fault] = []
    for position, event in enumerate(sent.events):
        fault = _fault_of(position, event)
        if fault is None:
            right.append(_taken_apart(position, event, sent.prefixes))
        else:
            wrong.append(fault)
    return right, wrong


def _fault_of(position: int, event: Any) -> Fault | None:
    kind = event.get("type")
    if not isinstance(kind, str):
        return Fault(position, "type", "type")
    try:
        check_of(kind if kind in EVENT_TYPES else "")(event)
    except JsonSchemaValueException as error:
        return Fault(position, _place(error), _reason(error))
    for name in _TIMES:
        if name in event and moment_in(event[name]) is None:
            return Fault(position, name, "date-time")
    return None


def _place(error: JsonSchemaValueException) -> str:
    return str(error.name).removeprefix("data").removeprefix(".")[:_MOST_SHOWN]


def _reason(error: JsonSchemaValueException) -> str:
    return str(error.message).removeprefix(str(error.name)).strip()[:_MOST_SHOWN]


def _taken_apart(position: int, event: Mapping[str, Any], declared: Mapping[str, str]) -> Judged:
    inner = own_prefixes(event["@context"]) if "@context" in event else {}
    prefixes = {**declared, **inner}
    known = namespaces(prefixes)
    identity = digest(event, known)
    own_id = f"{HASHED[0]}{identity.hex()}{HASHED[1]}"
    given = event.get("eventID", own_id)
    error = json.dumps(event.get("errorDeclaration"), sort_keys=True)
    claims = given.startswith(HASHED[0]) and given.endswith(HASHED[1])
    return Judged(
        position=position,
        event={k: v for k, v in event.items() if k not in {"@context", "recordTime", "eventID"}},
        prefixes=_used(event, prefixes),
        event_id=given,
        content=hashlib.sha256(identity + error.encode()).digest(),
        columns=columns_of(event),
        things=list(things_in(event)),
        fields=list(fields_in(event, known)),
        note=OTHER_HASH if claims and given != own_id else "",
    )


def _used(event: Mapping[str, Any], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return the prefixes an event needs; most need none."""
    if not prefixes:
        return {}
    written = json.dumps(event, ensure_ascii=False)
    return {prefix: full for prefix, full in prefixes.items() if f'"{prefix}:' in written}
