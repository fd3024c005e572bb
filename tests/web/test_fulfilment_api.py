"""The same day through the JSON API, its repeats, its bad input and its outsider."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.kernel import clock
from tests.factories.cast import Cast
from tests.factories.packs import pack_code, received
from tests.factories.requisitions import (
    a_sealed_tote,
    a_submitted_requisition,
    an_approved_requisition,
    handed_over,
    task_of,
    totes_of,
)
from tests.factories.stock import a_lot, an_item, stocked

ClientAs = Callable[[str | None], FlaskClient]
API = "/api/v1"


@pytest.fixture
def item(session: Session, cast: Cast) -> Item:
    item = an_item(session)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 4800)
    session.commit()
    return item


def post(client: FlaskClient, path: str, body: Any = None, key: str = "") -> tuple[int, Any]:
    headers = {"Idempotency-Key": key} if key else {}
    response = client.post(f"{API}{path}", json=body, headers=headers)
    return response.status_code, response.get_json()


def test_a_requisition_is_written_and_submitted_once(
    session: Session, item: Item, client_as: ClientAs
) -> None:
    clinic = client_as("clinic")
    body = {"lines": [{"item_code": item.code, "asked": 240}], "notes": "急"}
    status, draft = post(clinic, "/requisitions", body, "create-1")
    again = post(clinic, "/requisitions", body, "create-1")
    assert (status, draft["state"]) == (201, "draft")
    assert again == (201, draft)

    path = f"/requisitions/{draft['reference']}"
    changed = clinic.put(
        f"{API}{path}/lines",
        json={"revision": draft["revision"], "lines": [{"item_code": item.code, "asked": 480}]},
    )
    assert changed.status_code == 200
    revision = {"revision": changed.get_json()["revision"]}
    submitted = post(clinic, f"{path}/submit", revision, "submit-1")
    repeated = post(clinic, f"{path}/submit", revision, "submit-1")
    twice = post(clinic, f"{path}/submit", revision, "submit-2")

    assert submitted == repeated
    assert (submitted[0], submitted[1]["state"]) == (200, "submitted")
    assert (twice[0], twice[1]["code"]) == (409, "requisition-state-changed")
    detail = clinic.get(f"{API}{path}").get_json()
    assert [line["asked"] for line in detail["lines"]] == [480]
    assert clinic.get(f"{API}/requisitions?state=submitted").get_json()["rows"]


def test_the_pharmacist_sees_offers_and_approves_once(
    session: Session, cast: Cast, item: Item, client_as: ClientAs
) -> None:
    requisition = a_submitted_requisition(session, cast, {item: 240})
    session.commit()
    pharmacist = client_as("pharmacist")
    path = f"/requisitions/{requisition.reference}"
    offers = pharmacist.get(f"{API}{path}/offers").get_json()["rows"]
    assert [lot["lot_number"] for lot in offers[0]["lots"]] == ["A1"]
    body = {"decisions": [{"item_code": item.code, "decision": "full", "quantity": 240}]}

    first = post(pharmacist, f"{path}/approve", body, "a-1")
    repeat = post(pharmacist, f"{path}/approve", body, "a-1")
    other_body = post(pharmacist, f"{path}/approve", {**body, "answer": "x"}, "a-1")
    second = post(pharmacist, f"{path}/approve", body, "a-2")

    assert first == repeat
    assert first[0] == 200
    assert (other_body[0], other_body[1]["code"]) == (422, "idempotency-key-reused")
    assert second[0] == 409


def test_a_scan_is_told_accepted_then_already_done(
    session: Session, cast: Cast, client_as: ClientAs
) -> None:
    coded = an_item(session, coded=True)
    received(session, cast.actor("storekeeper"), a_lot(session, coded), coded)
    requisition = an_approved_requisition(session, cast, {coded: 48})
    task = task_of(session, requisition).reference
    session.commit()
    storekeeper = client_as("storekeeper")

    first = post(storekeeper, f"/pick-tasks/{task}/scans", {"code": pack_code(1)}, "s-1")
    lost_answer = post(storekeeper, f"/pick-tasks/{task}/scans", {"code": pack_code(1)}, "s-1")
    again = post(storekeeper, f"/pick-tasks/{task}/scans", {"code": pack_code(1)}, "s-2")
    goods = post(storekeeper, f"/pick-tasks/{task}/scans", {"code": "6901234567892"}, "s-3")

    assert first == lost_answer
    assert (first[0], first[1]["outcome"], first[1]["open"]) == (201, "accepted", 24)
    assert (again[0], again[1]["code"]) == (409, "already-done")
    assert goods[1]["code"] == "not-a-trace-code"
    shown = storekeeper.get(f"{API}/pick-tasks/{task}").get_json()
    assert [line["picked"] for line in shown["lines"]] == [24]


def test_a_tote_goes_through_the_api_to_its_discrepancy(
    session: Session, cast: Cast, item: Item, client_as: ClientAs
) -> None:
    requisition = an_approved_requisition(session, cast, {item: 48})
    task = task_of(session, requisition).reference
    session.commit()
    keeper, clinic = client_as("storekeeper"), client_as("clinic")
    pick = {"lot_number": "A1", "quantity": 48}
    assert post(keeper, f"/pick-tasks/{task}/lines/1/pick", pick)[0] == 201
    assert post(keeper, f"/pick-tasks/{task}/finish")[0] == 200
    (tote,) = totes_of(session, requisition)
    count = {"item_code": item.code, "lot_number": "A1", "counted": 48}
    assert post(keeper, f"/totes/{tote.code}/check", {"counts": [count]})[0] == 200
    assert post(keeper, f"/totes/{tote.code}/seal")[1]["state"] == "sealed"
    assert post(keeper, f"/totes/{tote.code}/seal")[0] == 409
    early = post(clinic, "/receipts", {"tote_code": tote.code})
    assert (early[0], early[1]["code"]) == (409, "tote-state-changed")
    session.refresh(tote)
    handed_over(session, cast, tote, at=clock.now())
    session.commit()

    part = {"tote_code": tote.code, "arrived": [{"position": 1, "received": 24}]}
    assert post(clinic, "/receipts", part)[0] == 201
    assert post(clinic, "/receipts", part)[1]["code"] == "already-done"
    (row,) = clinic.get(f"{API}/discrepancies").get_json()["rows"]
    closing = {"resolution": "found", "reason": "在库房找到"}
    closed = post(clinic, f"/discrepancies/{row['reference']}/close", closing)

    assert (closed[0], closed[1]["resolution"]) == (200, "found")
    assert post(clinic, f"/discrepancies/{row['reference']}/close", closing)[0] == 409


BAD_BODIES: list[tuple[str, Any]] = [
    ("/requisitions", {"lines": [{"item_code": "W", "asked": -1}]}),
    ("/requisitions", {"lines": [{"item_code": "W", "asked": 2**60}]}),
    ("/requisitions", {"surprise": 1}),
    ("/requisitions", {"lines": [{"item_code": "W", "asked": 1}] * 2}),
    ("/receipts", {"tote_code": ""}),
    ("/receipts", {"tote_code": "TT-1", "arrived": [{"position": 0}]}),
]


@pytest.mark.parametrize(("path", "body"), BAD_BODIES)
def test_bad_bodies_are_refused_with_a_problem(
    cast: Cast, client_as: ClientAs, *, path: str, body: Any
) -> None:
    status, problem = post(client_as("clinic"), path, body)

    assert status == 422
    assert problem["code"]


def test_an_outsider_gets_404_on_every_document(
    session: Session, cast: Cast, item: Item, client_as: ClientAs
) -> None:
    tote = a_sealed_tote(session, cast, {item: 24})
    waiting = a_submitted_requisition(session, cast, {item: 24})
    session.commit()
    outsider, reference = client_as("outsider"), waiting.reference

    for path in (f"/requisitions/{reference}", f"/totes/{tote.code}"):
        assert outsider.get(f"{API}{path}").status_code == 404, path
    writes: list[tuple[str, Any]] = [
        (f"/requisitions/{reference}/submit", {"revision": 0}),
        (f"/requisitions/{reference}/cancel", None),
        (f"/requisitions/{reference}/template", None),
        (f"/requisitions/{reference}/items", {"item_code": item.code}),
        ("/receipts", {"tote_code": tote.code}),
        ("/discrepancies/DC-1/close", {"resolution": "found", "reason": "x"}),
    ]
    for path, body in writes:
        assert post(outsider, path, body)[0] == 404, path
    put = outsider.put(f"{API}/requisitions/{reference}/lines", json={"revision": 0, "lines": []})
    assert put.status_code == 404


@pytest.mark.parametrize(
    "path", ["/requisitions", "/pick-tasks", "/totes", "/discrepancies", "/requisitions/items"]
)
def test_a_stranger_is_asked_to_sign_in(cast: Cast, client_as: ClientAs, path: str) -> None:
    assert client_as(None).get(f"{API}{path}").status_code == 401


def test_a_clinic_may_not_pick_or_approve(cast: Cast, client_as: ClientAs) -> None:
    clinic = client_as("clinic")

    assert clinic.get(f"{API}/pick-tasks").status_code == 403
    assert post(clinic, "/requisitions/RQ-1/reject", {"reason": "x"})[0] == 403
