import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.exchange.rules import ImportKind
from app.inventory.models import StockPosting
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.sheets import HEADINGS, a_workbook, cells_of
from tests.factories.stock import a_lot, an_item, stocked
from tests.queries import QueryCount

LINES = 2_000
OPENING = ["药品编码*", "药品名称", "批号*", "有效期至*", "数量（最小单位）*"]


def form(kind: str, data: bytes, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "file": (BytesIO(data), "表.xlsx"), **more}


def upload(client: Any, kind: str, data: bytes, **more: Any) -> Any:
    return client.post("/api/v1/imports", data=form(kind, data, **more))


def test_a_bad_row_is_told_then_the_good_sheet_is_confirmed_on_pages(
    client_as: ClientAs, session: Session, cast: Cast
) -> None:
    item = an_item(session, "纱布")
    session.commit()
    client = client_as("pharmacist")
    bad = a_workbook(OPENING, [item.code, None, "A1", "2028-06-30", "许多"])
    good = a_workbook(OPENING, [item.code, None, "A1", "2028-06-30", 40])

    refused = client.post("/imports", data=form("opening", bad, facility_id=cast.yudu.id))
    told = client.get(refused.headers["Location"]).text
    ready = client.post("/imports", data=form("opening", good, facility_id=cast.yudu.id))
    page = client.get(ready.headers["Location"]).text
    done = client.post(f"{ready.headers['Location']}/confirm")
    again = client.post(f"{ready.headers['Location']}/confirm")

    assert "不是整数" in told
    assert "许多" in told
    assert "确认导入 1 行" in page
    assert (done.status_code, again.status_code) == (302, 409)
    assert session.scalar(select(func.count()).select_from(StockPosting)) == 1
    assert client_as("buyer").get(ready.headers["Location"]).status_code == 404


def test_the_api_tells_every_fault_with_its_code(client_as: ClientAs, cast: Cast) -> None:
    data = a_workbook(OPENING, ["=1+1", None, 1.23e19, "2028-06-30", 0])

    answer = upload(client_as("pharmacist"), "opening", data, facility_id=cast.yudu.id)

    assert answer.status_code == 201
    assert [(one["row"], one["code"]) for one in answer.json["faults"]] == [
        (2, "formula"),
        (2, "damaged-code"),
        (2, "not-positive"),
    ]


def test_one_key_sends_one_file(client_as: ClientAs, cast: Cast) -> None:
    client, headers = client_as("pharmacist"), {"Idempotency-Key": "import-1"}
    one, other = (a_workbook(OPENING, [code, None, "A", "2028-06-30", 1]) for code in "XY")

    answers = [
        client.post(
            "/api/v1/imports",
            data=form("opening", data, facility_id=cast.yudu.id),
            headers=headers,
        )
        for data in (one, one, other)
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 422]
    assert answers[0].json == answers[1].json


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"code,quantity", "not-a-workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 64, "workbook-old-or-locked"),
        (a_workbook(["x"]), "workbook-empty"),
    ],
)
def test_what_is_no_sheet_is_named(client_as: ClientAs, cast: Cast, data: bytes, code: str) -> None:
    answer = upload(client_as("pharmacist"), "opening", data, facility_id=cast.yudu.id)
    page = client_as("pharmacist").post(
        "/imports", data=form("opening", data, facility_id=cast.yudu.id)
    )

    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert page.status_code == 422


def test_the_template_is_filled_in_and_comes_back(client_as: ClientAs, session: Session) -> None:
    client = client_as("buyer")

    data = client.get("/imports/templates/items.xlsx").data
    answer = upload(client, "items", data)
    confirmed: Any = client.post(f"/api/v1/imports/{answer.json['reference']}/confirm")

    assert answer.json["faults"] == []
    assert (confirmed.status_code, confirmed.json["state"]) == (200, "done")
    assert session.scalars(select(Item.code)).all() == ["W00001"]
    assert client.get("/imports/templates/opening.xlsx").status_code == 404
    assert client_as("village").get("/imports/templates/requisition.xlsx").status_code == 200


def test_two_thousand_lines_go_out_and_come_back(
    client_as: ClientAs,
    session: Session,
    cast: Cast,
    record_property: Callable[[str, object], None],
) -> None:
    client = client_as("pharmacist")
    heading = HEADINGS[ImportKind.ITEMS]
    rows = [
        [f"RT{n:05d}", f"往返{n}", "药品", "片", "1mg", "厂", "片", "盒", 10, 1 + n / 100,
         "常温", "无", "否", "是", 10, 20, f"690{n:010d}", f"WF{n}"]
        for n in range(LINES)
    ]  # fmt: skip
    started = time.perf_counter()

    into = upload(client, "items", a_workbook(heading, *rows)).json
    client.post(f"/api/v1/imports/{into['reference']}/confirm")
    out = client.get("/exports/items.xlsx").data
    back = upload(client, "items", out).json
    items_seconds = time.perf_counter() - started
    lots = [[f"RT{n:05d}", None, f"L{n}", "2028-06-30", n + 1] for n in range(LINES)]
    opening = upload(client, "opening", a_workbook(OPENING, *lots), facility_id=cast.yudu.id).json
    done: Any = client.post(f"/api/v1/imports/{opening['reference']}/confirm")
    stock = client.get(f"/exports/stock.xlsx?facility_id={cast.yudu.id}").data
    again = upload(client, "opening", stock, facility_id=cast.yanchang.id).json

    record_property("items_seconds", round(items_seconds, 2))
    record_property("all_seconds", round(time.perf_counter() - started, 2))
    assert into["totals"] == {"rows": LINES, "new": LINES, "changed": 0, "same": 0}
    assert back["totals"] == {"rows": LINES, "new": 0, "changed": 0, "same": LINES}
    assert done.json.get("state") == "done", done.json
    assert len(cells_of(stock)) == LINES + 1
    assert {fault["code"] for fault in again["faults"]} == {"unknown-place"}


@pytest.mark.parametrize(
    "path", ["/exports/items.xlsx", "/exports/stock.xlsx", "/exports/cards/{item}.xlsx"]
)
def test_lists_are_taken_away(client_as: ClientAs, session: Session, cast: Cast, path: str) -> None:
    item = an_item(session, "=纱布")
    stocked(session, cast.actor("clinic"), a_lot(session, item), 20)
    session.commit()
    path = path.format(item=item.id)

    answer = client_as("clinic").get(path)

    assert answer.status_code == 200
    shown = [str(cell) for row in cells_of(answer.data) for cell in row if cell]
    assert len(shown) > 1
    assert not any(text.startswith("=") for text in shown)
    assert client_as("driver").get(path).status_code == 403


def test_another_facilitys_stock_is_not_taken_away(client_as: ClientAs, cast: Cast) -> None:
    path = f"/exports/stock.xlsx?facility_id={cast.yudu.id}"

    assert client_as("outsider").get(path).status_code == 404


@pytest.mark.parametrize("path", ["/imports", "/imports?kind=items"])
def test_pages_send_few_queries(
    client_as: ClientAs, count_queries: Callable[[], QueryCount], path: str
) -> None:
    client = client_as("pharmacist")

    with count_queries() as queries:
        assert client.get(path).status_code == 200

    assert queries.count <= 8
    assert client_as("driver").get(path).status_code == 403
