from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.kernel.ids import ItemId
from app.replenishment.models import ItemPlan
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.planning import a_night, a_past, plan_of
from tests.factories.stock import an_item
from tests.queries import QueryCount

PAGES = (
    "/planning",
    "/planning/levels",
    "/planning/near-expiry",
    "/planning/low-stock",
    "/planning/over-stock",
    "/notices",
)


@pytest.fixture
def item(session: Session, cast: Cast) -> Item:
    """Something Yudu used for months and has run out of."""
    item = an_item(session)
    a_past(session, cast.actor("clinic"), item, weekly=70, left=0)
    a_night(session, cast)
    session.commit()
    return item


def get(client: FlaskClient, address: str) -> dict[str, list[dict[str, object]]]:
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 200, answer.json
    assert answer.json is not None
    found: dict[str, list[dict[str, object]]] = answer.json
    return found


@pytest.mark.parametrize("username", ["clinic", "pharmacist", "director"])
def test_everybody_with_stock_sees_their_lists(
    client_as: ClientAs, item: Item, username: str
) -> None:
    client = client_as(username)

    assert {page: client.get(page).status_code for page in PAGES} == dict.fromkeys(PAGES, 200)


def test_the_clinic_sees_what_to_order_and_the_unread_notice(
    client_as: ClientAs, item: Item
) -> None:
    page = client_as("clinic").get("/planning").get_data(as_text=True)

    assert "一键生成请领单（1个品规）" in page
    assert item.name in page
    assert 'class="top-bell-count">2<' in page


def test_one_click_makes_a_requisition(client_as: ClientAs, cast: Cast, item: Item) -> None:
    client = client_as("clinic")
    form = {"facility": cast.yudu.code, "source": "proposal"}

    made = client.post("/requisitions", data=form)

    assert made.status_code == 302
    draft = client.get(made.location).get_data(as_text=True)
    assert item.name in draft
    steps = client.get(f"{made.location}/lines/1/arithmetic").get_data(as_text=True)
    assert "安全库存" in steps
    assert "一键生成请领单" not in client.get("/planning").get_data(as_text=True)
    again = client.post("/requisitions", data=form)
    assert again.status_code == 422
    assert "没有待处理的补货建议" in again.get_data(as_text=True)


def test_another_facilitys_plan_does_not_exist(client_as: ClientAs, cast: Cast, item: Item) -> None:
    outsider = client_as("outsider")

    for address in ("/planning", f"/planning/items/{item.id}", "/planning/low-stock"):
        answer = outsider.get(f"{address}?facility_id={cast.yudu.id}")
        assert answer.status_code == 404
    assert get(outsider, "planning/low-stock")["rows"] == []
    limits = {"facility_id": cast.yudu.id, "minimum": 1, "maximum": 2, "reason": "备货"}
    answer = outsider.post(f"/api/v1/planning/items/{item.id}/limits", json=limits)
    assert answer.status_code == 404


def test_the_item_page_shows_forecast_limits_and_arithmetic(
    client_as: ClientAs, item: Item
) -> None:
    page = client_as("clinic").get(f"/planning/items/{item.id}").get_data(as_text=True)

    for text in (
        "历史用量与预测",
        "已选用",
        "三个月平均",
        "上下限的计算过程",
        "缺货天数",
        "<polyline",
    ):
        assert text in page
    assert client_as("clinic").get("/planning/items/999999").status_code == 404


def test_limits_are_set_and_taken_back_on_the_page(
    client_as: ClientAs, session: Session, cast: Cast, item: Item
) -> None:
    client = client_as("clinic")
    form = {
        "facility_id": str(cast.yudu.id),
        "minimum": "240",
        "maximum": "480",
        "reason": "流感季备货",
    }

    assert client.post(f"/planning/items/{item.id}/limits", data=form).status_code == 302
    assert plan_of(session, cast.yudu.id, item).set_maximum == 480
    assert "流感季备货" in client.get(f"/planning/items/{item.id}").get_data(as_text=True)
    reversed_ = client.post(f"/planning/items/{item.id}/limits", data={**form, "minimum": "999"})
    assert reversed_.status_code == 422
    assert "下限不能高于上限" in reversed_.get_data(as_text=True)
    only_facility = {"facility_id": str(cast.yudu.id)}
    client.post(f"/planning/items/{item.id}/limits/clear", data=only_facility)
    assert plan_of(session, cast.yudu.id, item).set_maximum is None


