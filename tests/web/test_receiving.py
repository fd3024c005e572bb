from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.kernel import clock
from app.purchasing import service as purchasing
from app.purchasing.models import Receipt
from tests.conftest import ClientAs
from tests.factories.cast import PASSWORD, Cast
from tests.factories.receiving import (
    CARTON,
    a_bin,
    a_notice,
    an_order,
    announced,
    lines_of,
    pack_code,
)
from tests.factories.stock import an_item
from tests.queries import QueryCount


@pytest.fixture
def receipt(session: Session, cast: Cast) -> Receipt:
    """A receipt of a carton with codes and a lot without."""
    actor = cast.actor("storekeeper")
    coded, plain = an_item(session, coded=True), an_item(session, "纱布")
    order = an_order(session, actor, (coded, 240), (plain, 240))
    announced(session, actor, order, a_notice(coded), a_notice(plain, lot="B1"))
    a_bin(session, actor.facility_id)
    receipt = purchasing.open_receipt(session, actor, order.reference, now=clock.now())
    session.commit()
    return receipt


def scan(client: FlaskClient, receipt: Receipt, code: str, key: str = "") -> tuple[int, str]:
    address = f"/api/v1/receipts/{receipt.reference}/scans"
    headers = {"Idempotency-Key": key} if key else {}
    answer = client.post(address, json={"code": code}, headers=headers)
    assert answer.json is not None
    return answer.status_code, answer.json.get("outcome") or answer.json["code"]


def test_goods_are_received_from_scan_to_shelf_by_pages(
    client_as: ClientAs, session: Session, receipt: Receipt
) -> None:
    client = client_as("storekeeper")
    page = f"/receiving/receipts/{receipt.reference}"
    coded, plain = lines_of(session, receipt)

    assert scan(client, receipt, CARTON) == (200, "accepted")
    assert scan(client, receipt, pack_code(2)) == (200, "duplicate")
    assert scan(client, receipt, "6901234567892") == (422, "not-a-trace-code")
    steps: list[tuple[str, dict[str, object]]] = [
        ("counts", {"line_id": plain.id, "quantity": 230}),
        ("finish-count", {}),
        (
            "second-counts",
            {"line_id": plain.id, "quantity": 230, "username": "quality", "password": PASSWORD},
        ),
        ("acceptance", {"username": "", "password": ""}),
        (
            "put-away",
            {
                "line_id": [coded.id, plain.id],
                "place_code": ["A-01", "A-01"],
                "username": "",
                "password": "",
            },
        ),
    ]
    for step, form in steps:
        assert client.get(page).status_code == 200
        answer = client.post(f"{page}/{step}", data=form)
        assert answer.status_code == 302, (step, answer.text)

    done = client.get(f"/api/v1/receipts/{receipt.reference}").json
    assert done is not None
    assert done["state"] == "put_away"
    assert [(line["accepted"], line["place_code"]) for line in done["lines"]] == [
        (240, "A-01"),
        (230, "A-01"),
    ]
    assert "已上架" in client.get(page).text or "上架" in client.get(page).text


def test_a_second_count_by_the_same_person_is_refused(
    client_as: ClientAs, session: Session, receipt: Receipt
) -> None:
    client = client_as("storekeeper")
    address = f"/api/v1/receipts/{receipt.reference}"
    _, plain = lines_of(session, receipt)
    client.post(f"{address}/counts", json={"line_id": plain.id, "quantity": 1})
    client.post(f"{address}/finish-count")

    alone = client.post(f"{address}/second-counts", json={"line_id": plain.id, "quantity": 1})
    unsigned = client.post(
        f"{address}/second-counts",
        json={"line_id": plain.id, "quantity": 1, "username": "quality", "password": "wrong"},
    )

    assert alone.json is not None
    assert unsigned.json is not None
    assert (alone.status_code, alone.json["code"]) == (403, "second-person-required")
    assert (unsigned.status_code, unsigned.json["code"]) == (403, "second-person-refused")


def test_a_repeated_scan_under_one_key_gets_the_first_answer(
    client_as: ClientAs, receipt: Receipt
) -> None:
    client = client_as("storekeeper")

    first = scan(client, receipt, CARTON, key="scan-1")
    again = scan(client, receipt, CARTON, key="scan-1")
    other = scan(client, receipt, pack_code(1), key="scan-1")

    assert first == again == (200, "accepted")
    assert other == (422, "idempotency-key-reused")


PAGES = ("/receiving", "/receiving/receipts", "/receiving/receipts/{0}")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("who", "status"),
    [("director", 200), ("quality", 200), ("clinic", 403), ("outsider", 403), ("driver", 403)],
)
def test_who_may_look_at_receiving(
    client_as: ClientAs, receipt: Receipt, path: str, who: str, status: int
) -> None:
    assert client_as(who).get(path.format(receipt.reference)).status_code == status


