"""Read GS1 element strings and typed labels (GS1 一维码、二维码).

Source: GS1 General Specifications 7.8 (element strings, FNC1) and 7.12 (dates). What is read
is whole and right, or it is refused with its cause.
"""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from functools import cache
from itertools import islice

from app.traceability.errors import MalformedCode
from app.traceability.rules.gs1_identifiers import (
    IDENTIFIERS,
    contradiction,
    fault_of,
    identifier_at,
    is_predefined,
)
from app.traceability.rules.repairs import GROUP_SEPARATOR

MOST_READINGS = 200
MOST_ELEMENTS = 64
"""More are in no label; the official reader stops there too."""
LONGEST_UNSEPARATED = 200
CENTURY = 100
HALF = 50
Elements = dict[str, str]
_Pairs = tuple[tuple[str, str], ...]

_TYPED = re.compile(r"\((\d{2,4})\)", re.ASCII)


def read_message(message: str) -> Elements:
    """Return the elements of what a scanner sent, identifiers in their order.

    Raises:
        MalformedCode: with its cause and the identifier at which it is.
    """
    pairs: list[tuple[str, str]] = []
    at, end = len(message) - len(message.removeprefix(GROUP_SEPARATOR)), len(message)
    while at < end:
        ai = identifier_at(message, at)
        if ai is None:
            raise malformed(message, "identifier", message[at : at + 4])
        at += len(ai)
        if is_predefined(ai):
            stop = min(at + IDENTIFIERS[ai].longest, end)
        else:
            stop = message.find(GROUP_SEPARATOR, at)
            stop = end if stop < 0 else stop
        pairs.append((ai, message[at:stop]))
        at = stop + (message[stop : stop + 1] == GROUP_SEPARATOR)
    if not 0 < len(pairs) <= MOST_ELEMENTS:
        raise malformed(message, "length", "".join(ai for ai, _ in pairs[MOST_ELEMENTS:][:1]))
    return judged(message, pairs)


def read_typed(text: str) -> Elements:
    """Return the elements of a label as people read it, ``(01)…(17)…(10)…``.

    Raises:
        MalformedCode: as ``read_message``.
    """
    _, *parts = _TYPED.split(text)
    pairs = list(zip(parts[::2], (value.strip() for value in parts[1::2]), strict=True))
    if not text.startswith("(") or not pairs:
        raise malformed(text, "identifier", text[:4])
    return judged(text, pairs)


def readings(message: str) -> list[Elements]:
    """Return every valid way to read a message whose separators were lost on the way.

    None where it is empty or too long, or there are too many ways to be told apart.
    """
    if not 0 < len(message) <= LONGEST_UNSEPARATED:
        return []
    raw = list(islice(_ways(message), MOST_READINGS + 1))
    if len(raw) > MOST_READINGS:
        return []
    found: list[Elements] = []
    for pairs in raw:
        elements = dict(pairs)
        if len(elements) == len(pairs) and contradiction(elements) is None:
            found.append(elements)
    return found


def _ways(message: str) -> Iterable[_Pairs]:
    """Yield the ways to cut a message into values, each of them right in itself."""

    @cache
    def ends(start: int) -> bool:
        return start == len(message) or any(ends(end) for _, _, end in steps(start))

    @cache
    def steps(start: int) -> list[tuple[str, str, int]]:
        ai = identifier_at(message, start)
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


def judged(text: str, pairs: Iterable[tuple[str, str]]) -> Elements:
    """Return the elements a text was cut into, if each is right and all belong together.

    Raises:
        MalformedCode: as ``read_message``.
    """
    elements: Elements = {}
    for ai, value in pairs:
        fault = fault_of(ai, value) if ai in IDENTIFIERS else "identifier"
        if fault is None and elements.setdefault(ai, value) != value:
            fault = "repeated"
        if fault is not None:
            raise malformed(text, fault, ai)
    alone = contradiction(elements)
    if alone is not None:
        raise malformed(text, "companion", alone)
    return elements


def malformed(text: str, cause: str, ai: str) -> MalformedCode:
    """Return the refusal of a text: its cause, and the identifier at which it is."""
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
