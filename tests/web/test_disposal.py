from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.inventory import service as inventory
from app.kernel import clock
from app.kernel.local_time import local_day
from app.traceability.models import Lot
from tests.conftest import ClientAs
from tests.factories.cast import PASSWORD, Cast
from tests.factories.disposal import balance_of, handed_in, written_off
from tests.factories.stock import a_lot, an_item, stocked
from tests.queries import QueryCount

EXPIRED = date(2025, 11, 1)
SIGNED = {"username": "clinic3", "password": PASSWORD}


@pytest.fixture
def lot(session: Session, cast: Cast) -> Lot:
    """Forty-eight expired capsules at Yudu."""
    made = a_lot(session, an_item(session), expires=EXPIRED)
    stocked(session, cast.actor("clinic"), made, 48, now=clock.now())
    session.commit()
    return made


def a_record(lines: list[int], quantities: list[int], **more: Any) -> dict[str, Any]:
    usual = {
        "line_id": lines,
        "quantity": [str(quantity) for quantity in quantities],
        "destroyed_on": local_day(clock.now()).isoformat(),
        "place": "县医疗废物处置中心",
        "method": "incineration",
    }
    return {**usual, **more}


def test_goods_are_written_off_and_destroyed_by_pages(
    client_as: ClientAs, session: Session, cast: Cast, lot: Lot
) -> None:
    clinic, other = client_as("clinic"), client_as("clinic3")
    balance = balance_of(session, cast.actor("clinic"), lot)
    offered = clinic.get("/write-offs/new").text
    form = {"reason": "expired", "note": "", "origin": "", "balance_id": balance, "quantity": "30"}

    drafted = clinic.post("/write-offs", data=form)
    page = drafted.headers["Location"]
    reference = page.rsplit("/", 1)[1]
    shown = clinic.get(f"/api/v1{page}").json
    assert shown is not None
    line = shown["lines"][0]["id"]
    changed = clinic.post(f"{page}/quantities", data={"line_id": line, "quantity": 24})
    submitted = clinic.post(f"{page}/submission", data={})
    alone = clinic.post(f"{page}/confirmation", data={"username": "", "password": ""})
    asked = other.get(page).text
    confirmed = other.post(f"{page}/confirmation", data={})
    waiting = clinic.get("/destructions/waiting").text
    unsigned = clinic.post("/destructions", data=a_record([line], [24]))
    recorded = clinic.post("/destructions", data=a_record([line], [24], **SIGNED))
    again = clinic.post("/destructions", data=a_record([line], [24], **SIGNED))

    assert f'value="{balance}"' in offered
    assert "确认报损" in asked
    assert reference in waiting
    written = (drafted, changed, submitted, confirmed, recorded)
    assert [answer.status_code for answer in written] == [302] * 5
    assert (alone.status_code, unsigned.status_code, again.status_code) == (422, 403, 409)
    record = recorded.headers["Location"]
    assert "县医疗废物处置中心" in clinic.get(record).text
    assert clinic.get(f"{record}/record.pdf").data[:4] == b"%PDF"
    assert clinic.get(f"{page}/slip.pdf").data[:4] == b"%PDF"
    assert record in clinic.get(page).text
    session.expire_all()
    assert inventory.prove(session) == []


def test_one_terminal_is_enough_for_two_people(
    client_as: ClientAs, session: Session, cast: Cast, lot: Lot
) -> None:
    client = client_as("clinic")
    balance = balance_of(session, cast.actor("clinic"), lot)
    goods = {"balance_id": [balance], "quantity": ["6"]}

    drafted = client.post("/api/v1/write-offs", json={"reason": "lost", **goods})
    assert drafted.json is not None
    path = f"/api/v1/write-offs/{drafted.json['write_off']['reference']}"
    client.post(f"{path}/submission", json={})
    confirmed = client.post(f"{path}/confirmation", json=SIGNED)
    undone = client_as("clinic3").post(
        f"{path}/reversal", json={"reason": "找到了", "username": "clinic", "password": PASSWORD}
    )

    assert confirmed.json is not None
    assert undone.json is not None
    assert confirmed.json["write_off"]["state"] == "confirmed"
    assert undone.json["write_off"]["state"] == "reversed"
    listed = client.get("/api/v1/write-offs?all=true").json
    assert listed is not None
    assert [row["state"] for row in listed["rows"]] == ["reversed"]


def test_others_do_not_find_it_and_may_not_touch_it(
    client_as: ClientAs, session: Session, cast: Cast, lot: Lot
) -> None:
    people = (cast.actor("clinic"), cast.actor("clinic3"))
    waiting = handed_in(session, people[0], (lot, 5), now=clock.now())
    done = written_off(session, people, (lot, 5), now=clock.now())
    session.commit()
    outsider = client_as("outsider")

    for reference in (waiting.reference, done.reference):
        for path in (f"/write-offs/{reference}", f"/write-offs/{reference}/slip.pdf"):
            assert outsider.get(path).status_code == 404
        assert outsider.get(f"/api/v1/write-offs/{reference}").status_code == 404
    for step, form in (
        ("submission", {}),
        ("confirmation", {}),
        ("refusal", {"reason": "x"}),
        ("withdrawal", {}),
        ("reversal", {"reason": "x"}),
    ):
        answer = outsider.post(f"/write-offs/{waiting.reference}/{step}", data=form)
        assert answer.status_code == 404, step
    assert waiting.reference not in outsider.get("/write-offs").text
    assert done.reference not in outsider.get("/destructions/waiting").text
    assert client_as("director").get(f"/write-offs/{done.reference}").status_code == 200
    assert client_as("driver").get("/write-offs").status_code == 403


def test_the_lists_take_few_queries(
    client_as: ClientAs,
    session: Session,
    cast: Cast,
    lot: Lot,
    count_queries: Callable[[], QueryCount],
) -> None:
    people = (cast.actor("clinic"), cast.actor("clinic3"))
    for _ in range(6):
        written_off(session, people, (lot, 2), now=clock.now())
    session.commit()
    client = client_as("clinic")

    for path in ("/write-offs?all=true", "/destructions/waiting", "/destructions"):
        with count_queries() as queries:
            assert client.get(path).status_code == 200
        assert queries.count <= 8, queries.statements
