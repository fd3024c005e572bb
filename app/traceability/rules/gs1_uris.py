"""One spelling for every URI that carries a GS1 key: the canonical GS1 Digital Link.

Sources: CBV 2.0 §8.9.2 rules 17 and 18; GS1 Digital Link URI Syntax 1.2 §4.11; EPC Tag Data
Standard 2.0 §6 and §7 for the older ``urn:epc:`` names.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from app.traceability.rules.gs1_checks import check_digit

HOST = "https://id.gs1.org"
_ESCAPED = {letter: f"%{ord(letter):02X}" for letter in "!()*+,:"}
_URN = re.compile(r"urn:epc:(id|class|idpat):([a-z]+):(\d{6,12})\.(.+)", re.ASCII)
_MOST_KEPT = 4_096
PLACE_DIGITS, ITEM_DIGITS, BOX_DIGITS = 12, 13, 17
"""Digits before the check digit."""


def _escape(text: str) -> str:
    return "".join(_ESCAPED.get(letter, letter) for letter in text)


def _checked(digits: str) -> str:
    return f"{digits}{check_digit(digits)}"


def _gtin(company: str, reference: str) -> str | None:
    """Return the GTIN whose indicator stands before the item reference."""
    digits = reference[:1] + company + reference[1:]
    return _checked(digits) if digits.isdigit() and len(digits) == ITEM_DIGITS else None


def _twelve(company: str, reference: str) -> str | None:
    digits = company + reference
    return _checked(digits) if digits.isdigit() and len(digits) == PLACE_DIGITS else None


def _serial_of_item(company: str, rest: str, qualifier: str) -> str | None:
    reference, _, serial = rest.partition(".")
    gtin = _gtin(company, reference)
    return f"01/{gtin}/{qualifier}/{_escape(serial)}" if gtin and serial else None


def _item(company: str, rest: str) -> str | None:
    gtin = _gtin(company, rest.removesuffix(".*"))
    return f"01/{gtin}" if gtin else None


def _piece(company: str, rest: str) -> str | None:
    reference, piece, total, *serial = rest.split(".", 3)
    gtin = _gtin(company, reference)
    tail = f"/21/{_escape(serial[0])}" if serial and serial[0] != "*" else ""
    return f"8006/{gtin}{piece}{total}{tail}" if gtin else None


def _box(company: str, rest: str) -> str | None:
    digits = rest[:1] + company + rest[1:]
    return f"00/{_checked(digits)}" if digits.isdigit() and len(digits) == BOX_DIGITS else None


def _location(company: str, rest: str) -> str | None:
    reference, _, extension = rest.partition(".")
    number = _twelve(company, reference)
    tail = f"/254/{_escape(extension)}" if extension not in {"", "0"} else ""
    return f"414/{number}{tail}" if number else None


def _party(company: str, rest: str) -> str | None:
    number = _twelve(company, rest.removesuffix("."))
    return f"417/{number}" if number else None


def _numbered(key: str, lead: str = "") -> Callable[[str, str], str | None]:
    """Return a reader of a kind (asset, document, coupon) with a serial behind its number."""

    def read(company: str, rest: str) -> str | None:
        reference, _, serial = rest.partition(".")
        number = _twelve(company, reference)
        tail = "" if serial == "*" else _escape(serial)
        return f"{key}/{lead}{number}{tail}" if number else None

    return read


def _plain(key: str) -> Callable[[str, str], str | None]:
    return lambda company, rest: f"{key}/{company}{_escape(rest)}"


def _with_check(key: str) -> Callable[[str, str], str | None]:
    def read(company: str, rest: str) -> str | None:
        digits = company + rest
        return f"{key}/{_checked(digits)}" if digits.isdigit() else None

    return read


def _part(company: str, rest: str) -> str | None:
    reference, _, serial = rest.rpartition(".")
    tail = "" if serial == "*" else f"/8011/{serial}"
    return f"8010/{company}{_escape(reference)}{tail}" if reference else None


_READERS: dict[str, Callable[[str, str], str | None]] = {
    "cpi": _part,
    "gdti": _numbered("253"),
    "giai": _plain("8004"),
    "ginc": _plain("401"),
    "grai": _numbered("8003", "0"),
    "gsin": _with_check("402"),
    "gsrn": _with_check("8018"),
    "gsrnp": _with_check("8017"),
    "itip": _piece,
    "pgln": _party,
    "sgcn": _numbered("255"),
    "sgln": _location,
    "sscc": _box,
}
_ITEMS = {
    ("class", "lgtin"): "10",
    ("id", "sgtin"): "21",
    ("id", "upui"): "235",
}
_FINEST = re.compile(
    r"/(?:(?P<box>00/\d{18})|(?P<item>01/\d{14})(?:/22/[^/]+)?(?:/10/(?P<lot>[^/]+))?"
    r"(?:/21/(?P<serial>[^/]+))?(?:/235/(?P<upui>[^/]+))?"
    r"|(?P<piece>8006/\d{18})(?:/22/[^/]+)?(?:/10/(?P<plot>[^/]+))?(?:/21/(?P<pserial>[^/]+))?"
    r"|(?P<place>414/\d{13}(?:/254/[^/]+)?)|(?P<part>8010/[^/]+(?:/8011/[^/]+)?)"
    r"|(?P<other>(?:253|255|401|402|417|8003|8004|8017|8018)/[^/]+)(?:/(?:7040|8019)/[^/]+)?)/?",
    re.ASCII,
)
_LINK = re.compile(r"https?://[^/?#\s]+(?P<path>/[^?#\s]*)(?:[?#]\S*)?", re.IGNORECASE)


@lru_cache(maxsize=_MOST_KEPT)
def canonical(uri: str) -> str:
    """Return the canonical Digital Link of a URI with a GS1 key; others as they are.

    Only the finest level is kept: a serial number makes its lot superfluous.
    """
    if uri.startswith("urn:epc:"):
        return _from_name(uri) or uri
    link = _LINK.fullmatch(uri)
    return (_from_path(link["path"]) or uri) if link else uri


def _from_name(uri: str) -> str | None:
    found = _URN.fullmatch(uri)
    if found is None:
        return None
    kind, scheme, company, rest = found.groups()
    qualifier = _ITEMS.get((kind, scheme))
    if qualifier:
        inner = _serial_of_item(company, rest, qualifier)
    elif scheme in {"sgtin", "upui"}:
        inner = _item(company, rest)
    else:
        reader = _READERS.get(scheme)
        inner = reader(company, rest) if reader else None
    return f"{HOST}/{inner}" if inner else None


def _from_path(path: str) -> str | None:
    at = path.find("/")
    while at >= 0:
        found = _FINEST.fullmatch(path, at)
        if found:
            return f"{HOST}/{_finest(found)}"
        at = path.find("/", at + 1)
    return None


def _finest(found: re.Match[str]) -> str:
    groups = found.groupdict()
    whole = next((groups[name] for name in ("box", "place", "part", "other") if groups[name]), "")
    if whole:
        return whole
    key = groups["item"] or groups["piece"]
    serial = groups["serial"] or groups["pserial"]
    if serial:
        return f"{key}/21/{serial}"
    if groups["upui"]:
        return f"{key}/235/{groups['upui']}"
    lot = groups["lot"] or groups["plot"]
    return f"{key}/10/{lot}" if lot else str(key)
