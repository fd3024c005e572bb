"""Pages and API of buying: who may look, who may write, and one order from draft to supplier."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from tests.conftest import ClientAs
from tests.factories.buying import a_contract
from tests.factories.cast import Cast
from tests.factories.receiving import a_supplier, order_line
from tests.factories.requisitions import a_submitted_requisition
from tests.factories.stock import an_item
from tests.integration.test_invoicing import delivered
from tests.queries import QueryCount


@pytest.fixture
def item(session: Session, cast: Cast) -> Item:
    """An item under contract at 7.00 yuan."""
    item = an_item(session)
    a_contract(session, cast.actor("buyer"), a_supplier(session), (item, 700, 1000))
    session.commit()
    return item


PAGES = (
    "/purchasing/orders",
    "/purchasing/contracts",
    "/purchasing/suppliers",
    "/purchasing/suppliers/S001",
)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("who", "status"),
    [("buyer", 200), ("director", 200), ("quality", 200), ("clinic", 403), ("outsider", 403)],
)
def test_who_may_look_at_purchasing(
    client_as: ClientAs, item: Item, path: str, who: str, status: int
) -> None:
    assert item.id
    assert client_as(who).get(path).status_code == status


def test_an_order_goes_from_draft_to_the_supplier_on_pages(client_as: ClientAs, item: Item) -> None:
    buyer, pharmacist = client_as("buyer"), client_as("pharmacist")
    form = {"supplier_code": "S001", "expected_on": "2026-12-01"}
    begun = buyer.post("/purchasing/orders", data=form)
    page = begun.headers["Location"]
    assert "阿莫西林" in buyer.get(f"{page}/items?q=amx").text
    assert buyer.post(f"{page}/lines", data={"add": str(item.id)}).status_code == 302
    lines = {"item_id": item.id, "packs": 30, "price": "6.50", "then": "submit"}
    assert buyer.post(f"{page}/lines", data=lines).status_code == 302
    assert buyer.post(f"{page}/approval").status_code == 403
    assert pharmacist.post(f"{page}/rejection", data={"reason": "少订些"}).status_code == 302
    assert "少订些" in buyer.get(page).text
    assert buyer.post(f"{page}/lines", data={**lines, "packs": 20}).status_code == 302
    assert pharmacist.post(f"{page}/approval").status_code == 302
    assert buyer.post(f"{page}/sending").status_code == 302

    shown = client_as("director").get(page).text
    assert "供应商备货中" in shown
    assert "¥130.00" in shown
    paper = buyer.get(f"{page}/form.pdf")
    assert (paper.mimetype, paper.data[:5]) == ("application/pdf", b"%PDF-")


def test_the_api_orders_at_contract_prices_and_once_per_key(
    client_as: ClientAs, item: Item
) -> None:
    buyer = client_as("buyer")
    wanted = {
        "supplier_code": "S001",
        "expected_on": "2026-12-01",
        "lines": [{"item_id": item.id, "packs": 3}],
    }
    first = buyer.post("/api/v1/purchase-orders", json=wanted, headers={"Idempotency-Key": "a"})
    again = buyer.post("/api/v1/purchase-orders", json=wanted, headers={"Idempotency-Key": "a"})
    assert first.json is not None
    assert (first.status_code, first.json["total"]) == (201, "21.00")
    assert again.json == first.json

    address = f"/api/v1/purchase-orders/{first.json['reference']}"
    dear = {"lines": [{"item_id": item.id, "packs": 3, "price": "7.01"}]}
    refused = buyer.post(f"{address}/lines", json=dear)
    assert refused.json is not None
    assert (refused.status_code, refused.json["code"]) == (422, "price-above-contract")
    assert buyer.post(f"{address}/submission").status_code == 200
    assert client_as("pharmacist").post(f"{address}/approval").status_code == 200
    assert buyer.post(f"{address}/sending").status_code == 200
    cancelled = buyer.post(f"{address}/cancellation", json={"reason": "供应商缺货"})
    assert cancelled.json is not None
    assert cancelled.json["state"] == "cancelled"
    assert client_as("clinic").get(address).status_code == 403


@pytest.mark.parametrize("price", ["-1", "1.234", "1e3", "", "NaN", 7])
def test_a_price_is_an_amount_of_yuan(client_as: ClientAs, item: Item, price: object) -> None:
    wanted = {
        "supplier_code": "S001",
        "expected_on": "2026-12-01",
        "lines": [{"item_id": item.id, "packs": 3, "price": price}],
    }
    assert client_as("buyer").post("/api/v1/purchase-orders", json=wanted).status_code == 422


def test_quality_keeps_licences_and_nobody_else(client_as: ClientAs, item: Item) -> None:
    assert item.id
    licence = {"kind": "business", "number": "91610700X", "expires_on": "2030-01-01"}
    address = "/api/v1/suppliers/S001/licences"
    assert client_as("buyer").post(address, json=licence).status_code == 403
    kept = client_as("quality").post(address, json=licence)
    assert kept.json is not None
    assert [row["number"] for row in kept.json["licences"] if row["kind"] == "business"] == [
        "91610700X"
    ]
    page = "/purchasing/suppliers/S001"
    renewed = {**licence, "expires_on": "2031-01-01"}
    assert client_as("quality").post(f"{page}/licences", data=renewed).status_code == 302
    assert "2031-01-01" in client_as("quality").get(page).text


def test_a_contract_is_written_and_put_in_force_on_pages(client_as: ClientAs, item: Item) -> None:
    buyer = client_as("buyer")
    form = {
        "name": "下一年度协议",
        "supplier_code": "S001",
        "kind": "framework",
        "starts_on": "2028-01-01",
        "ends_on": "2028-12-31",
    }
    page = buyer.post("/purchasing/contracts", data=form).headers["Location"]
    assert "阿莫西林" in buyer.get(f"{page}/items?q=amx").text
    line = {"item_id": item.id, "price": "6.80", "packs": 0}
    assert buyer.post(f"{page}/items", data=line).status_code == 302
    assert buyer.post(f"{page}/activation").status_code == 302
    shown = buyer.get(page).text
    assert "生效中" in shown
    assert "6.80" in shown


@pytest.mark.parametrize("path", ["/purchasing/orders", "/purchasing/contracts"])
def test_lists_send_few_queries(
    client_as: ClientAs, item: Item, count_queries: Callable[[], QueryCount], path: str
) -> None:
    buyer = client_as("buyer")
    wanted = {"supplier_code": "S001", "expected_on": "2026-12-01"}
    lines = [{"item_id": item.id, "packs": 3}]
    for _ in range(3):
        buyer.post("/api/v1/purchase-orders", json={**wanted, "lines": lines})
    with count_queries() as queries:
        assert buyer.get(path).status_code == 200
    assert queries.count <= 4


def test_a_plan_is_made_adjusted_and_ordered_on_pages(
    client_as: ClientAs, session: Session, cast: Cast, item: Item
) -> None:
    a_submitted_requisition(session, cast, {item: 240})
    session.commit()
    buyer = client_as("buyer")
    made = buyer.post("/purchasing/plans", data={})
    page = made.headers["Location"]
    assert "基层缺口" in buyer.get(page).text
    twice = buyer.post("/purchasing/plans", data={})
    assert twice.status_code == 409
    line = {"item_id": item.id, "packs": 12, "supplier": "S001"}
    assert buyer.post(f"{page}/choices", data=line).status_code == 302
    told = buyer.get(f"/api/v1{page.replace('/purchasing/plans', '/purchase-plans')}").json
    assert told is not None
    assert [(row["packs"], row["amount"]) for row in told["lines"]] == [(12, "84.00")]
    assert buyer.post(f"{page}/orders", data={"expected_on": "2026-12-01"}).status_code == 302
    assert "已生成订单" in client_as("director").get(page).text
    assert client_as("pharmacist").post("/purchasing/plans", data={}).status_code == 403


def test_an_invoice_is_matched_decided_and_settled_on_pages(
    client_as: ClientAs, session: Session, cast: Cast
) -> None:
    order = delivered(session, cast)
    line = order_line(session, order)
    session.commit()
    buyer, pharmacist = client_as("buyer"), client_as("pharmacist")
    assert "待开票" in buyer.get(f"/purchasing/invoices/new?order={order.reference}").text
    form = {
        "order_reference": order.reference,
        "number": "24610701",
        "invoiced_on": "2026-11-23",
        "total": "97.00",
        "order_line_id": line.id,
        "packs": 10,
        "price": "9.70",
    }
    page = buyer.post("/purchasing/invoices", data=form).headers["Location"]
    assert "单价高于订单" in buyer.get(page).text
    told = pharmacist.get(f"/api/v1/supplier-invoices/{page.rpartition('/')[2]}").json
    assert told is not None
    (difference,) = told["differences"]
    step = f"{page}/differences/{difference['difference_id']}/acceptance"
    assert buyer.post(step, data={"reason": "x"}).status_code == 403
    assert pharmacist.post(step, data={"reason": "合同调价"}).status_code == 302
    assert "24610701" in pharmacist.get("/purchasing/settlements").text
    settled = pharmacist.post(
        "/purchasing/settlements", data={"supplier_code": "S001", "invoices": told["reference"]}
    )
    shown = pharmacist.get(settled.headers["Location"]).text
    assert "¥97.00" in shown
    undo = settled.headers["Location"] + "/reversal"
    assert pharmacist.post(undo, data={"reason": "重复"}).status_code == 302
    listed = client_as("director").get("/api/v1/settlements").json
    assert listed is not None
    assert [row["total"] for row in listed["rows"]] == ["-97.00", "97.00"]


@pytest.mark.parametrize(
    "path",
    ["/purchasing/invoices", "/purchasing/settlements", "/purchasing/performance?days=90"],
)
def test_bills_are_for_who_buys(client_as: ClientAs, item: Item, path: str) -> None:
    assert item.id
    assert client_as("director").get(path).status_code == 200
    assert client_as("outsider").get(path).status_code == 403


@pytest.mark.parametrize("total", ["0", "-5", "0.001"])
def test_an_invoice_asks_for_something(client_as: ClientAs, item: Item, total: str) -> None:
    body = {
        "order_reference": "PO-1",
        "number": "1",
        "invoiced_on": "2026-11-23",
        "total": total,
        "lines": [{"order_line_id": item.id, "packs": 1, "price": "1"}],
    }
    assert client_as("buyer").post("/api/v1/supplier-invoices", json=body).status_code == 422
