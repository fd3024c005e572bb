"""Our own happenings as EPCIS events, the mapping of docs/epcis.md.

A happening is one ObjectEvent, an AggregationEvent for every container it filled or opened,
and, when a later happening set it right, once more with its error declaration.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.epcis.rules import vocabulary as words
from app.epcis.rules.addresses import Addresses
from app.kernel.local_time import local
from app.traceability.rules.event_hash import STANDARD, cbv_hash

Event = dict[str, Any]
PREFIX = "tongcang"
"""Prefix of our own fields; what it stands for depends on the installation's base."""
_DISPOSITIONS = {
    "announced": "in_transit",
    "in_stock": "sellable_accessible",
    "quarantine": "non_sellable_other",
    "in_transit": "in_transit",
    "partially_dispensed": "partially_dispensed",
    "dispensed": "dispensed",
    "returned_pending": "returned",
    "written_off": "non_sellable_other",
    "destroyed": "destroyed",
    "sampled": "non_sellable_other",
    "lost": "unknown",
    "sent_back": "returned",
    "replaced": "inactive",
}
_STEPS = {
    "announcing": ("shipping", "in_transit"),
    "receiving": ("receiving", "in_progress"),
    "storing": ("stocking", ""),
    "counting": ("cycle_counting", ""),
    "picking": ("picking", "sellable_not_accessible"),
    "packing": ("packing", "in_progress"),
    "unpacking": ("unpacking", "in_progress"),
    "loading": ("shipping", "in_transit"),
    "arriving": ("arriving", "in_progress"),
    "accepting": ("accepting", "in_progress"),
    "returning": ("receiving", "returned"),
    "dispensing": ("dispensing", ""),
    "holding": ("inspecting", ""),
    "writing_off": ("holding", "non_sellable_other"),
    "destroying": ("destroying", "destroyed"),
}
_UNUSUAL = {
    ("returning", "sent_back"): ("shipping", "returned"),
    ("destroying", "lost"): ("cycle_counting", "unknown"),
    ("writing_off", "lost"): ("cycle_counting", "unknown"),
    ("holding", "quarantine"): ("holding", "non_sellable_other"),
}
_RECALLED = ("holding", "recalled")
_RECALL = "ZH-"
"""Goods are held because of a document only where that is a recall; else a hold has ended."""
_DOCUMENTS = {
    "CR": "recadv",
    "DR": "bol",
    "GR": "recadv",
    "IV": "inv",
    "PO": "po",
    "RQ": "po",
    "TH": "rma",
    "TR": "desadv",
}
"""Standard type of our documents by the letters of their reference; others have none."""
_GOES = frozenset({"shipping"})
_COMES = frozenset({"accepting", "receiving"})
_NOWHERE = frozenset({"destroying", "dispensing", "shipping"})
"""After these steps the things are no longer at the place of the step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A thing a happening names; ``taken`` are base units taken out of it, or put back."""

    code: str
    taken: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """The facts of one of our happenings, whole: what it names, filled and opened.

    ``filled`` and ``opened`` are the things that went into or came out of each container.
    """

    id: int
    step: str
    disposition: str
    event_time: datetime
    recorded_at: datetime
    facility: str
    place: str
    document: str
    units: Sequence[Named]
    filled: Mapping[str, Sequence[str]] = field(default_factory=dict)
    opened: Mapping[str, Sequence[str]] = field(default_factory=dict)


def words_of(step: str, disposition: str, document: str = "") -> tuple[str, str]:
    """Return the standard's words for what was done and what the things became."""
    if step == "holding" and document.startswith(_RECALL):
        return _RECALLED
    unusual = _UNUSUAL.get((step, disposition))
    if unusual:
        return unusual
    biz_step, became = _STEPS.get(step, ("other", ""))
    return biz_step, became or _DISPOSITIONS.get(disposition, "unknown")


def all_words_of(step: str, disposition: str) -> set[tuple[str, str]]:
    """Return all words in which such a happening may be told, whatever its document."""
    return {words_of(step, disposition), words_of(step, disposition, _RECALL)}


