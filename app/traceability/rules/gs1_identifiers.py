"""Judge the values of GS1 application identifiers one by one, and which stand together."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import product

from app.traceability.rules.gs1_checks import ALPHABET, CHECKS, Check, check_digit
from app.traceability.rules.gs1_table import MEASURES, PREDEFINED, TABLE

__all__ = [
    "IDENTIFIERS",
    "Identifier",
    "check_digit",
    "contradiction",
    "fault_of",
    "identifier_at",
    "is_predefined",
]

_SETS = {
    "N": "[0-9]",
    "X": "[" + re.escape(ALPHABET) + "]",
    "Y": "[#/0-9A-Z-]",
    "Z": "[-0-9A-Z_a-z=]",
}
_PART = re.compile(
    r"(?P<set>[NXYZ])(?P<open>\.\.)?(?P<length>\d+)(?P<checks>(?:\.\w+)*)(?P<may>\??)"
)
_Alternative = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """What one application identifier may carry.

    ``checks`` are of the groups of ``pattern``, with the cause each gives. ``needs`` are
    groups of alternatives, of each of which one must be present whole; ``excludes`` may not be.
    """

    shortest: int
    longest: int
    numeric: bool
    pattern: re.Pattern[str]
    checks: tuple[tuple[int, str, Check], ...]
    needs: tuple[tuple[_Alternative, ...], ...]
    excludes: frozenset[str]


def _expanded(pattern: str, known: Collection[str] | None = None) -> list[str]:
    """Return the identifiers a pattern with ``n`` for any digit stands for."""
    digits = [("0123456789" if letter == "n" else letter) for letter in pattern]
    every = ["".join(one) for one in product(*digits)]
    return every if known is None else [ai for ai in every if ai in known]


def _lines() -> Iterator[tuple[str, str, list[str]]]:
    """Yield identifiers, the parts of their values, and what they need and exclude."""
    for line in TABLE.strip().splitlines():
        names, *words = line.split()
        rules = [word for word in words if word[0] in "+-"]
        yield names, " ".join(word for word in words if word[0] not in "+-"), rules
    for needed, families in MEASURES.items():
        for family in families:
            names = ",".join(f"{family}{decimals}" for decimals in range(6))
            yield names, "N6", [f"+{needed}", f"-{family}n"]


_LINES = [(_name, parts, rules) for names, parts, rules in _lines() for _name in names.split(",")]
_KNOWN = frozenset(ai for names, _, _ in _LINES for ai in _expanded(names))


def _identifier(ai: str, spec: str, rules: list[str]) -> Identifier:
    parts = [found for word in spec.split() if (found := _PART.fullmatch(word))]
    lengths = [int(part["length"]) for part in parts]
    checks = [
        (at, *CHECKS[name])
        for at, part in enumerate(parts, 1)
        for name in part["checks"].split(".")[1:]
    ]
    excluded = [name for rule in rules if rule[0] == "-" for name in rule[1:].split(",")]
    return Identifier(
        shortest=sum(
            1 if part["open"] else int(part["length"]) for part in parts if not part["may"]
        ),
        longest=sum(lengths),
        numeric=all(part["set"] == "N" for part in parts),
        pattern=re.compile("".join(_group(part) for part in parts)),
        checks=tuple(checks),
        needs=tuple(_alternatives(rule[1:]) for rule in rules if rule[0] == "+"),
        excludes=frozenset(one for name in excluded for one in _expanded(name, _KNOWN)) - {ai},
    )


def _group(part: re.Match[str]) -> str:
    length = f"1,{part['length']}" if part["open"] else part["length"]
    return f"({_SETS[part['set']]}{{{length}}}){part['may']}"


def _alternatives(group: str) -> tuple[_Alternative, ...]:
    """Return what one of must be present; patterns stand for each of their identifiers."""
    return tuple(
        frozenset(one)
        for alternative in group.split(",")
        for one in product(*(_expanded(name, _KNOWN) for name in alternative.split("&")))
    )


IDENTIFIERS: dict[str, Identifier] = {
    ai: _identifier(ai, spec, rules) for names, spec, rules in _LINES for ai in _expanded(names)
}


def identifier_at(text: str, start: int = 0) -> str | None:
    """Return the identifier that begins there; none is the beginning of another."""
    for length in (2, 3, 4):
        ai = text[start : start + length]
        if ai in IDENTIFIERS:
            return ai
    return None


def is_predefined(ai: str) -> bool:
    """Say whether a value ends by its length and not by a separator."""
    return ai[:2] in PREDEFINED


def fault_of(ai: str, value: str) -> str | None:
    """Return what is wrong with a value: length, characters, check digit, date or meaning."""
    known = IDENTIFIERS[ai]
    found = known.pattern.fullmatch(value)
    if found is None:
        return _misshapen(known, value)
    for group, cause, check in known.checks:
        part = found[group]
        if part is not None and not check(part):
            return cause
    return None


def _misshapen(known: Identifier, value: str) -> str:
    if not known.shortest <= len(value) <= known.longest:
        return "length"
    right = known.numeric and value.isascii() and value.isdigit()
    return "length" if right else "characters"


def contradiction(elements: Collection[str]) -> str | None:
    """Return an identifier that stands without what it needs, or beside what it excludes."""
    present = frozenset(elements)
    for ai in elements:
        known = IDENTIFIERS[ai]
        lacks = any(not any(one <= present for one in group) for group in known.needs)
        if lacks or not known.excludes.isdisjoint(present):
            return ai
    return None