def test_the_api_tells_plans_lists_and_needs(client_as: ClientAs, cast: Cast, item: Item) -> None:
    clinic = client_as("clinic")

    row = get(clinic, "planning/items?proposed=true")["rows"][0]
    assert (row["item_id"], row["usable"], row["by_hand"]) == (item.id, 0, False)
    low = get(clinic, "planning/low-stock")["rows"][0]
    assert (low["facility_id"], low["urgency"]) == (cast.yudu.id, 2)
    plan = clinic.get(f"/api/v1/planning/items/{item.id}").json
    assert plan is not None
    assert len(plan["points"]["weeks"]) >= 5
    need = get(client_as("buyer"), "planning/needs")["rows"][0]
    assert need["item_id"] == item.id
    assert clinic.get("/api/v1/planning/needs").status_code == 403
    for address in ("near-expiry", "over-stock"):
        assert get(clinic, f"planning/{address}")["rows"] == []


def test_limits_through_the_api(client_as: ClientAs, cast: Cast, item: Item) -> None:
    clinic, address = client_as("clinic"), f"/api/v1/planning/items/{item.id}/limits"
    limits = {"facility_id": cast.yudu.id, "minimum": 24, "maximum": 48, "reason": "备货"}

    answer = clinic.post(address, json=limits).json
    assert answer is not None
    assert (answer["set_minimum"], answer["set_maximum"]) == (24, 48)
    assert clinic.post(address, json={**limits, "reason": " "}).status_code == 422
    cleared = clinic.post(f"{address}/clear", json={"facility_id": cast.yudu.id}).json
    assert cleared is not None
    assert cleared["set_maximum"] is None


def test_a_notice_opens_its_list_and_is_read(client_as: ClientAs, item: Item) -> None:
    clinic = client_as("clinic")
    rows = get(clinic, "notices")["rows"]
    assert {row["kind"] for row in rows} == {"low_stock", "proposals"}
    low = next(row for row in rows if row["kind"] == "low_stock")

    opened = clinic.post(f"/notices/{low['id']}/open")

    assert opened.location == "/planning/low-stock"
    assert 'class="top-bell-count">1<' in clinic.get("/notices").get_data(as_text=True)
    assert client_as("clinic2").post(f"/notices/{low['id']}/open").status_code == 404
    assert clinic.post(f"/api/v1/notices/{low['id']}/read").status_code == 200
    assert clinic.post("/api/v1/notices/read").json == {"read": 1}
    assert clinic.post("/notices/read").location == "/notices"
    assert "top-bell-count" not in clinic.get("/notices").get_data(as_text=True)


MOST_QUERIES = {
    "/planning": 14,
    "/planning/levels": 14,
    "/planning/low-stock": 10,
    "/planning/near-expiry": 10,
    "/notices": 6,
}


def test_a_list_asks_a_constant_number_of_questions(
    client_as: ClientAs, session: Session, cast: Cast, count_queries: Callable[[], QueryCount]
) -> None:
    client = client_as("clinic")
    for number in range(6):
        a_past(session, cast.actor("clinic"), an_item(session, f"药{number}"), weekly=7, left=0)
    a_night(session, cast)
    session.commit()

    for address, most in MOST_QUERIES.items():
        with count_queries() as queries:
            assert client.get(address).status_code == 200
        assert queries.count <= most, (address, queries.statements)


def test_a_long_plan_pages_by_key(client_as: ClientAs, session: Session, cast: Cast) -> None:
    item = an_item(session)
    a_past(session, cast.actor("clinic"), item, weekly=7, left=0)
    a_night(session, cast)
    model = plan_of(session, cast.yudu.id, item)
    for number in range(60):
        session.add(a_copy(model, an_item(session, f"药{number}").id))
    session.commit()
    clinic = client_as("clinic")

    first = clinic.get("/api/v1/planning/items").json
    assert first is not None
    second = clinic.get(f"/api/v1/planning/items?cursor={first['next_cursor']}").json

    assert second is not None
    assert (len(first["rows"]), len(second["rows"])) == (50, 11)
    assert clinic.get("/planning/levels?cursor=x").status_code == 422
    assert 'rel="next"' in clinic.get("/planning/levels").get_data(as_text=True)


def a_copy(plan: ItemPlan, item_id: ItemId) -> ItemPlan:
    values = {
        column.name: getattr(plan, column.name)
        for column in ItemPlan.__table__.columns
        if column.name != "item_id"
    }
    return ItemPlan(**values, item_id=item_id)
