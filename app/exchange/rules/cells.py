"""What may stand in a cell; what may not is named, never guessed."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from app.kernel.local_time import at_local
from app.kernel.quantities import FEN_PER_YUAN, MAX_QUANTITY
from app.kernel.sheets import Cell, Formula

LONGEST = 200
EXACT_DIGITS = 15
"""Excel keeps 15 digits of a number: a longer code typed as a number is lost."""
SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{1,3}", re.IGNORECASE)
EXCEL_EPOCH = date(1899, 12, 30)
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")
MOMENT = re.compile(
    r"(?P<day>.*\S)[ T]+(?P<hour>\d{1,2})[:时](?P<minute>\d{2})(?::\d{2}(?:\.\d+)?|分)?"
)
MINUTES_A_DAY = 24 * 60
PLAIN_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
YES = frozenset({"是", "y", "yes", "1", "true", "√", "有"})
NO = frozenset({"否", "n", "no", "0", "false", "×", "无"})


class FaultCode(StrEnum):
    """What is wrong with a cell or a row."""

    AMBIGUOUS = "ambiguous"
    CODED = "coded"
    DAMAGED_CODE = "damaged-code"
    ERROR_VALUE = "error-value"
    EXPIRED_EARLY = "expires-before-made"
    FIXED = "fixed-field"
    FORMULA = "formula"
    MISSING = "missing"
    MISSING_COLUMN = "missing-column"
    NOT_A_DATE = "not-a-date"
    NOT_A_MOMENT = "not-a-moment"
    NOT_A_NUMBER = "not-a-whole-number"
    NOT_MONEY = "not-money"
    NOT_COUNTABLE = "not-countable-time"
    NOT_OFFERED = "not-offered"
    NOT_ONE_OF = "not-one-of"
    NOT_POSITIVE = "not-positive"
    NOT_YES_OR_NO = "not-yes-or-no"
    OTHER_LINE = "other-line"
    OTHER_NAME = "other-name"
    TAKEN = "taken"
    TOO_LARGE = "too-large"
    TOO_LONG = "too-long"
    TOO_MANY = "too-many"
    TWICE = "twice"
    UNKNOWN_ITEM = "unknown-item"
    UNKNOWN_LINE = "unknown-line"
    UNKNOWN_PLACE = "unknown-place"
    UNLOCKED_PLACE = "unlocked-place"


class BadCell(Exception):
    """A cell cannot be what its column says; ``told`` are values for the sentence."""

    def __init__(self, code: FaultCode, **told: str) -> None:
        """Keep the code and what the sentence needs."""
        super().__init__(code)
        self.code = code
        self.told = told


Parser = Callable[[Cell], object]


def text(cell: Cell) -> str:
    """Return a line of text as it was typed, trimmed."""
    plain = shown(cell).strip(" \t\r\n\u3000")
    if len(plain) > LONGEST:
        raise BadCell(FaultCode.TOO_LONG, most=str(LONGEST))
    return plain


def code(cell: Cell) -> str:
    """Return a code: half width, upper case; a number Excel has rounded is refused."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if abs(cell) >= 10**EXACT_DIGITS:
            raise BadCell(FaultCode.DAMAGED_CODE)
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
    plain = unicodedata.normalize("NFKC", text(cell)).upper()
    if SCIENTIFIC.fullmatch(plain):
        raise BadCell(FaultCode.DAMAGED_CODE)
    return plain


def whole(cell: Cell) -> int:
    """Return a whole number of at least one; full-width digits and thousands commas are read."""
    number = _number(cell)
    if number != number.to_integral_value():
        raise BadCell(FaultCode.NOT_A_NUMBER)
    if number <= 0:
        raise BadCell(FaultCode.NOT_POSITIVE)
    if number > MAX_QUANTITY:
        raise BadCell(FaultCode.TOO_LARGE)
    return int(number)


def measure(cell: Cell) -> int:
    """Return a whole number of at least zero that a column of 32 bits holds."""
    number = _number(cell)
    if number != number.to_integral_value() or number < 0:
        raise BadCell(FaultCode.NOT_A_NUMBER)
    if number >= 2**31:
        raise BadCell(FaultCode.TOO_LARGE)
    return int(number)


