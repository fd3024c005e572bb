"""Which kind of code a scan is (识别顺序): own label, Digital Link, GS1, CN20, goods code.

Sources: NMPAB/T 1002 for the 20-digit trace code, GS1 General Specifications for element
strings, GS1 Digital Link 1.x for links. A later parser reads every application identifier;
this one reads what receiving and dispensing need.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

GROUP_SEPARATOR = "\x1d"
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
    """A recognised scan: ``code`` is what units are stored under, ``elements`` GS1 AI → value."""

    kind: CodeKind
    code: str
    elements: dict[str, str] = field(default_factory=dict)


_HALF_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x3000: 0x20}
_AIM = re.compile(r"^\](?:d[0-9]|Q[0-9]|C[0-9]|e[0-9]|E[0-9])")
_GS1_AIM = ("]d2", "]d8", "]Q3", "]C1", "]e0")
_OWN_LINK = re.compile(r"^https?://[^/\s]+/c/([A-Z]{2}[0-9A-Z-]{4,40})$")
_OWN = re.compile(r"^(?:TT|CT|PK)-?[0-9A-Z-]{4,40}$")
_LINK_PATH = re.compile(r"^https?://[^/\s]+/(?:.*/)?01/(\d{14})((?:/\d{2}/[^/?#]+)*)(?:\?.*)?$")
_FIXED = {"00": 18, "01": 14, "02": 14, "11": 6, "12": 6, "13": 6, "15": 6, "16": 6, "17": 6}


def recognise(text: str) -> Scan:
    """Say what a scanned or typed text is; full-width characters and blanks are repaired."""
    plain = _half_width(text)[:LONGEST_CODE]
    symbology, plain = _without_aim(plain)
    own = _OWN_LINK.match(plain)
    if own or _OWN.match(plain.upper()):
        return Scan(CodeKind.OWN, own.group(1) if own else plain.upper())
    if plain.lower().startswith(("http://", "https://")):
        return _digital_link(plain)
    if symbology in _GS1_AIM or GROUP_SEPARATOR in plain or plain.startswith("(01)"):
        return _element_string(plain)
    if re.fullmatch(r"8\d{19}", plain):
        return Scan(CodeKind.CN20, plain)
    if re.fullmatch(r"69\d{11}", plain):
        return Scan(CodeKind.GOODS, plain)
    return Scan(CodeKind.UNKNOWN, plain)


def _half_width(text: str) -> str:
    return text.translate(_HALF_WIDTH).replace("\u241d", GROUP_SEPARATOR).strip(" \t\r\n")


def _without_aim(text: str) -> tuple[str, str]:
    found = _AIM.match(text)
    if not found:
        return "", text
    return found.group(0), text[found.end() :]


def _digital_link(text: str) -> Scan:
    found = _LINK_PATH.match(text)
    if not found:
        return Scan(CodeKind.UNKNOWN, text)
    elements = {"01": found.group(1)}
    parts = found.group(2).strip("/").split("/") if found.group(2) else []
    elements.update(zip(parts[::2], parts[1::2], strict=True))
    return Scan(CodeKind.DIGITAL_LINK, _unit_key(elements, text), elements)


def _element_string(text: str) -> Scan:
    plain = re.sub(r"\((\d{2})\)", lambda found: GROUP_SEPARATOR + found.group(1), text)
    elements: dict[str, str] = {}
    rest = plain.lstrip(GROUP_SEPARATOR)
    while len(rest) > len("AI"):
        ai, rest = rest[:2], rest[2:]
        length = _FIXED.get(ai)
        value, rest = (
            (rest[:length], rest[length:]) if length else rest.partition(GROUP_SEPARATOR)[::2]
        )
        elements[ai] = value
        rest = rest.lstrip(GROUP_SEPARATOR)
    return Scan(CodeKind.GS1, _unit_key(elements, text), elements)


def _unit_key(elements: dict[str, str], text: str) -> str:
    if "01" in elements and "21" in elements:
        return f"(01){elements['01']}(21){elements['21']}"
    return text