def action_of(biz_step: str) -> str:
    """Return what an ObjectEvent of this step does to the life of things."""
    return "DELETE" if biz_step == "destroying" else "OBSERVE"


def events_of(happened: Happened, addresses: Addresses) -> list[Event]:
    """Return the EPCIS events of one happening, the ObjectEvent first, each with its id."""
    known = {**STANDARD, PREFIX: addresses.extensions}
    events = [
        _observed(happened, addresses),
        *(_filled(happened, addresses, parent) for parent in sorted(happened.filled)),
        *(_opened(happened, addresses, parent) for parent in sorted(happened.opened)),
    ]
    for event in events:
        event["eventID"] = cbv_hash(event, known)
    return events


def declared(event: Event, by: Event, *, reason: str, at: datetime) -> Event:
    """Return an event once more, with the declaration that another set it right."""
    declaration = {
        "declarationTime": _written(at),
        "reason": reason,
        "correctiveEventIDs": [by["eventID"]],
    }
    return event | {"recordTime": _written(at), "errorDeclaration": declaration}


def _observed(happened: Happened, addresses: Addresses) -> Event:
    told = (happened.step, happened.disposition, happened.document)
    biz_step, disposition = words_of(*told)
    event = _when(happened, words.OBJECT)
    event["epcList"] = [addresses.of_code(unit.code) for unit in happened.units]
    event["action"] = action_of(biz_step)
    event["bizStep"], event["disposition"] = biz_step, disposition
    event |= _where(happened, addresses, biz_step)
    if biz_step in _GOES | _COMES:
        event |= _party(addresses.of_place(happened.facility), goes=biz_step in _GOES)
    taken = sum(unit.taken for unit in happened.units)
    return event | ({f"{PREFIX}:baseUnits": taken} if taken else {})


def _filled(happened: Happened, addresses: Addresses, parent: str) -> Event:
    event = _content(happened, addresses, (parent, happened.filled[parent]), "ADD")
    if happened.step == "announcing":
        event["bizStep"], event["disposition"] = words_of(happened.step, happened.disposition)
    else:
        event["bizStep"], event["disposition"] = "packing", "in_progress"
    return event | _where(happened, addresses, event["bizStep"])


def _opened(happened: Happened, addresses: Addresses, parent: str) -> Event:
    event = _content(happened, addresses, (parent, happened.opened[parent]), "DELETE")
    event["bizStep"], event["disposition"] = "unpacking", "container_open"
    return event | _where(happened, addresses, "unpacking")


def _content(
    happened: Happened, addresses: Addresses, content: tuple[str, Sequence[str]], action: str
) -> Event:
    parent, children = content
    event = _when(happened, words.AGGREGATION)
    event["parentID"] = addresses.of_code(parent)
    event["childEPCs"] = [addresses.of_code(code) for code in children]
    event["action"] = action
    return event


def _when(happened: Happened, kind: str) -> Event:
    return {
        "type": kind,
        "eventTime": _written(happened.event_time),
        "recordTime": _written(happened.recorded_at),
        "eventTimeZoneOffset": local(happened.event_time).isoformat()[-6:],
    }


def _where(happened: Happened, addresses: Addresses, biz_step: str) -> Event:
    found: Event = {}
    if happened.place:
        found["readPoint"] = {"id": addresses.of_place(happened.facility, happened.place)}
    if biz_step not in _NOWHERE:
        found["bizLocation"] = {"id": addresses.of_place(happened.facility)}
    if happened.document:
        sort = _DOCUMENTS.get(happened.document[:2])
        paper = {"bizTransaction": addresses.of_document(happened.document)}
        found["bizTransactionList"] = [{"type": sort, **paper} if sort else paper]
    return found


def _party(facility: str, *, goes: bool) -> Event:
    end, key = ("sourceList", "source") if goes else ("destinationList", "destination")
    return {end: [{"type": "possessing_party", key: facility}]}


def type_of_document(reference: str) -> str:
    """Return the standard type of one of our documents, or nothing."""
    return _DOCUMENTS.get(reference[:2], "")


def _written(moment: datetime) -> str:
    """Return a moment in local time with milliseconds, whatever lies below cut off."""
    return local(moment).isoformat(timespec="milliseconds")
