"""How the values of GS1 application identifiers look, and which must stand together.

Source: GS1 General Specifications, section 3 (formats) and 4.14 (which belong together).
The identifiers of trade items, logistic units, parties and assets that goods of a pharmacy
carry; an identifier that is not here is refused, never guessed.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

PREDEFINED = frozenset(
    {"00", "01", "02", "03", "04", *(f"{ai}" for ai in range(11, 21))}
    | {f"{ai}" for ai in range(31, 37)}
    | {"41"}
)
"""First two digits of identifiers whose values need no separator after them."""
TEXT = re.compile(r"[!\"%-?A-Z_a-z]*")
"""Character set 82 of the General Specifications."""
DIGITS = re.compile(r"[0-9]*")
OF_TRADE_ITEM = ("01", "02", "8006", "8026")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """What one application identifier may carry.

    ``checked`` is how many of the first digits end in a check digit. ``needs`` are groups of
    which one identifier each must be present; ``excludes`` may not be.
    """

    shortest: int
    longest: int
    numeric: bool = False
    checked: int = 0
    is_day: bool = False
    needs: tuple[tuple[str, ...], ...] = ()
    excludes: tuple[str, ...] = ()


def _key(length: int, **more: object) -> Identifier:
    return Identifier(shortest=length, longest=length, numeric=True, checked=length, **more)  # type: ignore[arg-type]


def _number(shortest: int, longest: int, *needs: tuple[str, ...]) -> Identifier:
    return Identifier(shortest=shortest, longest=longest, numeric=True, needs=needs)


def _text(longest: int, *needs: tuple[str, ...], excludes: tuple[str, ...] = ()) -> Identifier:
    return Identifier(shortest=1, longest=longest, needs=needs, excludes=excludes)


def _day() -> Identifier:
    return Identifier(shortest=6, longest=6, numeric=True, is_day=True, needs=(OF_TRADE_ITEM,))


def _measures() -> Iterator[tuple[str, Identifier]]:
    """Weights and sizes: the last digit says how many decimals the six digits have."""
    for ai in (*range(310, 317), *range(320, 338), *range(340, 358), *range(360, 370)):
        yield from ((f"{ai}{decimals}", _number(6, 6)) for decimals in range(6))


IDENTIFIERS: dict[str, Identifier] = dict(
    chain(
        {
            "00": _key(18),
            "01": _key(14, excludes=("02", "37")),
            "02": _key(14, needs=(("37",), ("00",))),
            "10": _text(20, OF_TRADE_ITEM),
            "11": _day(),
            "13": _day(),
            "15": _day(),
            "16": _day(),
            "17": _day(),
            "20": _number(2, 2, OF_TRADE_ITEM),
            "21": _text(20, ("01", "8006"), excludes=("235",)),
            "22": _text(20, ("01",)),
            "235": _text(28, ("01",)),
            "240": _text(30, OF_TRADE_ITEM),
            "241": _text(30, OF_TRADE_ITEM),
            "242": _number(1, 6, OF_TRADE_ITEM),
            "243": _text(20, ("01",)),
            "250": _text(30, ("01", "8006"), ("21",)),
            "251": _text(30, ("01", "8006")),
            "253": Identifier(shortest=13, longest=30, checked=13),
            "254": _text(20, ("414",)),
            "30": _number(1, 8, ("01", "02")),
            "37": _number(1, 8, ("00",), ("02", "8026")),
            "400": _text(30),
            "401": _text(30),
            "402": _key(17),
            "403": _text(30, ("00",)),
            **{f"41{digit}": _key(13) for digit in range(8)},
            "420": _text(20),
            "422": _number(3, 3, OF_TRADE_ITEM),
            **{f"71{digit}": _text(20, ("01",)) for digit in range(7)},
            "7002": _text(30, ("01", "02")),
            "7003": _number(10, 10, ("01", "02")),
            "7004": _number(1, 4, ("01",), ("10",)),
            "7040": _text(4),
            "8003": Identifier(shortest=14, longest=30, checked=14),
            "8004": _text(30),
            "8006": _number(18, 18),
            "8008": _number(8, 12, ("01", "02")),
            "8010": _text(30),
            "8011": _number(1, 12, ("8010",)),
            "8012": _text(20, ("01", "8006")),
            "8017": _key(18),
            "8018": _key(18),
            "8019": _number(1, 10, ("8017", "8018")),
            "8020": _text(25, ("415",)),
            "8026": _number(18, 18, ("37",)),
            "90": _text(30),
            **{f"{ai}": _text(90) for ai in range(91, 100)},
        }.items(),
        _measures(),
    )
)


def identifier_at(text: str) -> str | None:
    """Return the identifier a text begins with; no identifier is the beginning of another."""
    return next((text[:length] for length in (2, 3, 4) if text[:length] in IDENTIFIERS), None)


def is_predefined(ai: str) -> bool:
    """Say whether a value ends by its length and not by a separator."""
    return ai[:2] in PREDEFINED


def check_digit(digits: str) -> int:
    """Return the GS1 check digit of the digits before it: weights 3 and 1 from the right."""
    weighted = sum(int(digit) * (3 - 2 * (at % 2)) for at, digit in enumerate(reversed(digits)))
    return -weighted % 10


def fault_of(ai: str, value: str) -> str | None:
    """Return what is wrong with a value: its length, characters, check digit or date."""
    known = IDENTIFIERS[ai]
    if not known.shortest <= len(value) <= known.longest:
        return "length"
    digits = value if known.numeric else value[: known.checked]
    if not DIGITS.fullmatch(digits) or not TEXT.fullmatch(value):
        return "characters"
    if known.checked and not _is_checked(value[: known.checked]):
        return "check-digit"
    return "date" if known.is_day and not _is_day(value) else None


def _is_checked(digits: str) -> bool:
    return check_digit(digits[:-1]) == int(digits[-1])


def _is_day(value: str) -> bool:
    """Say whether YYMMDD names a day; 2000 stands for any century, both had a 29 February."""
    year, month, day = 2000 + int(value[:2]), int(value[2:4]), int(value[4:])
    return 1 <= month <= 12 and day <= monthrange(year, month)[1]  # noqa: PLR2004 - months
