"""Citizen numbers (公民身份号码), and what of a person may be shown."""

from datetime import date
from enum import StrEnum

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
OLDEST_YEARS = 130
NUMBER_LENGTH = 18
SHORTEST_LEGIBLE_PHONE = 8


class Sex(StrEnum):
    """As citizen numbers tell it."""

    FEMALE = "female"
    MALE = "male"


def is_citizen_number(number: str) -> bool:
    """Say whether 17 digits and a check character agree and hold a date (GB 11643-1999)."""
    digits, check = number[:17], number[17:]
    if not (len(number) == NUMBER_LENGTH and digits.isascii() and digits.isdigit()):
        return False
    weighted = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return check == _CHECK[weighted % 11] and birth_date_in(number) is not None


def birth_date_in(number: str) -> date | None:
    """Return the date of birth a citizen number holds, None if it is no date."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex_in(number: str) -> Sex:
    """Return the sex a citizen number holds: its 17th digit is odd for men."""
    return Sex.MALE if int(number[16]) % 2 else Sex.FEMALE


def masked_number(number: str) -> str:
    """Return a citizen number with only its region and last characters legible."""
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"


def masked_phone(phone: str) -> str:
    """Return a telephone number without its middle digits."""
    if len(phone) < SHORTEST_LEGIBLE_PHONE:
        return "*" * len(phone)
    return f"{phone[:3]}{'*' * (len(phone) - 7)}{phone[-4:]}"


def age_on(born: date, day: date) -> int:
    """Return completed years of life."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def is_possible_birth(born: date, today: date) -> bool:
    """Say whether somebody alive today can have been born on that day."""
    return born <= today and age_on(born, today) <= OLDEST_YEARS
