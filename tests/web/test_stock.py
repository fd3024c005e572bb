from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.kernel import clock
from app.kernel.local_time import local_day
from app.traceability.models import Lot
from tests.conftest import ClientAs
from tests.factories.cast import PASSWORD, Cast
from tests.factories.stock import a_lot, an_item, stocked
from tests.queries import QueryCount

Shelf = tuple[Item, Lot]


@pytest.fixture
def shelf(session: Session, cast: Cast) -> Shelf:
    """Gauze at the central pharmacy and at Yudu, of one lot, near its expiry."""
    item = an_item(session, "纱布")
    near = local_day(clock.now()) + timedelta(days=40)
    lot = a_lot(session, item, "L1", expires=near)
    for who, quantity in (("storekeeper", 100), ("clinic", 30)):
        stocked(session, cast.actor(who), lot, quantity, now=clock.now())
    session.commit()
    return item, lot


def rows(client_as: ClientAs, who: str, query: str = "") -> list[tuple[str, int]]:
    answer = client_as(who).get(f"/api/v1/stock{query}")
    assert answer.json is not None
    assert answer.status_code == 200, answer.json
    return sorted((row["facility"], row["on_hand"]) for row in answer.json["rows"])


def test_each_sees_the_stock_of_their_facilities(client_as: ClientAs, shelf: Shelf) -> None:
    del shelf

    assert rows(client_as, "storekeeper") == [("中心药房", 100), ("渔渡镇", 30)]
    assert rows(client_as, "clinic") == [("渔渡镇", 30)]
    assert rows(client_as, "outsider") == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?near_months=3", 1),
        ("?near_months=1", 0),
        ("?held=true", 0),
        ("?expired=true", 0),
        ("?q=amx", 1),
        ("?q=纱", 1),
        ("?q=l1", 1),
        ("?q=%25", 0),
    ],
)
def test_stock_is_filtered(client_as: ClientAs, shelf: Shelf, query: str, found: int) -> None:
    del shelf

    assert len(rows(client_as, "clinic", query)) == found


@pytest.mark.parametrize(
    ("query", "status"),
    [("?facility_id={0}", 404), ("?near_months=2", 422), ("?cursor=x", 422)],
)
def test_what_a_list_refuses(
    client_as: ClientAs, cast: Cast, shelf: Shelf, query: str, status: int
) -> None:
    del shelf
    address = query.format(cast.yanchang.id)

    assert client_as("clinic").get(f"/api/v1/stock{address}").status_code == status


def test_the_list_pages_by_key(client_as: ClientAs, session: Session, cast: Cast) -> None:
    item = an_item(session, "棉签")
    for number in range(60):
        lot = a_lot(session, item, f"K{number:02}")
        stocked(session, cast.actor("clinic"), lot, number + 1, now=clock.now())
    session.commit()
    client = client_as("clinic")

    first = client.get("/api/v1/stock").json
    assert first is not None
    second = client.get(f"/api/v1/stock?cursor={first['next_cursor']}").json
    assert second is not None

    lots = [row["lot_number"] for row in (*first["rows"], *second["rows"])]
    assert len(first["rows"]) == 50
    assert second["next_cursor"] is None
    assert sorted(lots) == [f"K{number:02}" for number in range(60)]


def test_the_bin_card_foots(client_as: ClientAs, shelf: Shelf) -> None:
    item, _ = shelf
    client = client_as("clinic")
    used = {"uses": [{"item_id": item.id, "quantity": 12}]}
    assert client.post("/api/v1/consumptions", json=used).status_code == 201

    card = client.get(f"/api/v1/stock/items/{item.id}/card").json
    page = client.get(f"/stock/items/{item.id}").text

    assert card is not None
    told = [card[name] for name in ("opening", "received", "issued", "closing", "on_hand")]
    assert told == [0, 30, 12, 18, 18]
    assert [line["balance"] for line in card["lines"]] == [30, 18]
    assert "账实相符" in page


def test_another_facilitys_card_is_not_found(client_as: ClientAs, cast: Cast, shelf: Shelf) -> None:
    item, _ = shelf
    foreign = f"/stock/items/{item.id}?facility_id={cast.yudu.id}"

    assert client_as("outsider").get(foreign).status_code == 404
    assert client_as("director").get(foreign).status_code == 200


def test_quality_holds_a_lot_and_everybody_sees_why(client_as: ClientAs, shelf: Shelf) -> None:
    item, lot = shelf
    address = f"/lots/{lot.id}"
    quality = client_as("quality")

    assert client_as("clinic").post(f"{address}/hold", data={"reason": "x"}).status_code == 403
    assert quality.post(f"{address}/hold", data={"reason": ""}).status_code == 422
    assert quality.post(f"{address}/hold", data={"reason": "性状异常"}).status_code == 302
    seen = client_as("clinic").get(address).text
    assert "性状异常" in seen
    assert "quality 某" in seen
    used = {"uses": [{"item_id": item.id, "quantity": 1}]}
    refused = client_as("clinic").post("/api/v1/consumptions", json=used)
    assert refused.json is not None
    assert (refused.status_code, refused.json["code"]) == (409, "insufficient-stock")
    assert quality.post(f"{address}/hold", data={"reason": "再次"}).status_code == 409
    alone = {"reason": "复检合格"}
    assert quality.post(f"{address}/release", data=alone).status_code == 403
    both = {**alone, "username": "pharmacist", "password": PASSWORD}
    assert quality.post(f"{address}/release", data=both).status_code == 302
    assert client_as("clinic").post("/api/v1/consumptions", json=used).status_code == 201


def test_a_lot_shows_only_the_stock_one_may_see(client_as: ClientAs, shelf: Shelf) -> None:
    _, lot = shelf
    answers = [client_as(who).get(f"/api/v1/lots/{lot.id}").json for who in ("clinic", "outsider")]

    assert [len(answer["stock"]) for answer in answers if answer] == [1, 0]
    assert client_as("clinic").get("/api/v1/lots/999999").status_code == 404


def test_items_that_run_out_come_first(client_as: ClientAs, shelf: Shelf) -> None:
    item, _ = shelf
    client = client_as("clinic")

    everything = client.get("/api/v1/stock/items").json
    short = client.get("/api/v1/stock/items?below=3").json

    assert everything is not None
    assert short is not None
    assert [row["item_id"] for row in everything["rows"]] == [item.id]
    assert everything["rows"][0]["months"] is None
    assert short["rows"] == []


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/stock", 12),
        ("/stock/items", 16),
        ("/stock/items/{0}", 12),
        ("/lots/{1}", 10),
    ],
)
def test_pages_send_few_queries(
    client_as: ClientAs,
    shelf: Shelf,
    count_queries: Callable[[], QueryCount],
    path: str,
    most: int,
) -> None:
    item, lot = shelf
    client = client_as("storekeeper")

    with count_queries() as queries:
        assert client.get(path.format(item.id, lot.id)).status_code == 200

    assert queries.count <= most
    assert client_as("driver").get(path.format(item.id, lot.id)).status_code == 403
