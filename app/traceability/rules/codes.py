"""Which kind of code a scan is (识别顺序): own label, Digital Link, GS1, MA, AHM, CN20, goods.

Sources: NMPAB/T 1002 for the 20-digit trace code; the readers of each kind name their own.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import unquote

from app.kernel.ids import DeviceId, LotId, PlaceId
from app.traceability.errors import MalformedCode
from app.traceability.rules import cn20, device_codes, digital_link, gs1
from app.traceability.rules.gs1 import Elements
from app.traceability.rules.repairs import GROUP_SEPARATOR, damage_of, repaired

LONGEST_CODE = 2_000
SHOWN = 20


class CodeKind(StrEnum):
    """What was scanned."""

    AHM = "ahm"
    CN20 = "cn20"
    DIGITAL_LINK = "digital_link"
    GOODS = "goods"
    GS1 = "gs1"
    MA = "ma"
    OWN = "own"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Scan:
    """A recognised scan: ``code`` is what units are stored under, ``elements`` part → value.

    ``fault`` says why a code cannot be read, or how it was damaged. ``unseparated`` is a GS1
    message in which no separator stands: it may be read in ``others`` ways too. ``seal`` is
    what a label of ours was sealed with, untested.
    """

    kind: CodeKind
    code: str
    elements: Elements = field(default_factory=dict)
    fault: MalformedCode | None = None
    unseparated: str = ""
    ambiguous: bool = False
    seal: str = ""

    @property
    def others(self) -> tuple[Elements, ...]:
        """The other ways to read a message that may have lost its separators."""
        ways = gs1.readings(self.unseparated) if self.unseparated else ()
        return tuple(way for way in ways if way != self.elements)


_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_GS1_AIM = frozenset({"]d2", "]d8", "]Q3", "]C1", "]e0"})
_RETAIL_AIM = frozenset({"]E0", "]E4"})
OWN_CODE, OWN_SEAL = "91", "92"
"""The GS1 identifiers for internal use under which our own labels carry code and seal."""
_SEALED = r"[0-9]{6}[A-Z2-7]{22}"
_OWN_LINK = re.compile(rf"https?://[^/\s?#]+/c/([^/\s?#]+)(?:\?s=({_SEALED}))?", re.ASCII)
_OWN_IN_LINK = re.compile(r"[A-Z]{2}[0-9A-Z-]{4,40}")
_OWN = re.compile(r"(?:(?:TT|CT|PK)-?|(?:BN|EQ|LT)-)[0-9A-Z-]{4,40}")
"""Tote, carton, pack; and behind a hyphen bin, device (equipment), lot."""
_OWN_MESSAGE = re.compile(rf"\x1d?{OWN_CODE}({_OWN.pattern})\x1d?{OWN_SEAL}({_SEALED})", re.ASCII)
"""A GS1 symbol of ours. Seals have one length, so a lost separator leaves one way to read it."""
_TYPED = re.compile(r"\(\d{2,4}\)", re.ASCII)
_GOODS = re.compile(r"69\d{11}", re.ASCII)
_RETAIL = re.compile(r"\d{8}|\d{12,13}", re.ASCII)
_PLAIN = re.compile(r"00\d{18}|0[12]\d{14}", re.ASCII)


def recognise(text: str) -> Scan:
    """Say what a scanned or typed text is; width, blanks and invisible signs are repaired."""
    plain = repaired(text)
    if len(plain) > LONGEST_CODE:
        return _damaged(CodeKind.UNKNOWN, plain[:LONGEST_CODE], "length")
    symbology, plain = _without_aim(plain)
    own = _own(plain)
    if own is not None:
        return own
    if symbology in _GS1_AIM and not _is_link(plain):
        return _element_string(plain)
    return _marked(plain) or _unmarked(symbology, plain)


def _own(plain: str) -> Scan | None:
    """Read a label of ours: the code itself, or the address of the page of any code."""
    if _OWN.fullmatch(plain.upper()):
        return Scan(CodeKind.OWN, plain.upper())
    symbol = _OWN_MESSAGE.fullmatch(plain)
    if symbol:
        code, seal = symbol.groups()
        return Scan(CodeKind.OWN, code, {OWN_CODE: code, OWN_SEAL: seal}, seal=seal)
    link = _OWN_LINK.fullmatch(plain)
    if link is None:
        return None
    code, seal = unquote(link.group(1)), link.group(2) or ""
    if _OWN_IN_LINK.fullmatch(code):
        return Scan(CodeKind.OWN, code, seal=seal)
    inside = Scan(CodeKind.UNKNOWN, code) if _is_link(code) else recognise(code)
    named = inside.kind in {CodeKind.CN20, CodeKind.GS1} and inside.fault is None
    return replace(inside, seal=seal) if named else None


def _is_link(plain: str) -> bool:
    return plain[:8].lower().startswith(("http://", "https://"))


def _marked(plain: str) -> Scan | None:
    """Read a code whose first characters, or separators, tell its kind."""
    if _is_link(plain):
        return _read(CodeKind.DIGITAL_LINK, plain, digital_link.read_link)
    if _TYPED.match(plain):
        return _read(CodeKind.GS1, plain, gs1.read_typed)
    if GROUP_SEPARATOR in plain:
        return _element_string(plain)
    if plain.startswith(device_codes.MA):
        return _read(CodeKind.MA, plain, device_codes.read_ma)
    if plain.startswith(device_codes.AHM):
        return _read(CodeKind.AHM, plain, device_codes.read_ahm)
    return None


def _unmarked(symbology: str, plain: str) -> Scan:
    """Tell a code that nothing marks by its digits; GS1 only where all of it is right."""
    damage = damage_of(plain)
    if cn20.is_cn20(plain):
        if damage and not symbology:
            return _damaged(CodeKind.CN20, plain, damage)
        ambiguous = not symbology and cn20.is_ambiguous(plain)
        return Scan(CodeKind.CN20, plain, cn20.parts_of(plain), ambiguous=ambiguous)
    if _GOODS.fullmatch(plain) or (symbology in _RETAIL_AIM and _RETAIL.fullmatch(plain)):
        return Scan(CodeKind.GOODS, plain)
    bare = _element_string(plain) if looks_like_gs1(plain) else None
    if bare and bare.fault is None:
        return bare
    return _damaged(CodeKind.UNKNOWN, plain, damage) if damage else Scan(CodeKind.UNKNOWN, plain)


def looks_like_gs1(plain: str) -> bool:
    """Say whether a text begins as the label of a box or of goods does, check digit or not."""
    return bool(_PLAIN.match(plain))


def _damaged(kind: CodeKind, plain: str, cause: str) -> Scan:
    return Scan(kind, plain, fault=gs1.malformed(plain, cause, plain[:SHOWN]))


def _without_aim(text: str) -> tuple[str, str]:
    """Set the AIM symbology identifier aside; one typed with caps lock stays, as damage."""
    found = _AIM.match(text)
    if not found or damage_of(text):
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
    if found.fault is None:
        return Scan(found.kind, found.code, found.elements, unseparated=text)
    ways = gs1.readings(text)
    if len(ways) != 1:
        return _damaged(CodeKind.GS1, text, "separator") if ways else found
    (elements,) = ways
    return Scan(CodeKind.GS1, serial_key(elements) or text, elements)


def serial_key(elements: Elements) -> str | None:
    """Return what one thing in the world is known by: its serial, or the code of its box."""
    if "01" in elements and "21" in elements:
        return f"(01){elements['01']}(21){elements['21']}"
    return f"(00){elements['00']}" if "00" in elements else None


_KEYED_LABEL = re.compile(r"(BN|EQ|LT)-(\d{1,12})", re.ASCII)
_GOODS_DIGITS = 13


def lot_key(code: str) -> LotId | None:
    """Return the lot that a label of ours names, or None for other codes."""
    key = _key_of("LT", code)
    return None if key is None else LotId(key)


def bin_key(code: str) -> PlaceId | None:
    """Return the bin that a label of ours names, or None for other codes."""
    key = _key_of("BN", code)
    return None if key is None else PlaceId(key)


def device_key(code: str) -> DeviceId | None:
    """Return the machine that a label of ours names, or None for other codes."""
    key = _key_of("EQ", code)
    return None if key is None else DeviceId(key)


def _key_of(prefix: str, code: str) -> int | None:
    found = _KEYED_LABEL.fullmatch(code)
    return int(found.group(2)) if found and found.group(1) == prefix else None


def gtin_key(scan: Scan) -> str | None:
    """Return the goods code (69 码) of what was scanned, or None where it names no product."""
    if scan.kind is CodeKind.GOODS:
        return scan.code
    return scan.elements["01"][-_GOODS_DIGITS:] if "01" in scan.elements else None
