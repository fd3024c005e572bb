"""How an event of ours reads as an EPCIS event: the form that its hash, and its seal, are of.

The form names things by what never changes: codes, keys of facilities and places, document
numbers. No two events that differ have the same form, so a changed field changes the hash.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from app.kernel.local_time import local
from app.traceability.rules.event_hash import CBV, utc_milliseconds

STEPS = {
    "receiving": "receiving",
    "storing": "storing",
    "counting": "cycle_counting",
    "picking": "picking",
    "packing": "packing",
    "unpacking": "unpacking",
    "loading": "loading",
    "arriving": "arriving",
    "accepting": "accepting",
    "dispensing": "dispensing",
    "holding": "holding",
    "destroying": "destroying",
}
"""Our business steps that the CBV has a word for; the others are words of our own."""
DISPOSITIONS = {
    "in_stock": "sellable_accessible",
    "in_transit": "in_transit",
    "partially_dispensed": "partially_dispensed",
    "dispensed": "dispensed",
    "written_off": "non_sellable_other",
    "destroyed": "destroyed",
    "lost": "unknown",
    "sent_back": "returned",
}
"""What became of things, likewise."""


@dataclass(frozen=True, slots=True)
class TracedEvent:
    """An event as it was recorded, with the codes it names and what was taken of each.

    ``rare`` holds what few events have: ``reason``, ``second``, ``corrects``, ``client``,
    ``device``.
    """

    step: str
    disposition: str
    event_time: datetime
    facility_id: int
    place_id: int | None
    document: str
    units: tuple[tuple[str, int], ...]
    rare: Mapping[str, str]


def epcis_form(event: TracedEvent, base: str) -> dict[str, Any]:
    """Return an event as EPCIS 2.0 in JSON, with identifiers under ``base``."""
    form: dict[str, Any] = {
        "type": "ObjectEvent",
        "eventTime": utc_milliseconds(event.event_time),
        "eventTimeZoneOffset": offset(event.event_time),
        "epcList": [unit_uri(base, code) for code, _ in event.units],
        "action": action(event.step),
        "bizStep": step_uri(base, event.step),
        "disposition": disposition_uri(base, event.disposition),
    }
    if event.place_id is not None:
        form["readPoint"] = {"id": place_uri(base, event.facility_id, event.place_id)}
    form["bizLocation"] = {"id": facility_uri(base, event.facility_id)}
    if event.document:
        form["bizTransactionList"] = [{"bizTransaction": document_uri(base, event.document)}]
    taken = [f"{unit_uri(base, code)}#{quantity}" for code, quantity in event.units if quantity]
    if taken:
        form[f"{{{base}/voc/}}taken"] = taken
    for name, text in event.rare.items():
        form[f"{{{base}/voc/}}{name}"] = quoted(text)
    return form


def image_of(event: TracedEvent, base: str) -> str:
    """Return the text that is hashed: ``pre_image(epcis_form(…))``, many times faster."""
    units = event.units
    epcs = (
        f"epc={base}/obj/{plain(units[0][0])}"
        if len(units) == 1
        else "".join(sorted(f"epc={base}/obj/{plain(code)}" for code, _ in units))
    )
    place, document = event.place_id, event.document
    read_point = "" if place is None else f"readPointid={base}/loc/{event.facility_id}/{place}"
    transaction = (
        f"bizTransactionListbizTransaction={base}/bt/{plain(document)}" if document else ""
    )
    return (
        f"eventType=ObjectEventeventTime={utc_milliseconds(event.event_time)}"
        f"eventTimeZoneOffset={offset(event.event_time)}"
        f"{'epcList' if units else ''}{epcs}action={action(event.step)}"
        f"bizStep={step_uri(base, event.step)}"
        f"disposition={disposition_uri(base, event.disposition)}"
        f"{read_point}bizLocationid={base}/loc/{event.facility_id}{transaction}"
        f"{_extensions(event, base)}"
    )


def _extensions(event: TracedEvent, base: str) -> str:
    space = f"{{{base}/voc/}}"
    told = [f"{space}{name}={quoted(text)}" for name, text in event.rare.items()]
    taken = sorted(
        f"{space}taken={base}/obj/{plain(code)}#{quantity}"
        for code, quantity in event.units
        if quantity
    )
    return "".join(sorted([*told, "".join(taken)]))


def offset(moment: datetime) -> str:
    """Return how far local time is ahead at a moment."""
    text = f"{local(moment):%z}"
    return f"{text[:3]}:{text[3:]}"


def action(step: str) -> str:
    """Return what an event says of the things it names: seen, or gone for good."""
    return "DELETE" if step == "destroying" else "OBSERVE"


def step_uri(base: str, step: str) -> str:
    """Return a business step as a web identifier."""
    return f"{CBV}BizStep-{STEPS[step]}" if step in STEPS else f"{base}/voc/BizStep-{step}"


def disposition_uri(base: str, word: str) -> str:
    """Return what became of things as a web identifier."""
    if word in DISPOSITIONS:
        return f"{CBV}Disp-{DISPOSITIONS[word]}"
    return f"{base}/voc/Disp-{word}"


def unit_uri(base: str, code: str) -> str:
    """Return a coded thing as a private identifier; a trace code is never a key of GS1."""
    return f"{base}/obj/{plain(code)}"


def facility_uri(base: str, facility_id: int) -> str:
    """Return a facility as a private identifier."""
    return f"{base}/loc/{facility_id}"


def place_uri(base: str, facility_id: int, place_id: int) -> str:
    """Return a place in a facility as a private identifier."""
    return f"{base}/loc/{facility_id}/{place_id}"


def document_uri(base: str, document: str) -> str:
    """Return a document as a private identifier."""
    return f"{base}/bt/{plain(document)}"


def plain(text: str) -> str:
    """Return a text as one part of a path."""
    simple = text.isascii() and text.replace("-", "").isalnum()
    return text if simple else quote(text, safe="")


def quoted(text: str) -> str:
    """Return free text in marks, so that neither blanks nor zeros of a number get lost."""
    return f"“{text}”"
