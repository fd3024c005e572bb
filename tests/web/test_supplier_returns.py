from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory import service as inventory
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.receiving import received
from tests.factories.returning import goods_of, sent_back
from tests.factories.stock import an_item


@pytest.fixture
def item(session: Session, cast: Cast) -> Item:
    """Ten boxes that a receipt brought to the centre."""
    made = an_item(session)
    received(session, cast.actor("storekeeper"), made)
    session.commit()
    return made


def a_form(session: Session, cast: Cast, item: Item, quantity: str = "48") -> dict[str, Any]:
    (one,) = goods_of(session, cast.actor("storekeeper"), item)
    goods = {"line_id": one.line_id, "balance_id": one.balance_id, "quantity": quantity}
    return {"reason": "near_expiry", "note": "", "origin": "TK-20261123-0001", **goods}


def test_goods_go_back_by_pages(
    client_as: ClientAs, session: Session, cast: Cast, item: Item
) -> None:
    keeper, quality = client_as("storekeeper"), client_as("quality")
    form = a_form(session, cast, item)
    offered = keeper.get(f"/supplier-returns/new?q={item.code}").text

    asked = keeper.post("/supplier-returns", data=form)
    page = asked.headers["Location"]
    reference = page.rsplit("/", 1)[1]
    own = keeper.post(f"{page}/approval", data={})
    to_decide = quality.get(page).text
    approved = quality.post(f"{page}/approval", data={"answer": "同意"})
    sent = keeper.post(f"{page}/sending", data={"carrier": "司机"})
    again = keeper.post(f"{page}/sending", data={"carrier": "司机"})
    settlements = client_as("pharmacist").get("/purchasing/settlements").text

    assert f'value="{form["line_id"]}"' in offered
    assert "同意退货" in to_decide
    assert [answer.status_code for answer in (asked, approved, sent)] == [302] * 3
    assert (own.status_code, again.status_code) == (403, 409)
    assert reference in settlements
    assert "¥19.20" in settlements
    assert keeper.get(f"{page}/note.pdf").data[:4] == b"%PDF"
    shown = keeper.get(f"/api/v1{page}").json
    assert shown is not None
    assert (shown["supplier_return"]["state"], shown["supplier_return"]["credit"]) == (
        "sent",
        "19.20",
    )
    assert reference in keeper.get("/supplier-returns?origin=TK-20261123-0001").text
    session.expire_all()
    assert inventory.prove(session) == []


def test_programs_send_goods_back_and_take_them_back(
    client_as: ClientAs, session: Session, cast: Cast, item: Item
) -> None:
    keeper = client_as("storekeeper")
    listed = keeper.get(f"/api/v1/supplier-returns/goods?q={item.code}").json
    assert listed is not None
    (one,) = listed["rows"]
    goods = {"line_id": [one["line_id"]], "balance_id": [one["balance_id"]], "quantity": ["24"]}
    asked = keeper.post("/api/v1/supplier-returns", json={"reason": "quality", **goods}).json
    assert asked is not None
    path = f"/api/v1/supplier-returns/{asked['supplier_return']['reference']}"

    client_as("pharmacist").post(f"{path}/approval", json={})
    keeper.post(f"{path}/sending", json={"carrier": "x"})
    undone = keeper.post(f"{path}/reversal", json={"reason": "供应商未收"}).json

    assert one["most"] == 240
    assert undone is not None
    assert undone["supplier_return"]["state"] == "reversed"


def test_others_do_not_find_it_and_may_not_touch_it(
    client_as: ClientAs, session: Session, cast: Cast, item: Item
) -> None:
    people = (cast.actor("storekeeper"), cast.actor("quality"))
    found = sent_back(session, people, item, 24)
    form = a_form(session, cast, item)
    session.commit()
    powerless, buyer = client_as("clinic"), client_as("buyer")

    assert powerless.get(f"/supplier-returns/{found.reference}").status_code == 403
    assert powerless.post("/supplier-returns", data=form).status_code == 403
    assert buyer.get("/supplier-returns/TH-20200101-0001").status_code == 404
    assert buyer.post(f"/supplier-returns/{found.reference}/sending", data={}).status_code == 403
    assert client_as("director").get(f"/supplier-returns/{found.reference}").status_code == 200
