"""From the county's needs to the supplier's money, in a real browser, by four people."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from app.inventory.service import prove
from tests.browser.county import PASSWORD, County
from tests.browser.walking import Walk, press, scan
from tests.factories.photos import a_located_photo

pytestmark = pytest.mark.browser
PLAIN = """
SELECT o.reference FROM purchase_order o JOIN supplier s ON s.id = o.supplier_id
WHERE o.plan_id IS NOT NULL AND s.code = 'SUP-XA3'
"""
LABELLED = """
SELECT pack_class.class_key || ' ' || line.units_per_pack
FROM purchase_order_line line
JOIN receipt ON receipt.order_id = line.order_id AND receipt.state = 'draft'
JOIN item ON item.id = line.item_id AND NOT item.is_coded
JOIN pack_class ON pack_class.item_id = item.id AND pack_class.scheme = 'goods'
WHERE receipt.opened_by = (SELECT id FROM user_account WHERE username = 'storekeeper')
ORDER BY receipt.id DESC, line.id LIMIT 1
"""
PLAIN_LOT = """
SELECT b.lot_id FROM stock_balance b JOIN item i ON i.id = b.item_id
JOIN place p ON p.id = b.place_id JOIN facility f ON f.id = p.facility_id
WHERE f.kind = 'central_pharmacy' AND p.kind = 'bin' AND NOT i.is_coded
  AND i.special_class = 'none' AND b.on_hand - b.reserved > 10
ORDER BY b.id LIMIT 1
"""
CAME = """
SELECT l.id || ' ' || b.id FROM receipt_line l JOIN receipt r ON r.id = l.receipt_id
JOIN stock_balance b ON b.lot_id = l.lot_id AND b.facility_id = r.facility_id
JOIN place p ON p.id = b.place_id JOIN item i ON i.id = l.item_id
WHERE l.placed_at IS NOT NULL AND l.accepted > l.returned + 10 AND p.kind = 'bin'
  AND NOT i.is_coded AND i.special_class = 'none' AND b.on_hand - b.reserved > 10
ORDER BY l.id LIMIT 1
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


def test_goods_leave_the_centre_for_good_or_back_to_their_supplier(
    walk: Walk, county_served: County
) -> None:
    write_off_and_destroy(walk)
    send_back(walk)

    assert walk.complaints == []
    with county_served.session() as session:
        assert prove(session) == []


def write_off_and_destroy(walk: Walk) -> None:
    """The storekeeper writes a lot off, quality confirms, and both see it destroyed."""
    lot = walk.ask(PLAIN_LOT)[0]
    page = walk.open("storekeeper", f"/write-offs/new?lot_id={lot}&reason=damaged")
    fill(page, note="搬运时压破", quantity="1")
    walk.look(page, "write-off-new")
    press(page, "/write-offs")
    press(page, "/submission")
    expect(page.locator("main")).to_contain_text("等待第二人确认")
    reference = page.url.rpartition("/")[2]
    page = walk.open("quality", f"/write-offs/{reference}")
    press(page, "/confirmation")
    expect(page.locator("main")).to_contain_text("药品待销毁")
    page = walk.open("pharmacist", "/destructions/waiting")
    fill(page, place="县医疗废物处置中心", username="quality", password=PASSWORD)
    page.locator("[name=method][value=incineration]").check()
    walk.look(page, "destruction-new")
    press(page, "/destructions")
    expect(page.locator("main")).to_contain_text(reference)
    walk.look(page, "destruction")


