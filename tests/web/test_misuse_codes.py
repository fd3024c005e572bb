"""The rows of docs/misuse.md about what the scanned text is."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.traceability import service as traceability
from app.traceability.models import PlatformCode, Unit
from app.traceability.service import recognising
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.receiving import CARTON, pack_code
from tests.factories.stock import NOW, an_item
from tests.misuse import ALERTED, Leaves, alert_of, give, told


@pytest.fixture
def item(session: Session, cast: Cast) -> Item:
    """Three packs of 24 in a carton on Yudu's shelf."""
    item = an_item(session, coded=True)
    packs_on_shelf(session, cast.actor("clinic"), item, packs=3, carton=CARTON)
    session.commit()
    return item


def test_4_an_unannounced_code_is_unknown(client_as: ClientAs, item: Item, leaves: Leaves) -> None:
    with leaves("alert_attempt", "platform_code"):
        refused = give(client_as("clinic"), "83330001234567890123")

    assert told(refused) == (422, "unknown-code")
    assert (refused.json or {})["advice"] == "rescan"


def test_7_what_the_platform_refuses_is_refused(
    client_as: ClientAs, session: Session, item: Item, leaves: Leaves
) -> None:
    unknown, client = "83330001234567890123", client_as("clinic")
    give(client, unknown)
    for status, scan, code in (
        ("E", 12, "check4-failed"),
        ("E", 13, "not-activated"),
        ("C", 0, "cancelled"),
    ):
        session.execute(
            update(PlatformCode)
            .where(PlatformCode.code == unknown)
            .values(status=status, scan=scan, answered_at=NOW)
        )
        session.commit()
        with leaves():
            assert told(give(client, unknown)) == (422, code)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("6901234567892", "goods"),
        ("MA.156.M0.123456.1234567", "ma"),
        ("(01)06901234567892(10)A1", "udi"),
        ("https://tongcang.example/c/TT-20261123-0001", "own"),
    ],
)
def test_21_another_kind_of_code_is_named(
    client_as: ClientAs, item: Item, leaves: Leaves, *, text: str, kind: str
) -> None:
    with leaves():
        refused = give(client_as("clinic"), text)

    assert told(refused) in {(422, "not-a-trace-code"), (422, "malformed")}
    if told(refused)[1] == "not-a-trace-code":
        assert (refused.json or {})["kind"] == kind


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("8.30038E+19", "spreadsheet"),
        ("83003812345678900000", "spreadsheet"),
        ("8300381234567890123", "length"),
        ("830038123456789012345", "length"),
        ("*#))#*!@#$%^&*()!@#$", "keyboard"),
        ("]D20106901234567892", "caps-lock"),
        ("]d20106901234567893211", "check-digit"),
    ],
)
def test_22_a_damaged_code_is_told_by_its_damage(
    client_as: ClientAs, item: Item, leaves: Leaves, *, text: str, cause: str
) -> None:
    with leaves():
        refused = give(client_as("clinic"), text)

    assert told(refused) == (422, "malformed")
    assert (refused.json or {})["cause"] == cause


def test_22_full_width_digits_are_repaired(client_as: ClientAs, item: Item) -> None:
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in pack_code(1))
    assert give(client_as("clinic"), wide).status_code == 201


@pytest.mark.usefixtures("item")
def test_28_guessing_serials_is_braked_and_told(
    client_as: ClientAs, session: Session, monkeypatch: pytest.MonkeyPatch, leaves: Leaves
) -> None:
    monkeypatch.setattr(recognising, "MOST_UNKNOWN", 3)
    client = client_as("clinic")
    codes = [f"8333000123456789{number:04d}" for number in range(5)]
    answers = [told(give(client, code, device="PDA-1")) for code in codes[:3]]
    with leaves("alert_attempt", *ALERTED):
        braked = give(client, codes[3], device="PDA-1")

    assert answers == [(422, "unknown-code")] * 3
    assert told(braked) == (429, "rate-limited")
    assert int(braked.headers["Retry-After"]) > 0
    assert alert_of(session, "rate-limited").level == 3
    assert give(client, device="PDA-1").status_code == 201
    with time_machine.travel(NOW + timedelta(minutes=11)):
        assert told(give(client, codes[4], device="PDA-1")) == (422, "unknown-code")


def test_23_a_code_that_may_be_a_gs1_asset_is_read_as_a_trace_code_and_marked(
    client_as: ClientAs, session: Session, item: Item
) -> None:
    unit = traceability.get_unit(session, pack_code(1))
    session.execute(update(Unit).where(Unit.id == unit.id).values(code="80030000000000000017"))
    session.commit()
    client = client_as("clinic")

    given = give(client, "80030000000000000017").json or {}
    plain = give(client, pack_code(2)).json or {}

    assert (given["ambiguous"], plain["ambiguous"]) == (True, False)
    life = client.get("/api/v1/units/80030000000000000017").json or {}
    assert "8003" in life["events"][-1]["reason"]
