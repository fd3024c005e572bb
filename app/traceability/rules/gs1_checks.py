"""What a part of a GS1 value must be beyond its length and characters.

Sources: GS1 General Specifications 7.9 (check digits and characters), 7.12 (dates) and the
section of each application identifier; ISO 13616 for bank accounts. Every check says whether
a text of the right length and characters is right.
"""

import re
from calendar import monthrange
from collections.abc import Callable

from app.traceability.rules.gs1_lists import COUNTRIES, COUNTRY_LETTERS, CURRENCIES, PACKAGES

Check = Callable[[str], bool]

ALPHABET = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
"""Character set 82, in the order that gives each character its weight."""
_CHECK_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)
_WEIGHTS = {character: weight for weight, character in enumerate(ALPHABET)}
_PERCENT = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*")
_MEDIA = frozenset({*range(1, 11), *range(80, 100)})
_SHORTEST_ACCOUNT = 11
_MONTHS = 12
_HOURS = 24
_MINUTES = 60
_MOST_NORTH, _MOST_EAST = "1800000000", "3600000000"
"""180° and 360° in ten digits."""
_SHORT_DAY = len("YYMMDD")


def check_digit(digits: str) -> int:
    """Return the GS1 check digit of the digits before it: weights 3 and 1 from the right."""
    if not digits:
        return 0
    return -(3 * sum(map(int, digits[::-2])) + sum(map(int, digits[-2::-2]))) % 10


def check_pair(text: str) -> str:
    """Return the two check characters of an alphanumeric key (modulo 1021 of primes)."""
    weighted = zip(reversed(text), _PRIMES, strict=False)
    total = sum(_WEIGHTS[character] * prime for character, prime in weighted) % 1021
    return _CHECK_ALPHABET[total >> 5] + _CHECK_ALPHABET[total & 31]


def has_check_digit(digits: str) -> bool:
    """Say whether the last digit is the check digit of the others."""
    return check_digit(digits[:-1]) == int(digits[-1])


def is_day(text: str) -> bool:
    """Say whether YYMMDD or YYYYMMDD names a day.

    2000 stands for any century of a short year: both that it may mean had a 29 February.
    """
    return is_day_or_month(text) and text[-2:] != "00"


def is_day_or_month(text: str) -> bool:
    """Say whether YYMMDD names a day or, with day 00, a month."""
    century = 2000 if len(text) == _SHORT_DAY else 0
    year, month, day = century + int(text[:-4]), int(text[-4:-2]), int(text[-2:])
    return 1 <= month <= _MONTHS and day <= monthrange(year, month)[1]


def _is_hour(text: str) -> bool:
    return int(text) < _HOURS


def _is_minute(text: str) -> bool:
    return int(text) < _MINUTES


def _is_time(text: str) -> bool:
    return _is_hour(text[:2]) and _is_minute(text[2:])


def _has_check_pair(text: str) -> bool:
    return bool(text[:-2]) and check_pair(text[:-2]) == text[-2:]


def _is_piece(text: str) -> bool:
    return 0 < int(text[:2]) <= int(text[2:])


def _is_place_in_birth(text: str) -> bool:
    return bool(re.fullmatch(r"[1-9]/[1-9]", text)) and text[0] <= text[2]


def is_account(text: str) -> bool:
    """Say whether a text is an international bank account number (IBAN)."""
    if len(text) < _SHORTEST_ACCOUNT or not re.fullmatch(r"[0-9A-Z]+", text):
        return False
    digits = "".join(str(int(character, 36)) for character in text[4:] + text[:4])
    return text[:2] in COUNTRY_LETTERS and int(digits) % 97 == 1


def _sized(sizes: str, more: int = 0) -> str:
    """Return a pattern: a digit that says how many digits (and so many more) follow it."""
    return "(?:" + "|".join(rf"{size}\d{{{int(size) + more}}}" for size in sizes) + ")"


_COMPANY = _sized("0123456", 6)
_PURCHASE = _sized("12345") + r"[0-49]\d{3}"
_COUPON = re.compile(
    _COMPANY
    + r"\d{6}"
    + _sized("12345")
    + _PURCHASE
    + rf"(?:1[0-3]{_PURCHASE}(?:{_COMPANY}|9))?(?:2{_PURCHASE}(?:{_COMPANY}|9))?"
    + r"(?:3(?P<ends>\d{6}))?(?:4(?P<starts>\d{6}))?"
    + rf"(?:5{_sized('0123456789', 6)})?(?:6{_sized('1234567', 6)})?(?:9[01256][0-2]\d[01])?",
    re.ASCII,
)
_OFFER = re.compile(
    rf"[01]{_COMPANY}\d{{6}}{_sized('0123456789', 6)}",
    re.ASCII,
)


def _is_coupon(text: str) -> bool:
    found = _COUPON.fullmatch(text)
    if found is None:
        return False
    ends, starts = found["ends"], found["starts"]
    in_order = ends is None or starts is None or starts <= ends
    return in_order and all(is_day(day) for day in (ends, starts) if day)


CHECKS: dict[str, tuple[str, Check]] = {
    "csum": ("check-digit", has_check_digit),
    "pair": ("check-digit", _has_check_pair),
    "day": ("date", is_day),
    "day0": ("date", is_day_or_month),
    "hh": ("date", _is_hour),
    "mi": ("date", _is_minute),
    "hhmi": ("date", _is_time),
    "account": ("value", is_account),
    "country": ("value", COUNTRIES.__contains__),
    "country999": ("value", (COUNTRIES | {"999"}).__contains__),
    "letters": ("value", COUNTRY_LETTERS.__contains__),
    "currency": ("value", CURRENCIES.__contains__),
    "package": ("value", PACKAGES.__contains__),
    "media": ("value", lambda text: int(text) in _MEDIA),
    "yesno": ("value", lambda text: text in "01"),
    "sex": ("value", lambda text: text in "0129"),
    "winding": ("value", lambda text: text in "019"),
    "minus": ("value", lambda text: text == "-"),
    "zero": ("value", lambda text: text == "0"),
    "nonzero": ("value", lambda text: int(text) > 0),
    "nolead": ("value", lambda text: text == "0" or text[0] != "0"),
    "prefix": ("value", lambda text: bool(re.match(r"[0-9]{4}", text))),
    "nondigit": ("value", lambda text: not text.isdigit()),
    "importer": ("value", lambda text: bool(re.fullmatch(r"[-0-9A-Z_a-z]", text))),
    "piece": ("value", _is_piece),
    "place": ("value", _is_place_in_birth),
    "percent": ("value", lambda text: bool(_PERCENT.fullmatch(text))),
    "latitude": ("value", lambda text: text <= _MOST_NORTH),
    "longitude": ("value", lambda text: text <= _MOST_EAST),
    "coupon": ("value", _is_coupon),
    "offer": ("value", lambda text: bool(_OFFER.fullmatch(text))),
}
"""Every check by the name the table of identifiers gives it, with the cause of a failure."""