def send_back(walk: Walk) -> None:
    """The buyer asks, quality approves, the storekeeper sends; the supplier owes a credit."""
    line, balance = walk.ask(CAME)[0].split()
    lot = walk.ask("SELECT lot_id FROM stock_balance WHERE id = :id", id=int(balance))[0]
    page = walk.open("buyer", f"/supplier-returns/new?lot_id={lot}&reason=quality")
    page.locator(f"#back-{line}-{balance}").fill("2")
    walk.look(page, "return-new")
    press(page, "/supplier-returns")
    reference = page.url.rpartition("/")[2]
    page = walk.open("quality", f"/supplier-returns/{reference}")
    press(page, "/approval")
    page = walk.open("storekeeper", f"/supplier-returns/{reference}")
    fill(page, carrier="供应商司机 陕F12345")
    press(page, "/sending")
    expect(page.locator("main")).to_contain_text("已退供应商")
    page = walk.open("pharmacist", "/purchasing/settlements")
    expect(page.locator("main")).to_contain_text(reference)


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
    """The storekeeper takes in eleven packs by their label, one broken, into two bins."""
    page = walk.open("storekeeper", order)
    press(page, "/receipts")
    gtin, units = walk.ask(LABELLED)[0].split()
    pack = int(units)
    label = f"(01)0{gtin}(17)280531(10)B2611"
    scan(page, f"{label}(30)10", "B2611")
    expect(page.locator("[name=lot_number]")).to_have_value("B2611")
    expect(page.locator("[name=expires_on]")).to_have_value("2028-05-31")
    fill(page, expected=str(11 * pack))
    press(page, "/lots")
    scan(page, label, f"{11 * pack}")
    expect(page.locator("#count .scan-log li")).to_have_count(1)  # the part has been swapped in
    walk.look(page, "receipt-part")
    page.locator("summary", has_text="隔离").first.click()
    apart = page.locator('form[action$="/judgements"]').first
    apart.locator("[name=condition]").select_option("damaged")
    apart.locator("[name=quantity]").fill(str(pack))
    apart.locator("[name=reason]").fill("外箱压破")
    photo = FilePayload(name="IMG_1.jpg", mimeType="image/jpeg", buffer=a_located_photo())
    apart.locator("input[capture]").set_input_files(photo)
    walk.look(page, "receipt-apart")
    press(page, "/judgements")
    expect(page.locator("#photos img")).to_have_js_property("complete", value=True)
    walk.look(page, "receipt-photo")
    press(page, "/finish-count")
    press(page, "/acceptance")
    split_over_bins(walk, page, pack)
    page.goto(order)
    expect(page.locator("main")).to_contain_text("部分到货")


def split_over_bins(walk: Walk, page: Page, pack: int) -> None:
    """The storekeeper lays one pack into another bin, the rest into the proposed one."""
    page.locator("summary", has_text="拆分到多个货位").first.click()
    other = page.locator("details[open] select[name=place_code]").first
    taken = page.locator("select[name=place_code]").first.input_value()
    codes = other.locator("option").evaluate_all("options => options.map(one => one.value)")
    other.select_option(next(code for code in codes if code not in {"", taken}))
    page.locator("details[open] input[name=quantity][type=number]").first.fill(str(pack))
    walk.look(page, "receipt-split")
    press(page, "/put-away")
    expect(page.locator(".bins-split li")).to_have_count(2)
    walk.look(page, "receipt-shelved")


def bill_too_much(walk: Walk, order: str) -> None:
    """The buyer enters an invoice whose price is above the order."""
    page = walk.open("buyer", f"/purchasing/invoices/new?order={order.rpartition('/')[2]}")
    price = page.locator("[name=price]").first
    dear = f"{float(price.input_value()) + 0.1:.2f}"
    price.fill(dear)
    packs = int(page.locator("[name=packs]").first.input_value())
    fill(page, number="24610799", total=f"{float(dear) * packs:.2f}")
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
    for credit in box.locator("[name=credits]").all():
        credit.uncheck()
    with page.expect_navigation():
        box.locator("button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("24610799")
    walk.look(page, "settlement")


def fill(page: Page, **values: str) -> None:
    """Type into the fields of these names."""
    for name, value in values.items():
        page.locator(f"main [name={name}]").first.fill(value)
