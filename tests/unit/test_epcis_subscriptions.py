"""When subscribers are due, and where they may be called."""

from datetime import datetime

import pytest

from app.epcis.errors import DestinationRefused, ScheduleWrong
from app.epcis.rules.destinations import Destination, destination_of
from app.epcis.rules.schedules import next_time
from app.kernel.local_time import LOCAL

MONDAY = datetime(2026, 11, 30, 1, 5, tzinfo=LOCAL)
ALLOWED = frozenset({"partner.example", "dock.example:8443"})


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        ({"hour": "1", "minute": "5"}, "2026-12-01T01:05:00"),
        ({"minute": "0,30"}, "2026-11-30T01:30:00"),
        ({"minute": "[10-12]", "hour": "1,13"}, "2026-11-30T01:10:00"),
        ({"second": "0/20"}, "2026-11-30T01:05:20"),
        ({"dayOfWeek": "1,3"}, "2026-12-02T00:00:00"),
        ({"dayOfWeek": "7", "hour": "8"}, "2026-12-06T08:00:00"),
        ({"dayOfMonth": "31"}, "2026-12-31T00:00:00"),
        ({"month": "2", "dayOfMonth": "29"}, "2028-02-29T00:00:00"),
    ],
    ids=str,
)
def test_a_schedule_is_due_next(schedule: dict[str, str], due: str) -> None:
    assert next_time(schedule, MONDAY) == datetime.fromisoformat(f"{due}+08:00")


@pytest.mark.parametrize(
    ("schedule", "field"),
    [
        ({}, "schedule"),
        ({"hour": "24"}, "hour"),
        ({"minute": ""}, "minute"),
        ({"minute": "5-7"}, "minute"),
        ({"minute": "[7-5]"}, "minute"),
        ({"second": "0/0"}, "second"),
        ({"dayOfWeek": "0"}, "dayOfWeek"),
        ({"month": "2", "dayOfMonth": "31"}, "dayOfMonth"),
    ],
    ids=str,
)
def test_a_schedule_of_no_moment_is_refused(schedule: dict[str, str], field: str) -> None:
    with pytest.raises(ScheduleWrong) as refusal:
        next_time(schedule, MONDAY)

    assert refusal.value.data["field"] == field


def test_an_allowed_host_is_called_at_its_port() -> None:
    assert destination_of("https://Partner.example/a?b=1", ALLOWED) == Destination(
        "partner.example", 443, "/a?b=1"
    )
    assert destination_of("https://dock.example:8443", ALLOWED).target == "/"


@pytest.mark.parametrize(
    "address",
    [
        "http://partner.example/a",
        "https://other.example/",
        "https://partner.example:8443/",
        "https://dock.example/",
        "https://me:secret@partner.example/",
        "https://partner.example@other.example/",
        "https://partner.example.other.example/",
        "https://partner.example/a b",
        "https://partner.example/\r\nX: 1",
        "https://[::1/",
        "https://partner.example:port/",
        "https://169.254.169.254/",
        "partner.example",
        "",
    ],
)
def test_nothing_else_is_called(address: str) -> None:
    with pytest.raises(DestinationRefused):
        destination_of(address, ALLOWED)
