"""The identity of an EPCIS event: the hash of what it says, whoever writes it down.

Source: CBV 2.0 §8.9.2, EPCIS Event Hash ID. Order of fields, spelling of values, times in UTC
with milliseconds; record time, event id and error declaration do not count.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from app.traceability.rules.gs1_uris import canonical

Event = Mapping[str, Any]
Namespaces = Mapping[str, str]
"""Prefix → namespace, of the context in which an event stands."""

CBV = "https://ref.gs1.org/cbv/"
VOC = "https://gs1.org/voc/"
STANDARD: Namespaces = {
    "cbv": CBV,
    "cbvmda": "urn:epcglobal:cbv:mda:",
    "epcis": "https://ref.gs1.org/epcis/",
    "gs1": VOC,
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
}
"""Prefixes that the context of EPCIS itself declares."""
_OLD_WORDS = re.compile(r"urn:epcglobal:cbv:(bizstep|disp|btt|sdt|er):")
_NEW_WORDS = {
    "bizstep": "BizStep-",
    "btt": "BTT-",
    "disp": "Disp-",
    "er": "ER-",
    "sdt": "SDT-",
}
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_HALF = timedelta(microseconds=500)
_META = "time startTime endTime deviceID deviceMetadata rawData dataProcessingMethod bizRules"
_REPORT = (
    "type exception deviceID deviceMetadata rawData dataProcessingMethod time microorganism"
    " chemicalSubstance value component stringValue booleanValue hexBinaryValue uriValue"
    " minValue maxValue meanValue sDev percRank percValue uom coordinateReferenceSystem"
)
_QUANTITY = ("epcClass", "quantity", "uom")
_STANDARD_FIELDS = frozenset(
    [
        "type",
        "eventTime",
        "eventTimeZoneOffset",
        "epcList",
        "parentID",
        "inputEPCList",
        "childEPCs",
        "quantityList",
        "childQuantityList",
        "inputQuantityList",
        "outputEPCList",
        "outputQuantityList",
        "action",
        "transformationID",
        "bizStep",
        "disposition",
        "persistentDisposition",
        "readPoint",
        "bizLocation",
        "bizTransactionList",
        "sourceList",
        "destinationList",
        "sensorElementList",
        "ilmd",
    ]
)
_IGNORED = frozenset(
    [
        "@context",
        "certificationInfo",
        "errorDeclaration",
        "eventID",
        "recordTime",
        "comment",
        "rdfs:comment",
    ]
)


def cbv_hash(event: Event, namespaces: Namespaces = STANDARD) -> str:
    """Return the event's id, ``ni:///sha-256;…?ver=CBV2.0``."""
    return named(digest(event, namespaces))


def named(identity: bytes) -> str:
    """Return a digest as an event's id, a named information URI (RFC 6920)."""
    return f"ni:///sha-256;{identity.hex()}?ver=CBV2.0"


def digest(event: Event, namespaces: Namespaces = STANDARD) -> bytes:
    """Return the 32 bytes of the event's identity."""
    return hashlib.sha256(pre_image(event, namespaces).encode()).digest()


def pre_image(event: Event, namespaces: Namespaces = STANDARD) -> str:
    """Return the one text that every spelling of the same event has in common."""
    return _writer(tuple(sorted(namespaces.items()))).event(event)


@lru_cache(maxsize=64)
def _writer(namespaces: tuple[tuple[str, str], ...]) -> "_Writer":
    return _Writer(dict(namespaces))


