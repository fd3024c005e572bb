"""What of an event can be asked for: the things it names, and its fields one by one.

Source: EPCIS 2.0 §8.2.7, the parameters of ``SimpleEventQuery``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

from app.epcis.rules.contexts import full_name
from app.epcis.rules.vocabulary import short
from app.traceability.rules.event_hash import Namespaces
from app.traceability.rules.gs1_uris import canonical

Event = Mapping[str, Any]


class Role(IntEnum):
    """As what an event names a thing or a class of things."""

    EPC = 1
    PARENT = 2
    INPUT = 3
    OUTPUT = 4
    CLASS = 5
    INPUT_CLASS = 6
    OUTPUT_CLASS = 7


class Scope(IntEnum):
    """Where in an event a field stands; an inner field stands within another of its scope."""

    EVENT = 1
    INNER = 2
    ILMD = 3
    INNER_ILMD = 4
    ERROR = 5
    INNER_ERROR = 6
    READ_POINT = 7
    INNER_READ_POINT = 8
    BIZ_LOCATION = 9
    INNER_BIZ_LOCATION = 10
    SENSOR = 11
    INNER_SENSOR = 12
    METADATA = 13
    INNER_METADATA = 14
    REPORT = 15
    INNER_REPORT = 16
    TRANSACTION = 17
    SOURCE = 18
    DESTINATION = 19
    PERSISTENT = 20
    CORRECTIVE = 21


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing or class of things an event names, by its one spelling."""

    role: Role
    uri: str
    quantity: float | None = None
    uom: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A value in an event: always as text, and as number and moment where it is one."""

    scope: Scope
    name: str
    text: str = ""
    number: float | None = None
    moment: datetime | None = None
    uom: str = ""


_LISTS = {
    "epcList": Role.EPC,
    "childEPCs": Role.EPC,
    "inputEPCList": Role.INPUT,
    "outputEPCList": Role.OUTPUT,
}
_QUANTITIES = {
    "quantityList": Role.CLASS,
    "childQuantityList": Role.CLASS,
    "inputQuantityList": Role.INPUT_CLASS,
    "outputQuantityList": Role.OUTPUT_CLASS,
}
_TYPED = {
    "bizTransactionList": (Scope.TRANSACTION, "bizTransaction"),
    "sourceList": (Scope.SOURCE, "source"),
    "destinationList": (Scope.DESTINATION, "destination"),
}
_PLACES = {"readPoint": Scope.READ_POINT, "bizLocation": Scope.BIZ_LOCATION}
_WORDS = frozenset({"component", "exception", "type"})
_OF_BOTH = ("time", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod")
"""What is said once for all reports of an element, or of each."""
_MOST_DEEP = 20


def things_in(event: Event) -> Iterator[Thing]:
    """Yield what an event names, each thing once a role."""
    for name, role in _LISTS.items():
        for uri in dict.fromkeys(map(canonical, event.get(name, ()))):
            yield Thing(role, uri)
    if "parentID" in event:
        yield Thing(Role.PARENT, canonical(event["parentID"]))
    for name, role in _QUANTITIES.items():
        for one in event.get(name, ()):
            uom = one.get("uom", "")
            yield Thing(role, canonical(one["epcClass"]), one.get("quantity"), uom)


def fields_in(event: Event, known: Namespaces) -> Iterator[Field]:
    """Yield the fields of an event beside those that have a column of their own."""
    for name, (scope, key) in _TYPED.items():
        for one in event.get(name, ()):
            yield Field(scope, short(one.get("type", "")), canonical(one[key]))
    for change, words in event.get("persistentDisposition", {}).items():
        for word in words:
            yield Field(Scope.PERSISTENT, change, short(word))
    for name, scope in _PLACES.items():
        yield from _others(event.get(name, {}), scope, known)
    error = event.get("errorDeclaration", {})
    for each in error.get("correctiveEventIDs", ()):
        yield Field(Scope.CORRECTIVE, "", each)
    yield from _others(error, Scope.ERROR, known)
    yield from _others(event.get("ilmd", {}), Scope.ILMD, known)
    for element in event.get("sensorElementList", ()):
        yield from _sensed(element, known)
    yield from _others(event, Scope.EVENT, known)


def _sensed(element: Event, known: Namespaces) -> Iterator[Field]:
    yield from _others(element, Scope.SENSOR, known)
    metadata = element.get("sensorMetadata", {})
    yield from _others(metadata, Scope.METADATA, known, own=True)
    shared = {name: metadata[name] for name in _OF_BOTH if name in metadata}
    yield from _others(shared, Scope.REPORT, known, own=True)
    for report in element["sensorReport"]:
        yield from _others(report, Scope.REPORT, known, own=True)


def _others(
    values: Event, scope: Scope, known: Namespaces, *, own: bool = False
) -> Iterator[Field]:
    """Yield fields with a prefix and, with ``own``, those of the standard, too."""
    uom = str(values.get("uom", "")) if own else ""
    for name, value in values.items():
        if ":" in name and name != "rdfs:comment":
            yield from _extension(full_name(name, known), value, scope, known)
        elif own and name != "uom":
            text = short(str(value)) if name in _WORDS else value
            yield _field(scope, name, text, uom)


def _extension(
    name: str, value: Any, scope: Scope, known: Namespaces, depth: int = 0
) -> Iterator[Field]:
    """Yield an own field, and what is in it as inner fields."""
    if depth > _MOST_DEEP:
        return
    if isinstance(value, list):
        for each in value:
            yield from _extension(name, each, scope, known, depth + 1)
    elif isinstance(value, Mapping):
        yield Field(scope, name)
        inner = scope if scope % 2 == 0 else Scope(scope + 1)
        for key, each in value.items():
            yield from _extension(full_name(key, known), each, inner, known, depth + 1)
    elif value is not None:
        yield _field(scope, name, value)


def _field(scope: Scope, name: str, value: Any, uom: str = "") -> Field:
    if isinstance(value, bool):
        return Field(scope, name, str(value).lower(), uom=uom)
    if isinstance(value, int | float):
        return Field(scope, name, str(value), float(value), uom=uom)
    text = canonical(str(value))
    return Field(scope, name, text, number_in(text), moment_in(text), uom)


def number_in(text: str) -> float | None:
    """Return the number a text is, if it is one."""
    digits = text[:1] in "+-.0123456789" and text[:1] != ""
    try:
        return float(text) if digits and "_" not in text else None
    except ValueError:
        return None


def moment_in(text: str) -> datetime | None:
    """Return the moment a text is, if it is one; a moment has an offset."""
    if text[4:5] != "-" or "T" not in text.upper():
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
