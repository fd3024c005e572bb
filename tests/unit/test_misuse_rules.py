from datetime import date

import pytest

from app.traceability.errors import (
    CheckFailed,
    CodeCancelled,
    NotActivated,
)
from app.traceability.rules import days_left
from app.traceability.rules.placeholders import is_placeholder
from app.traceability.rules.platform import PlatformAnswer, refusal_of


@pytest.mark.parametrize(
    ("status", "scan", "refusal"),
    [
        ("A", 0, None),
        ("I", 0, None),
        ("O", 0, None),
        ("C", 0, CodeCancelled),
        ("E", 0, NotActivated),
        ("E", 11, NotActivated),
        ("A", 13, NotActivated),
        ("E", 12, CheckFailed),
        ("C", 12, CheckFailed),
    ],
)
def test_what_the_platform_says_is_told_by_name(
    status: str, scan: int, refusal: type[Exception] | None
) -> None:
    found = refusal_of("8", PlatformAnswer(status=status, scan=scan))
    assert type(found) is (refusal or type(None))


@pytest.mark.parametrize(
    ("code", "invented"),
    [
        ("00000000000000000000", True),
        ("89990001111111111111", True),
        ("89990000000000000000", True),
        ("12345678901234567890", True),
        ("89990009876543210", True),
        ("89990000000000000001", False),
        ("83001234471920385561", False),
        ("(01)06901234567892(21)A1", False),
        ("", False),
    ],
)
def test_an_invented_code_is_told_by_its_serial(code: str, *, invented: bool) -> None:
    assert is_placeholder(code) is invented


@pytest.mark.parametrize(
    ("expires", "left"),
    [(date(2026, 11, 23), 0), (date(2027, 2, 21), 90), (date(2027, 2, 22), None)],
)
def test_near_expiry_begins_ninety_days_before_the_last_day(
    expires: date, left: int | None
) -> None:
    assert days_left(expires, on=date(2026, 11, 23)) == left