class _Writer:
    """Writes events whose prefixes have these namespaces."""

    def __init__(self, namespaces: Namespaces) -> None:
        self.namespaces = namespaces
        self.fields: tuple[tuple[str, Callable[[str, Any], str]], ...] = (
            ("eventTime", self.moment),
            ("eventTimeZoneOffset", self.text),
            ("epcList", self.things),
            ("parentID", self.text),
            ("inputEPCList", self.things),
            ("childEPCs", self.things),
            ("quantityList", self.quantities),
            ("childQuantityList", self.quantities),
            ("inputQuantityList", self.quantities),
            ("outputEPCList", self.things),
            ("outputQuantityList", self.quantities),
            ("action", self.text),
            ("transformationID", self.text),
            ("bizStep", self.word("BizStep-")),
            ("disposition", self.word("Disp-")),
            ("persistentDisposition", self.persistent),
            ("readPoint", self.place),
            ("bizLocation", self.place),
            ("bizTransactionList", self.typed("bizTransaction", "BTT-")),
            ("sourceList", self.typed("source", "SDT-")),
            ("destinationList", self.typed("destination", "SDT-")),
            ("sensorElementList", self.sensors),
            ("ilmd", self.master_data),
        )

    def event(self, event: Event) -> str:
        parts = [f"eventType={self.value(event['type'])}"]
        parts += [write(name, event[name]) for name, write in self.fields if name in event]
        return "".join(parts) + self.extensions(event, _STANDARD_FIELDS)

    def text(self, name: str, value: Any) -> str:
        written = self.value(value)
        return f"{name}={written}" if written else ""

    def moment(self, name: str, value: str) -> str:
        return f"{name}={utc_milliseconds(datetime.fromisoformat(value.strip()))}"

    def word(self, kind: str) -> Callable[[str, Any], str]:
        return lambda name, value: f"{name}={self.vocabulary(kind, value)}"

    def vocabulary(self, kind: str, value: str) -> str:
        bare = ":" not in value
        return f"{VOC if not kind else CBV}{kind}{value.strip()}" if bare else self.value(value)

    def things(self, name: str, values: Iterable[str]) -> str:
        return _listed(name, (f"epc={self.value(each)}" for each in values))

    def quantities(self, name: str, values: Iterable[Event]) -> str:
        elements = (
            "quantityElement" + "".join(self.text(key, one[key]) for key in _QUANTITY if key in one)
            for one in values
        )
        return _listed(name, elements)

    def persistent(self, name: str, value: Event) -> str:
        words = (
            f"{change}={self.vocabulary('Disp-', word)}"
            for change in ("set", "unset")
            for word in sorted(value.get(change, ()))
        )
        return name + "".join(words)

    def place(self, name: str, value: Event) -> str:
        return f"{name}id={self.value(value['id'])}{self.extensions(value, frozenset({'id'}))}"

    def typed(self, key: str, kind: str) -> Callable[[str, Any], str]:
        def write(name: str, values: Iterable[Event]) -> str:
            return _listed(name, map(one, values))

        def one(each: Event) -> str:
            sort = f"type={self.vocabulary(kind, each['type'])}" if "type" in each else ""
            return f"{sort}{key}={self.value(each[key])}"

        return write

    def sensors(self, name: str, values: Iterable[Event]) -> str:
        return _listed(name, map(self.sensor, values))

    def sensor(self, element: Event) -> str:
        metadata = element.get("sensorMetadata")
        parts = ["sensorElement"]
        if metadata:
            parts.append(f"sensorMetadata{self.record(metadata, _META)}")
        reports = (f"sensorReport{self.record(one, _REPORT)}" for one in element["sensorReport"])
        parts += sorted(reports)
        own = frozenset({"sensorMetadata", "sensorReport"})
        return "".join(parts) + self.extensions(element, own)

    def record(self, values: Event, order: str) -> str:
        names = order.split()
        own = "".join(self.measured(name, values[name]) for name in names if name in values)
        return own + self.extensions(values, frozenset(names))

    def measured(self, name: str, value: Any) -> str:
        if name in {"time", "startTime", "endTime"}:
            return self.moment(name, value)
        if name in {"type", "exception"}:
            return f"{name}={self.vocabulary('', value)}"
        if name == "component":
            return f"{name}={self.vocabulary('Comp-', value)}"
        return self.text(name, value)

    def master_data(self, name: str, value: Event) -> str:
        return name + self.extensions(value, frozenset())

    def extensions(self, values: Event, known: frozenset[str]) -> str:
        """Return the fields of other namespaces, sorted."""
        others = [name for name in values if name not in known and name not in _IGNORED]
        if not others:
            return ""
        return "".join(sorted(self.extension(name, values[name]) for name in others))

    def extension(self, name: str, value: Any) -> str:
        """Return one field of another namespace with all that is in it."""
        if isinstance(value, list):
            return "".join(sorted(self.extension(name, each) for each in value))
        full = self.full_name(name)
        if isinstance(value, Mapping):
            inner = self.extensions(value, frozenset({"#text", "type"} & set(value)))
            return f"{full}{self.text('', value['#text']) if '#text' in value else ''}{inner}"
        written = self.value(value)
        return f"{full}={written}" if written else full

    def full_name(self, name: str) -> str:
        prefix, separator, local = name.partition(":")
        namespace = self.namespaces.get(prefix) if separator else None
        return f"{{{namespace}}}{local}" if namespace else name

    def value(self, value: Any) -> str:
        """Return a value in its one spelling."""
        if isinstance(value, bool):
            return str(value).lower()
        text = str(value).strip()
        if _NUMBER.fullmatch(text):
            return _number(text)
        old = _OLD_WORDS.match(text)
        if old:
            return f"{CBV}{_NEW_WORDS[old[1]]}{text[old.end() :]}"
        prefix, separator, local = text.partition(":")
        if separator and prefix in self.namespaces:
            return self.namespaces[prefix] + local
        return canonical(text) if separator else text


def _listed(name: str, elements: Iterable[str]) -> str:
    written = sorted(elements)
    return name + "".join(written) if written else ""


def _number(text: str) -> str:
    """Return a number without a plus sign, leading or trailing zeros."""
    plain = format(Decimal(text), "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    whole, point, part = digits.partition(".")
    short = f"{whole.lstrip('0') or '0'}{point}{part}"
    return short if short == "0" else sign + short


def utc_milliseconds(moment: datetime) -> str:
    """Return a moment as the standard writes it, rounded to milliseconds."""
    rounded = moment.astimezone(UTC) + _HALF
    return f"{rounded:%Y-%m-%dT%H:%M:%S}.{rounded.microsecond // 1000:03d}Z"