def test_who_only_reads_cannot_write(client_as: ClientAs, receipt: Receipt) -> None:
    assert scan(client_as("director"), receipt, CARTON) == (403, "forbidden")
    page = client_as("director").get(f"/receiving/receipts/{receipt.reference}").text
    assert "data-scan-target" not in page


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("scans", {}),
        ("scans", {"code": "x" * 500}),
        ("scans", {"code": "\x00"}),
        ("counts", {"line_id": 1, "quantity": -1}),
        ("counts", {"line_id": True, "quantity": 1}),
        ("counts", {"line_id": 2**70, "quantity": 1}),
        ("lots", {"order_line_id": 1, "lot_number": "A"}),
        ("judgements", {"line_id": 1, "condition": "odd"}),
        ("put-away", {"placements": []}),
        ("acceptance", {"username": "quality"}),
    ],
)
def test_malformed_requests_are_answered_422(
    client_as: ClientAs, receipt: Receipt, step: str, body: dict[str, object]
) -> None:
    address = f"/api/v1/receipts/{receipt.reference}/{step}"

    assert client_as("storekeeper").post(address, json=body).status_code == 422


@pytest.mark.parametrize("reference", ["GR-20200101-0001", "nonsense", "%00", "中"])
def test_an_unknown_receipt_is_not_found(client_as: ClientAs, reference: str) -> None:
    answer = client_as("storekeeper").get(f"/api/v1/receipts/{reference}")

    assert answer.status_code in {404, 422}


@pytest.mark.parametrize("path", ["/receiving", "/receiving/receipts", "/receiving/receipts/{0}"])
def test_pages_send_few_queries(
    client_as: ClientAs, receipt: Receipt, count_queries: Callable[[], QueryCount], path: str
) -> None:
    client = client_as("storekeeper")

    with count_queries() as queries:
        assert client.get(path.format(receipt.reference)).status_code == 200

    assert queries.count <= 14


def test_the_search_field_finds_orders_and_receipts(client_as: ClientAs, receipt: Receipt) -> None:
    answer = client_as("storekeeper").get(f"/search?q={receipt.reference.lower()}")

    assert answer.headers["Location"].endswith(f"/receiving/receipts/{receipt.reference}")


def test_goods_are_refused_and_their_claim_closed_on_pages(
    client_as: ClientAs, session: Session, receipt: Receipt
) -> None:
    keeper, buyer = client_as("storekeeper"), client_as("buyer")
    page = f"/receiving/receipts/{receipt.reference}"
    _, plain = lines_of(session, receipt)
    refusal = {"line_id": plain.id, "reason": "damaged", "quantity": 24, "note": "压破"}
    assert buyer.post(f"{page}/refusals", data=refusal).status_code == 403
    assert keeper.post(f"{page}/refusals", data=refusal).status_code == 302
    assert "货品破损" in keeper.get(page).text
    told = buyer.get("/api/v1/supplier-claims").json
    assert told is not None
    (claim,) = told["rows"]
    assert (claim["quantity"], claim["outcome"]) == (24, None)
    step = f"/receiving/claims/{claim['reference']}/closing"
    assert buyer.post(step, data={"outcome": "credited", "note": ""}).status_code == 302
    assert claim["reference"] in buyer.get("/receiving/claims?which=all").text
    assert claim["reference"] not in buyer.get("/receiving/claims").text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"lowest": "2.1", "highest": "7.9"}, 200),
        ({"readings": "时间,温度\r\n06:00,4.5\r\n06:10,5.0"}, 200),
        ({"readings": "时间,温度\n06:00,暖"}, 422),
        ({"lowest": "2.1"}, 422),
        ({"lowest": "2.15", "highest": "3"}, 422),
        ({}, 422),
    ],
)
def test_temperatures_are_written_or_refused(
    client_as: ClientAs, receipt: Receipt, body: dict[str, str], status: int
) -> None:
    address = f"/api/v1/receipts/{receipt.reference}/temperatures"
    assert client_as("storekeeper").post(address, json=body).status_code == status


def test_quality_says_whose_goods_wait_and_releases_them(
    client_as: ClientAs, session: Session, cast: Cast
) -> None:
    keeper, quality, actor = client_as("storekeeper"), client_as("quality"), cast.actor("buyer")
    item = an_item(session)
    order = an_order(session, actor, (item, 240))
    announced(session, actor, order, a_notice(item))
    session.commit()
    waits = {"needed": "true"}
    assert keeper.post("/receiving/suppliers/S001/quarantine", data=waits).status_code == 403
    assert quality.post("/receiving/suppliers/S001/quarantine", data=waits).status_code == 302
    opened = keeper.post(f"/receiving/orders/{order.reference}/receipts")
    page = opened.headers["Location"]
    reference = page.rpartition("/")[2]
    told = keeper.get(f"/api/v1/receipts/{reference}").json
    assert told is not None
    line = told["lines"][0]["line_id"]
    assert told["lines"][0]["condition"] == "quarantine"
    keeper.post(f"{page}/counts", data={"line_id": line, "quantity": 240})
    keeper.post(f"{page}/finish-count")
    assert keeper.post(f"{page}/acceptance", data={}).status_code == 302
    assert "阿莫西林" in quality.get("/receiving/quarantine").text
    assert keeper.post(f"{page}/lines/{line}/release").status_code == 403
    assert quality.post(f"{page}/lines/{line}/release").status_code == 302
    assert "没有待放行的货品" in quality.get("/receiving/quarantine").text
    for name in ("acceptance", "stock-in"):
        paper = keeper.get(f"{page}/{name}.pdf")
        assert (paper.status_code, paper.data[:5]) == (200, b"%PDF-")


def test_an_open_receipt_has_no_papers(client_as: ClientAs, receipt: Receipt) -> None:
    page = f"/receiving/receipts/{receipt.reference}"
    assert client_as("storekeeper").get(f"{page}/acceptance.pdf").status_code == 404
