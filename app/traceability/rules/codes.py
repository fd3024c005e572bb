"""Which kind of code a scan is (识别顺序): own label, Digital Link, GS1, CN20, goods code.

Sources: NMPAB/T 1002 for the 20-digit trace code; ``gs1`` names its own.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from app.traceability.errors import MalformedCode
from app.traceability.rules import gs1
from app.traceability.rules.gs1 import GROUP_SEPARATOR, Elements

LONGEST_CODE = 200


class CodeKind(StrEnum):
    """What was scanned."""

    CN20 = "cn20"
    DIGITAL_LINK = "digital_link"
    GOODS = "goods"
    GS1 = "gs1"
    OWN = "own"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Scan:
    """A recognised scan: ``code`` is what units are stored under, ``elements`` GS1 AI → value.

    ``fault`` says why a GS1 code cannot be read; ``others`` are the other ways to read one
    in which no separator stands.
    """

    kind: CodeKind
    code: str
    elements: Elements = field(default_factory=dict)
    fault: MalformedCode | None = None
    others: tuple[Elements, ...] = ()


_HALF_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x3000: 0x20}
_SEPARATORS = re.compile(r"\u241d|<GS>|\{GS\}", re.IGNORECASE)
_AIM = re.compile(r"^\](?:d[0-9]|Q[0-9]|C[0-9]|e[0-9]|E[0-9])")
_GS1_AIM = ("]d2", "]d8", "]Q3", "]C1", "]e0")
_OWN_LINK = re.compile(r"^https?://[^/\s]+/c/([A-Z]{2}[0-9A-Z-]{4,40})$")
_OWN = re.compile(r"^(?:TT|CT|PK)-?[0-9A-Z-]{4,40}$")
_TYPED = re.compile(r"\(\d{2,4}\)")
_PLAIN = ("00", "01", "02")


def recognise(text: str) -> Scan:
    """Say what a scanned or typed text is; full-width characters and blanks are repaired."""
    plain = _half_width(text)[:LONGEST_CODE]
    symbology, plain = _without_aim(plain)
    own = _OWN_LINK.match(plain)
    if own or _OWN.match(plain.upper()):
        return Scan(CodeKind.OWN, own.group(1) if own else plain.upper())
    if plain.lower().startswith(("http://", "https://")):
        return _read(CodeKind.DIGITAL_LINK, plain, gs1.read_link)
    if _TYPED.match(plain):
        return _read(CodeKind.GS1, plain, gs1.read_typed)
    if symbology in _GS1_AIM or GROUP_SEPARATOR in plain:
        return _element_string(plain)
    return _without_mark(plain)


def _without_mark(plain: str) -> Scan:
    """Tell a code that nothing marks by its digits; GS1 only where all of it is right."""
    if re.fullmatch(r"8\d{19}", plain):
        return Scan(CodeKind.CN20, plain)
    if re.fullmatch(r"69\d{11}", plain):
        return Scan(CodeKind.GOODS, plain)
    bare = _element_string(plain) if plain.startswith(_PLAIN) else None
    return bare if bare and bare.fault is None else Scan(CodeKind.UNKNOWN, plain)


def _half_width(text: str) -> str:
    plain = text.translate(_HALF_WIDTH).strip(" \t\r\n")
    return _SEPARATORS.sub(GROUP_SEPARATOR, plain)


def _without_aim(text: str) -> tuple[str, str]:
    found = _AIM.match(text)
    if not found:
        return "", text
    return found.group(0), text[found.end() :]


def _read(kind: CodeKind, text: str, reader: Callable[[str], Elements]) -> Scan:
    try:
        elements = reader(text)
    except MalformedCode as fault:
        return Scan(kind, text, fault=fault)
    return Scan(kind, serial_key(elements) or text, elements)


def _element_string(text: str) -> Scan:
    """Read an element string; one that lost its separators only if there is one way to."""
    found = _read(CodeKind.GS1, text, gs1.read_message)
    if GROUP_SEPARATOR in text:
        return found
    ways = gs1.readings(text)
    if found.fault is None:
        others = tuple(way for way in ways if way != found.elements)
        return Scan(found.kind, found.code, found.elements, others=others)
    if len(ways) != 1:
        return found
    (elements,) = ways
    return Scan(CodeKind.GS1, serial_key(elements) or text, elements)


def serial_key(elements: Elements) -> str | None:
    """Return what one thing in the world is known by: its serial, or the code of its box."""
    if "01" in elements and "21" in elements:
        return f"(01){elements['01']}(21){elements['21']}"
    return f"(00){elements['00']}" if "00" in elements else None
