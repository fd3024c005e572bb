from datetime import UTC, date, datetime, timedelta

import pytest

from app.kernel.signing import Printed, Signer
from app.traceability.errors import (
    CheckFailed,
    CodeCancelled,
    NotActivated,
    StaleSheet,
    TimeInvalid,
)
from app.traceability.rules import days_left
from app.traceability.rules.placeholders import is_placeholder
from app.traceability.rules.platform import PlatformAnswer, refusal_of
from app.traceability.rules.sheets import ensure_this_sheet
from app.traceability.rules.timing import Sighting, ensure_possible

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
MADE = date(2026, 1, 1)


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
    ("minutes", "late"), [(4, False), (0, False), (-14, False), (-16, True), (-60 * 24 * 20, True)]
)
def test_a_late_event_is_taken_and_marked(minutes: int, *, late: bool) -> None:
    moment = NOW + timedelta(minutes=minutes)
    assert ensure_possible(moment, now=NOW, made_on=MADE) is late


@pytest.mark.parametrize(
    ("moment", "rule"),
    [
        (NOW + timedelta(minutes=6), "ahead"),
        (datetime(2025, 12, 31, 1, tzinfo=UTC), "before-made"),
    ],
)
def test_a_time_that_cannot_be_is_refused(moment: datetime, rule: str) -> None:
    with pytest.raises(TimeInvalid) as refused:
        ensure_possible(moment, now=NOW, made_on=MADE)
    assert refused.value.data["rule"] == rule


@pytest.mark.parametrize(
    ("minutes", "possible"), [(120, True), (-120, True), (60, True), (30, False), (-5, False)]
)
def test_nothing_travels_faster_than_the_road_allows(minutes: int, *, possible: bool) -> None:
    there = Sighting(at=NOW - timedelta(minutes=minutes), site="盐场", road=timedelta(minutes=90))
    if possible:
        ensure_possible(NOW, now=NOW, made_on=MADE, sightings=(there,))
        return
    with pytest.raises(TimeInvalid) as refused:
        ensure_possible(NOW, now=NOW, made_on=MADE, sightings=(there,))
    assert (refused.value.data["rule"], refused.value.data["site"]) == ("travel", "盐场")


@pytest.mark.parametrize(
    ("expires", "left"),
    [(date(2026, 11, 23), 0), (date(2027, 2, 21), 90), (date(2027, 2, 22), None)],
)
def test_near_expiry_begins_ninety_days_before_the_last_day(
    expires: date, left: int | None
) -> None:
    assert days_left(expires, on=date(2026, 11, 23)) == left


TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("sheet", "until", "secret", "stale"),
    [
        ("DR-1", TODAY, "ours", False),
        ("DR-2", TODAY, "ours", True),
        ("DR-1", TODAY - timedelta(1), "ours", True),
        ("DR-1", TODAY, "theirs", True),
    ],
)
def test_a_label_of_another_sheet_or_of_yesterday_is_stale(
    sheet: str, until: date, secret: str, *, stale: bool
) -> None:
    seal = Signer.derive(secret, "sheets").seal(Printed(sheet, (), until))
    ours = Signer.derive("ours", "sheets")
    if not stale:
        ensure_this_sheet(ours, (sheet, seal), "DR-1", on=TODAY)
        return
    with pytest.raises(StaleSheet) as refused:
        ensure_this_sheet(ours, (sheet, seal), "DR-1", on=TODAY)
    assert refused.value.data["sheet"] == sheet
