"""The recall room and the holder's task through pages and API; 423 with what to do."""

import pytest
from sqlalchemy.orm import Session

from app.kernel import clock
from app.traceability.models import Lot
from tests.conftest import ClientAs
from tests.factories.cast import PASSWORD, Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.receiving import pack_code
from tests.factories.stock import an_item

ORDER = {
    "kind": "recall",
    "recall_class": "II",
    "reason": "检出不合格",
    "instruction": "退回中心药房",
    "notice": "7号",
}


@pytest.fixture
def lot(session: Session, cast: Cast) -> Lot:
    """Two packs on Yudu's shelf."""
    made = packs_on_shelf(session, cast.actor("clinic"), an_item(session, coded=True), packs=2)
    session.commit()
    return made


def test_a_recall_answers_423_everywhere_and_says_what_to_do(client_as: ClientAs, lot: Lot) -> None:
    started = client_as("quality").post("/api/v1/recalls", json={**ORDER, "lots": [lot.id]})
    refused = client_as("clinic").post(
        "/api/v1/dispensings", json={"code": pack_code(1), "quantity": 24}
    )

    told = refused.json or {}
    assert started.status_code == 201
    assert (refused.status_code, told["code"]) == (423, "recalled")
    assert told["recall_class"] == "II"
    assert told["instruction"] == "退回中心药房"
    assert told["since"] <= clock.now().isoformat()
    assert "二级召回" in told["detail"]


def test_a_recall_is_led_and_worked_off_by_pages(client_as: ClientAs, lot: Lot) -> None:
    quality, clinic = client_as("quality"), client_as("clinic")
    chosen = quality.get("/recalls/new?q=A1").text
    room = quality.post("/recalls", data={**ORDER, "lots": lot.id}).headers["Location"]
    shown = quality.get(room).text
    held = quality.get(f"/api/v1{room}/holders").json or {}
    tasks: list[dict[str, int]] = clinic.get("/api/v1/recall-tasks").json or []
    page = f"/recall-tasks/{tasks[0]['id']}"

    clinic.post(f"{page}/seen", data={})
    clinic.post(f"{page}/scanned", data={"codes": f"{pack_code(1)}\n{pack_code(2)}"})
    worked = clinic.get(page).text
    clinic.post(f"{page}/report", data={"reason": ""})
    closed = quality.post(f"{room}/close", data={"missing_reason": ""}).headers["Location"]
    report = quality.get(closed).text
    papers = [quality.get(f"{room}/{name}") for name in ("holders.xlsx", "holders.pdf")]
    papers.append(quality.get(f"{room}/report.pdf"))
    lifted = quality.post(
        f"{room}/lift", data={"reason": "合格", "username": "pharmacist", "password": PASSWORD}
    )

    assert "A1" in chosen
    assert "渔渡镇" in shown
    assert [pack["code"] for pack in held["packs"]] == [pack_code(1), pack_code(2)]
    assert "召回隔离区" in worked
    assert "已上报" in quality.get(room).text
    assert "召回总结报告" in report
    assert [paper.status_code for paper in papers] == [200] * 3
    assert lifted.status_code == 302
    assert "已解除停用" in quality.get(room).text


def test_a_county_sets_its_own_time_limits(client_as: ClientAs) -> None:
    quality = client_as("quality")
    form = {"recall_class": ["I", "II"], "notify_hours": [12, 36], "plan_hours": [20, 60]}

    saved = quality.post("/recalls/limits", data=form)

    assert saved.status_code == 302
    assert 'value="12"' in quality.get("/recalls/limits").text
