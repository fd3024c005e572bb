"""Another lot than the one that expires first: on pages and by programs."""

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.requisitions import (
    a_submitted_requisition,
    an_approved_requisition,
    task_of,
)
from tests.factories.stock import a_lot, an_item, stocked

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


def test_another_lot_is_chosen_at_the_approval_and_on_the_pick_list(
    session: Session, cast: Cast, item: Item, client_as: ClientAs
) -> None:
    late = a_lot(session, item, "LATE", expires=date(2028, 12, 31))
    stocked(session, cast.actor("storekeeper"), late, 240)
    first = a_submitted_requisition(session, cast, {item: 240})
    second = an_approved_requisition(session, cast, {item: 24})
    session.commit()
    pharmacist, why = client_as("pharmacist"), {"lot_reason": "not_at_hand"}
    columns = {"item": item.code, "decision": "full", "packs": "10", "reason": "", "text": ""}
    chosen = {**columns, "substitute": "", "lot": late.id, **why}

    silent = pharmacist.post(f"/approvals/{first.reference}", data={**chosen, "lot_text": ""})
    told = pharmacist.post(f"/approvals/{first.reference}", data={**chosen, "lot_text": "高层"})
    task = task_of(session, second).reference
    old = {"lot": a_lot(session, item).id, **why, "lot_text": "外箱破损"}
    swapped = pharmacist.post(f"/picking/{task}/lines/1/lot", data={**old, "lot": late.id})
    by_keeper = client_as("storekeeper").post(f"/picking/{task}/lines/1/lot", data=old)

    assert (silent.status_code, told.status_code) == (422, 302)
    assert (swapped.status_code, by_keeper.status_code) == (409, 403)
    listed = client_as("storekeeper").get(f"/picking/{task_of(session, first).reference}").text
    shown = client_as("clinic").get(f"/requisitions/{first.reference}").text
    for page in (listed, shown):
        assert "人工指定批号 LATE" in page
        assert "近效期批号暂不便取货: 高层" in page
    assert "人工更换批号" in shown


def test_a_program_takes_another_lot_for_a_reason(
    session: Session, cast: Cast, item: Item, client_as: ClientAs
) -> None:
    late = a_lot(session, item, "LATE", expires=date(2028, 12, 31))
    stocked(session, cast.actor("storekeeper"), late, 100)
    requisition = a_submitted_requisition(session, cast, {item: 48})
    task = task_of(session, an_approved_requisition(session, cast, {item: 120})).reference
    session.commit()
    pharmacist, path = client_as("pharmacist"), f"/requisitions/{requisition.reference}"
    offer = pharmacist.get(f"{API}{path}/offers").get_json()["rows"][0]
    lot = {"lot_id": late.id, "reason_code": "same_lot", "reason_text": "沿用"}
    decision = {"item_code": item.code, "decision": "full", "quantity": 48, "lot": lot}

    swapped = post(pharmacist, f"/pick-tasks/{task}/lines/1/lot", lot, "swap-1")
    again = post(pharmacist, f"/pick-tasks/{task}/lines/1/lot", lot, "swap-1")
    gone = post(pharmacist, f"{path}/approve", {"decisions": [decision]})

    assert [one["lot_number"] for one in offer["choosable"]] == ["A1", "LATE"]
    assert swapped == again == (200, {"lot_number": "LATE", "taken": 100, "left": 20})
    assert (gone[0], gone[1]["code"]) == (409, "lot-not-free")
