"""What is told to a platform, in which state it is, and when it is tried again."""

from datetime import datetime, timedelta
from enum import StrEnum


class UploadKind(StrEnum):
    """What a message tells (进销存上报): stock, purchases, sales, and what takes one back."""

    STOCK_TAKE = "stock_take"
    STOCK_CHANGE = "stock_change"
    PURCHASE = "purchase"
    PURCHASE_RETURN = "purchase_return"
    SALE = "sale"
    SALE_RETURN = "sale_return"
    REMOVAL = "removal"


class StockChange(StrEnum):
    """Why stock changed without trade; each province has its own number for it."""

    NONE = ""
    OPENING = "opening"
    GAIN = "gain"
    SHORTAGE = "shortage"
    LOST = "lost"
    DESTROYED = "destroyed"


class UploadState(StrEnum):
    """Life of a message. Of an unknown one nobody knows whether the platform took it."""

    PENDING = "pending"
    CLAIMED = "claimed"
    ACKED = "acked"
    FAILED = "failed"
    UNKNOWN = "unknown"


class UploadFault(StrEnum):
    """Why a message failed."""

    NONE = ""
    MISSING = "missing-field"
    TOO_LONG = "too-long"
    REFUSED = "refused"


class UploadStep(StrEnum):
    """What happened to a message beyond being told and taken at once."""

    UNANSWERED = "unanswered"
    PUT_OFF = "put_off"
    REFUSED = "refused"
    BLOCKED = "blocked"
    FOUND = "found"
    NOT_FOUND = "not_found"
    RETRIED = "retried"


class Outcome(StrEnum):
    """How an attempt to tell the platform ended."""

    TAKEN = "taken"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    UNANSWERED = "unanswered"


FINAL = frozenset({UploadState.ACKED, UploadState.FAILED})


def delay_after(attempts: int, first: timedelta, longest: timedelta) -> timedelta:
    """Return how long to wait after so many attempts: twice as long each time."""
    doublings = min(max(attempts - 1, 0), 20)
    return min(first * (1 << doublings), longest)


def message_id(institution: str, number: int, *, at: datetime) -> str:
    """Return the id of one attempt: institution, local time to the second, four digits.

    Source: the sender's message id (发送方报文 ID) of the insurance's interface.
    """
    return f"{institution}{at:%Y%m%d%H%M%S}{number % 10_000:04d}"


def batch_number(number: int) -> str:
    """Return the number under which the platform knows a message (定点医药机构批次流水号).

    It stays the same however often the message is told, so a query finds it.
    """
    return f"TC{number:012d}"
