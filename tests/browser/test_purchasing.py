"""From the county's needs to the supplier's money, in a real browser, by four people."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.inventory.service import prove
from tests.browser.county import County
from tests.browser.walking import Walk, press

pytestmark = pytest.mark.browser
PLAIN = """
SELECT o.reference FROM purchase_order o JOIN supplier s ON s.id = o.supplier_id
WHERE o.plan_id IS NOT NULL AND s.code = 'SUP-XA3'
"""


@pytest.fixture
def walk(browser: Browser, county_served: County) -> Iterator[Walk]:
    walk = Walk(browser, county_served)
    yield walk
    walk.leave()


def test_a_need_becomes_a_plan_an_order_a_receipt_and_a_settlement(
    walk: Walk, county_served: County
) -> None:
    plan_and_order(walk)
    reference = walk.ask(PLAIN)[0]
    order = f"/purchasing/orders/{reference}"
    approve_and_send(walk, order)
    receive_part(walk, order)
    bill_too_much(walk, order)
    decide_and_settle(walk, reference)

    assert walk.complaints == []
    with county_served.session() as session:
        assert prove(session) == []


def plan_and_order(walk: Walk) -> None:
    """The buyer adds the needs up, and orders from every supplier under contract."""
    page = walk.open("buyer", "/purchasing/plans")
    press(page, "/purchasing/plans")
    expect(page.locator("main")).to_contain_text("基层缺口")
    walk.look(page, "plan")
    press(page, "/orders")
    expect(page.locator("main")).to_contain_text("本计划生成的订单")


def approve_and_send(walk: Walk, order: str) -> None:
    """The buyer submits, the pharmacist approves, the buyer sends."""
    page = walk.open("buyer", order)
    walk.look(page, "order-draft")
    page.locator("button[name=then][value=submit]").click()
    expect(page.locator("main")).to_contain_text("等待审批")
    page = walk.open("pharmacist", order)
    press(page, "/approval")
    page = walk.open("buyer", order)
    press(page, "/sending")
    expect(page.locator("main")).to_contain_text("供应商备货中")


def receive_part(walk: Walk, order: str) -> None:
    """The storekeeper takes in ten packs of one item; the rest is still to come."""
    page = walk.open("storekeeper", order)
    press(page, "/receipts")
    units = int(
        walk.ask(
            "SELECT line.units_per_pack FROM purchase_order_line line JOIN receipt"
            " ON receipt.order_id = line.order_id WHERE receipt.state = 'draft' ORDER BY line.id"
        )[0]
    )
    fill(page, lot_number="B2611", expires_on="2028-05-31")
    fill(page, expected=str(units), quantity=str(units))
    press(page, "/lots")
    walk.look(page, "receipt-part")
    press(page, "/finish-count")
    press(page, "/acceptance")
    page.goto(order)
    expect(page.locator("main")).to_contain_text("部分到货")


def bill_too_much(walk: Walk, order: str) -> None:
    """The buyer enters an invoice whose price is above the order."""
    page = walk.open("buyer", f"/purchasing/invoices/new?order={order.rpartition('/')[2]}")
    price = page.locator("[name=price]").first
    dear = f"{float(price.input_value()) + 0.1:.2f}"
    price.fill(dear)
    fill(page, number="24610799", total=dear)
    press(page, "/purchasing/invoices")
    expect(page.locator("main")).to_contain_text("单价高于订单")
    walk.look(page, "invoice-differs")


def decide_and_settle(walk: Walk, reference: str) -> None:
    """The pharmacist accepts the difference with a reason, and settles."""
    sql = (
        "SELECT i.reference FROM supplier_invoice i JOIN purchase_order o ON o.id = i.order_id"
        " WHERE o.reference = :order"
    )
    invoice = walk.ask(sql, order=reference)[0]
    page = walk.open("pharmacist", f"/purchasing/invoices/{invoice}")
    page.locator("summary", has_text="认可差异").first.click()
    page.locator('form[action$="/acceptance"] [name=reason]').fill("供应商提供调价函")
    press(page, "/acceptance")
    expect(page.locator("main")).to_contain_text("已匹配")
    page.goto("/purchasing/settlements")
    walk.look(page, "settlements")
    box = page.locator(f'form:has(input[value="{invoice}"])')
    for other in box.locator("[name=invoices]").all():
        if other.get_attribute("value") != invoice:
            other.uncheck()
    with page.expect_navigation():
        box.locator("button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("24610799")
    walk.look(page, "settlement")


def fill(page: Page, **values: str) -> None:
    """Type into the fields of these names."""
    for name, value in values.items():
        page.locator(f"main [name={name}]").first.fill(value)