def fen(cell: Cell) -> int:
    """Return an amount of yuan with at most two decimals, in fen."""
    try:
        amount = _number(cell) * FEN_PER_YUAN
    except BadCell as error:
        raise BadCell(FaultCode.NOT_MONEY) from error
    if isinstance(cell, float):
        # 9.6 comes as 9.5999999999999996 where a program computed it.
        amount = amount.quantize(Decimal("0.0001"))
    if amount != amount.to_integral_value() or amount < 0:
        raise BadCell(FaultCode.NOT_MONEY)
    if amount > MAX_QUANTITY:
        raise BadCell(FaultCode.TOO_LARGE)
    return int(amount)


def day(cell: Cell) -> date:
    """Return a day: a date cell, 2027-12-31, 2027年12月31日, 20271231 or Excel's own number."""
    found = _day(cell)
    if found is None or not FIRST_DAY <= found <= LAST_DAY:
        raise BadCell(FaultCode.NOT_A_DATE)
    return found


def moment(cell: Cell) -> datetime:
    """Return a local moment to the minute: a date cell with a time, or 2027-12-31 09:30."""
    found = _moment(cell)
    if found is None or not FIRST_DAY <= found.date() <= LAST_DAY:
        raise BadCell(FaultCode.NOT_A_MOMENT)
    return at_local(found.date(), found.time())


def yes_or_no(cell: Cell) -> bool:
    """Return 是 or 否."""
    if isinstance(cell, bool):
        return cell
    plain = code(cell).lower()
    if plain in YES | NO:
        return plain in YES
    raise BadCell(FaultCode.NOT_YES_OR_NO)


def one_of(words: Mapping[str, str]) -> Parser:
    """Return a parser of the words people use; it returns the value each stands for."""

    def parse(cell: Cell) -> str:
        plain = text(cell)
        if plain in words.values():
            return plain
        if plain not in words:
            raise BadCell(FaultCode.NOT_ONE_OF, words="、".join(words))
        return words[plain]

    return parse


def shown(cell: Cell) -> str:
    """Return a cell as its program shows it."""
    match cell:
        case None:
            return ""
        case Formula():
            return cell.text
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M}"
        case date():
            return cell.isoformat()
        case float() if cell.is_integer() and abs(cell) < 10**EXACT_DIGITS:
            return str(int(cell))
        case _:
            return str(cell)


def refuse_computed(cell: Cell) -> None:
    """Refuse formulas and what a formula left behind."""
    if isinstance(cell, Formula):
        raise BadCell(FaultCode.FORMULA)
    if isinstance(cell, str) and cell.startswith("#") and cell.endswith(("!", "?", "A")):
        raise BadCell(FaultCode.ERROR_VALUE)


def _number(cell: Cell) -> Decimal:
    if isinstance(cell, bool | date):
        raise BadCell(FaultCode.NOT_A_NUMBER)
    plain = unicodedata.normalize("NFKC", shown(cell)).strip().replace(",", "")
    try:
        number = Decimal(plain)
    except InvalidOperation as error:
        raise BadCell(FaultCode.NOT_A_NUMBER) from error
    if not number.is_finite() or number.adjusted() > len(str(MAX_QUANTITY)):
        raise BadCell(FaultCode.TOO_LARGE if number.is_finite() else FaultCode.NOT_A_NUMBER)
    return number


def _moment(cell: Cell) -> datetime | None:
    if isinstance(cell, datetime):
        return cell.replace(second=0, microsecond=0)
    if isinstance(cell, float) and cell > 1:
        minutes = round(cell * MINUTES_A_DAY)
        return datetime.combine(EXCEL_EPOCH, time.min) + timedelta(minutes=minutes)
    found = MOMENT.fullmatch(unicodedata.normalize("NFKC", shown(cell)).strip())
    on = _day(found["day"]) if found else None
    if found is None or on is None:
        return None
    try:
        return datetime.combine(on, time(int(found["hour"]), int(found["minute"])))
    except ValueError:
        return None


def _day(cell: Cell) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    plain = unicodedata.normalize("NFKC", shown(cell)).strip()
    found = PLAIN_DAY.fullmatch(plain) or DAY.fullmatch(plain)
    if found:
        try:
            return date(*(int(part) for part in found.groups()))
        except ValueError:
            return None
    if re.fullmatch(r"\d{5}", plain):
        return EXCEL_EPOCH + timedelta(days=int(plain))
    return None
