"""What prefixes mean: the contexts in which JSON-LD events stand.

Source: EPCIS 2.0 §10.2. The standard's own context is known and never fetched; a prefix that
nobody declares is part of an absolute name.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from app.traceability.rules.event_hash import STANDARD, Namespaces
from app.traceability.rules.gs1_uris import canonical

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


def own_prefixes(context: Any) -> dict[str, str]:
    """Return the prefixes a context declares itself, beside those of the standard."""
    parts = context if isinstance(context, list) else [context]
    declared: dict[str, str] = {}
    for part in parts:
        if isinstance(part, Mapping):
            declared.update(_terms(part))
    return declared


def _terms(part: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for prefix, meaning in part.items():
        full = meaning.get("@id") if isinstance(meaning, Mapping) else meaning
        if isinstance(full, str) and not prefix.startswith("@"):
            yield prefix, full


def namespaces(*declared: Mapping[str, str]) -> Namespaces:
    """Return all prefixes that hold, the innermost declaration last."""
    if not any(declared):
        return STANDARD
    known = dict(STANDARD)
    for one in declared:
        known.update(one)
    return known


def full_name(name: str, known: Namespaces) -> str:
    """Return a prefixed name with its namespace written out."""
    prefix, separator, local = name.partition(":")
    return f"{known[prefix]}{local}" if separator and prefix in known else name


def context_of(prefixes: Mapping[str, str]) -> list[Any]:
    """Return the context of a document whose events use these prefixes."""
    return [CONTEXT, dict(prefixes)] if prefixes else [CONTEXT]


_NAMED = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_CLASSED = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_PLACED = ("readPoint", "bizLocation")
_ENDS = {
    "bizTransactionList": "bizTransaction",
    "destinationList": "destination",
    "sourceList": "source",
}


def linked(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event whose things and places are named by Digital Links, not by URNs."""
    told = dict(event)
    told |= {name: [_link(uri) for uri in told[name]] for name in _NAMED if name in told}
    for name in ("parentID", "transformationID"):
        if name in told:
            told[name] = _link(told[name])
    told |= {name: told[name] | {"id": _link(told[name]["id"])} for name in _PLACED if name in told}
    keys = {**dict.fromkeys(_CLASSED, "epcClass"), **_ENDS}
    for name, key in keys.items():
        if name in told:
            told[name] = [one | {key: _link(one[key])} for one in told[name]]
    return told


def _link(uri: str) -> str:
    return canonical(uri) if uri.startswith("urn:epc:") else uri
