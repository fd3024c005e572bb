"""Read GS1 element strings, typed labels and Digital Links (GS1 一维码、二维码、网址码).

Sources: GS1 General Specifications 7.8 (element strings, FNC1) and 7.12 (dates), GS1 Digital
Link URI Syntax 1.4. What is read is whole and right, or it is refused with its cause.
"""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from functools import cache
from itertools import islice
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from app.traceability.errors import MalformedCode
from app.traceability.rules.gs1_identifiers import (
    IDENTIFIERS,
    fault_of,
    identifier_at,
    is_predefined,
)

GROUP_SEPARATOR = "\x1d"
MOST_READINGS = 200
CENTURY = 100
HALF = 50
Elements = dict[str, str]
_Pairs = tuple[tuple[str, str], ...]

_TYPED = re.compile(r"\((\d{2,4})\)")
_PATHS: dict[str, tuple[tuple[str, ...], ...]] = {
    "00": ((),),
    "01": (("22", "10", "21"), ("235",)),
    "253": ((),),
    "401": ((),),
    "402": ((),),
    "414": (("254",), ("7040",)),
    "417": (("7040",),),
    "8003": ((),),
    "8004": (("7040",),),
    "8006": (("22", "10", "21"),),
    "8010": (("8011",),),
    "8017": (("8019",),),
    "8018": (("8019",),),
}
"""Primary keys of a Digital Link, and what may follow each in its path, in this order."""
_QUALIFIERS = {"01": frozenset({"22", "10", "21", "235"}), "8006": frozenset({"22", "10", "21"})}


def read_message(message: str) -> Elements:
    """Return the elements of what a scanner sent, identifiers in their order.

    Raises:
        MalformedCode: with its cause and the identifier at which it is.
    """
    pairs: list[tuple[str, str]] = []
    rest = message.removeprefix(GROUP_SEPARATOR)
    while rest:
        ai = identifier_at(rest)
        if ai is None:
            raise _malformed(message, "identifier", rest[:4])
        rest = rest[len(ai) :]
        if is_predefined(ai):
            length = IDENTIFIERS[ai].longest
            value, rest = rest[:length], rest[length:].removeprefix(GROUP_SEPARATOR)
        else:
            value, _, rest = rest.partition(GROUP_SEPARATOR)
        pairs.append((ai, value))
    return _judged(message, pairs)


def read_typed(text: str) -> Elements:
    """Return the elements of a label as people read it, ``(01)…(17)…(10)…``.

    Raises:
        MalformedCode: as ``read_message``.
    """
    _, *parts = _TYPED.split(text)
    pairs = list(zip(parts[::2], (value.strip() for value in parts[1::2]), strict=True))
    if not text.startswith("(") or not pairs:
        raise _malformed(text, "identifier", text[:4])
    return _judged(text, pairs)


def readings(message: str) -> list[Elements]:
    """Return every valid way to read a message whose separators were lost on the way.

    Empty where there are too many ways to be told apart.
    """
    raw = list(islice(_ways(message), MOST_READINGS + 1))
    if len(raw) > MOST_READINGS:
        return []
    found: list[Elements] = []
    for pairs in raw:
        elements = dict(pairs)
        if len(elements) == len(pairs) and _contradiction(elements) is None:
            found.append(elements)
    return found


def _ways(message: str) -> Iterable[_Pairs]:
    """Yield the ways to cut a message into values, each of them right in itself."""

    @cache
    def ends(start: int) -> bool:
        return start == len(message) or any(ends(end) for _, _, end in steps(start))

    @cache
    def steps(start: int) -> list[tuple[str, str, int]]:
        ai = identifier_at(message[start:])
        if ai is None:
            return []
        first = start + len(ai)
        known = IDENTIFIERS[ai]
        lengths = range(known.shortest, min(known.longest, len(message) - first) + 1)
        values = [(message[first : first + length], first + length) for length in lengths]
        return [(ai, value, end) for value, end in values if fault_of(ai, value) is None]

    def ways(start: int) -> Iterable[_Pairs]:
        if start == len(message):
            yield ()
        for ai, value, end in steps(start):
            if ends(end):
                yield from (((ai, value), *rest) for rest in ways(end))

    return ways(0)


def read_link(text: str) -> Elements:
    """Return the elements of a GS1 Digital Link, those of its path first.

    Raises:
        MalformedCode: as ``read_message``; ``link`` where the address itself is not one.
    """
    parts = _split(text)
    segments = [unquote(part) for part in parts.path.rstrip("/").split("/")]
    at = next((at for at in range(len(segments) - 2, 0, -1) if _is_key(segments, at)), None)
    if at is None:
        raise _malformed(text, "link", "")
    path = list(zip(segments[at::2], segments[at + 1 :: 2], strict=True))
    key, qualifiers = path[0][0], [ai for ai, _ in path[1:]]
    if not any(_in_order(qualifiers, order) for order in _PATHS[key]):
        raise _malformed(text, "link", key)
    query = [(name, value) for name, value in parse_qsl(parts.query, True) if name.isdecimal()]
    for ai, _ in query:
        if ai not in IDENTIFIERS or ai in _PATHS or ai in _QUALIFIERS.get(key, ()):
            raise _malformed(text, "identifier", ai)
    names = [ai for ai, _ in (*path, *query)]
    if len(set(names)) < len(names):
        raise _malformed(text, "repeated", key)
    return _judged(text, [*path, *query])


def _split(text: str) -> SplitResult:
    scheme = text.partition("://")[0]
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise _malformed(text, "link", "") from error
    if scheme not in {"http", "https", "HTTP", "HTTPS"} or not parts.hostname:
        raise _malformed(text, "link", "")
    return parts


def _is_key(segments: list[str], at: int) -> bool:
    """Say whether a key begins here: it and what follows are pairs of identifier and value."""
    paired = (len(segments) - at) % 2 == 0
    return segments[at] in _PATHS and paired and set(segments[at::2]) <= set(IDENTIFIERS)


def _in_order(found: list[str], order: tuple[str, ...]) -> bool:
    rest = iter(order)
    return all(ai in rest for ai in found)


def _judged(text: str, pairs: Iterable[tuple[str, str]]) -> Elements:
    elements: Elements = {}
    for ai, value in pairs:
        fault = fault_of(ai, value) if ai in IDENTIFIERS else "identifier"
        if fault is None and elements.setdefault(ai, value) != value:
            fault = "repeated"
        if fault is not None:
            raise _malformed(text, fault, ai)
    alone = _contradiction(elements)
    if alone is not None:
        raise _malformed(text, "companion", alone)
    return elements


def _contradiction(elements: Elements) -> str | None:
    """Return an identifier that stands without what it needs, or beside what it excludes."""
    for ai in elements:
        known = IDENTIFIERS[ai]
        lacks = any(not any(one in elements for one in group) for group in known.needs)
        if lacks or any(one in elements for one in known.excludes):
            return ai
    return None


def _malformed(text: str, cause: str, ai: str) -> MalformedCode:
    return MalformedCode(text, cause=cause, identifier=ai)


def read_day(text: str, *, today: date) -> date:
    """Return the day a GS1 date YYMMDD names; day 00 is the last of its month.

    Years more than 50 ahead of this year belong to the century before, those more than
    49 behind to the next (General Specifications 7.12).
    """
    year = today.year - today.year % CENTURY + int(text[:2])
    ahead = year - today.year
    if ahead > HALF:
        year -= CENTURY
    elif ahead <= -HALF:
        year += CENTURY
    month, day = int(text[2:4]), int(text[4:])
    return date(year, month, day or monthrange(year, month)[1])
