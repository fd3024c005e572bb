from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory import service as inventory
from app.kernel import clock
from tests.conftest import ClientAs
from tests.factories.cast import PASSWORD, Cast
from tests.factories.stock import a_lot, an_item, stocked
from tests.queries import QueryCount


@pytest.fixture
def item(session: Session, cast: Cast) -> Item:
    """A hundred boxes on the clinic's shelf."""
    made = an_item(session)
    stocked(session, cast.actor("clinic"), a_lot(session, made), 2_400, now=clock.now())
    session.commit()
    return made


def event(sheet: str, number: int, **told: object) -> dict[str, object]:
    return {
        "client_event_id": f"event-{number:04}",
        "device": "phone-1",
        "device_seq": number,
        "kind": "typed",
        "sheet": sheet,
        "event_time": (clock.now() + timedelta(seconds=1)).isoformat(),
        **told,
    }


def test_a_count_runs_from_shelf_to_book_by_pages_and_phone(
    client_as: ClientAs, session: Session, item: Item
) -> None:
    clinic, approver = client_as("clinic"), client_as("pharmacist")
    opened = clinic.post("/counting", data={"from_bin": "", "to_bin": ""})
    reference = opened.headers["Location"].split("/")[2]
    phone = clinic.get(f"/counting/{reference}/count").text
    shown = clinic.get(f"/api/v1/counts/{reference}").json
    assert shown is not None
    line = shown["lines"][0]["id"]

    acts = [
        event(reference, 1, line=line, packs="99", loose=23),
        event(reference, 2, kind="scanned", code="MAIN"),
        event(reference, 3, line=line, packs=-1),
        {"client_event_id": "nonsense"},
    ]
    answers = clinic.post("/api/v1/counts/events", json={"events": acts}).json
    assert answers is not None
    finished = clinic.post(f"/counting/{reference}/finish")
    review = approver.get(f"/counting/{reference}").text
    shown = approver.get(f"/api/v1/counts/{reference}").json
    assert shown is not None
    approval = {"seen": shown["seen"], "reason": "破损未登记"}
    own = clinic.post(f"/counting/{reference}/approval", data=approval)
    done = approver.post(f"/counting/{reference}/approval", data=approval)
    again = approver.post(f"/counting/{reference}/approval", data=approval)

    assert "2,400" not in phone
    assert [one["outcome"] for one in answers["events"]] == [
        "accepted",
        "accepted",
        "rejected",
        "rejected",
    ]
    assert answers["events"][1]["go"] == "MAIN"
    assert (finished.status_code, done.status_code) == (302, 302)
    assert (own.status_code, again.status_code) == (422, 409)
    assert "-1" in review
    assert shown["variances"][0]["value"] == "-0.40"
    session.expire_all()
    assert inventory.prove(session) == []
    for paper in ("blank.pdf", "result.pdf"):
        answer = approver.get(f"/counting/{reference}/{paper}")
        assert (answer.mimetype, answer.data[:4]) == ("application/pdf", b"%PDF")


def test_the_result_stays_hidden_while_the_count_is_blind(client_as: ClientAs, item: Item) -> None:
    clinic = client_as("clinic")
    opened = clinic.post("/api/v1/counts", json={})
    assert opened.json is not None
    reference = opened.json["sheet"]["reference"]

    assert opened.status_code == 201
    assert opened.json["variances"] == []
    assert "2,400" not in clinic.get(f"/counting/{reference}").text
    assert clinic.get(f"/counting/{reference}/result.pdf").status_code == 404
    assert clinic.get(f"/counting/{reference}/blank.pdf").status_code == 200


def test_another_facilitys_count_is_not_found(client_as: ClientAs, item: Item) -> None:
    opened = client_as("clinic").post("/api/v1/counts", json={})
    assert opened.json is not None
    reference = opened.json["sheet"]["reference"]
    outsider = client_as("outsider")

    for path in ("", "/count", "/blank.pdf"):
        assert outsider.get(f"/counting/{reference}{path}").status_code == 404
    for path in ("start", "finish"):
        assert outsider.post(f"/counting/{reference}/{path}").status_code == 404
        assert outsider.post(f"/api/v1/counts/{reference}/{path}").status_code == 404
    assert reference not in outsider.get("/counting").text
    assert client_as("pharmacist").post(f"/counting/{reference}/finish").status_code == 404
    assert client_as("driver").get("/counting").status_code == 403


def test_a_second_person_signs_with_their_own_password(client_as: ClientAs, item: Item) -> None:
    clinic, approver = client_as("clinic"), client_as("pharmacist")
    opened = clinic.post("/api/v1/counts", json={}).json
    assert opened is not None
    reference = opened["sheet"]["reference"]
    act = event(reference, 1, line=opened["lines"][0]["id"], packs=100)
    clinic.post("/api/v1/counts/events", json={"events": [act]})
    shown = clinic.post(f"/api/v1/counts/{reference}/finish").json
    assert shown is not None
    signed = {"seen": shown["seen"], "username": "quality", "password": "guessed"}

    wrong = approver.post(f"/api/v1/counts/{reference}/approval", json=signed)
    right = approver.post(
        f"/api/v1/counts/{reference}/approval", json={**signed, "password": PASSWORD}
    )

    assert (wrong.status_code, right.status_code) == (403, 200)
    assert right.json is not None
    assert right.json["sheet"]["second_person"] == "quality 某"


def test_the_rules_of_counting_are_kept_per_facility(client_as: ClientAs, item: Item) -> None:
    rules = {
        "a_days": 15,
        "b_days": 60,
        "c_days": 180,
        "a_percent": 70,
        "b_percent": 90,
        "tolerance_percent": 1,
        "tolerance_yuan": 20,
        "items_a_day": 5,
    }
    clinic = client_as("clinic")

    saved = clinic.post("/counting/policy", data=rules)
    refused = clinic.post("/counting/policy", data={**rules, "b_days": 5})

    assert (saved.status_code, refused.status_code) == (302, 422)
    assert 'value="15"' in clinic.get("/counting/policy").text
    assert 'value="30"' in client_as("clinic2").get("/counting/policy").text


def test_a_sheet_asks_the_same_number_of_questions_for_any_number_of_lines(
    client_as: ClientAs, session: Session, cast: Cast, count_queries: Callable[[], QueryCount]
) -> None:
    for number in range(12):
        lot = a_lot(session, an_item(session, f"品种{number}"))
        stocked(session, cast.actor("clinic"), lot, 24, now=clock.now())
    session.commit()
    clinic = client_as("clinic")
    opened = clinic.post("/api/v1/counts", json={}).json
    assert opened is not None
    reference = opened["sheet"]["reference"]

    for path, most in ((f"/counting/{reference}/count", 9), ("/counting", 6)):
        with count_queries() as queries:
            assert clinic.get(path).status_code == 200
        assert queries.count <= most, queries.statements
