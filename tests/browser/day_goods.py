"""The goods' part of the day: received, frozen, asked for, approved."""

from collections.abc import Mapping

from playwright.sync_api import expect

from app.traceability.models import Disposition, UnitLevel
from tests.browser.walking import Walk, be_refused, cosign, press, scan

ANNOUNCED = """
SELECT DISTINCT purchase_order.reference FROM purchase_order
JOIN purchase_order_line line ON line.order_id = purchase_order.id
JOIN announced_lot ON announced_lot.order_line_id = line.id
"""
CARTONS = f"""
SELECT code FROM unit WHERE level = {UnitLevel.CARTON.number}
  AND disposition = {Disposition.ANNOUNCED.number} ORDER BY id
"""
PACKS = """
SELECT unit.code FROM unit JOIN unit carton ON carton.id = unit.parent_id
WHERE carton.code = :carton ORDER BY unit.id
"""


def receive(walk: Walk) -> None:
    """Step 0: an order comes in by its cartons, one of them opened and short of a pack."""
    page = walk.open("storekeeper", "/receiving")
    walk.look(page, "receiving")
    page.goto(f"/purchasing/orders/{walk.ask(ANNOUNCED)[0]}")
    walk.look(page, "order")
    press(page, "/receipts")
    *whole, opened = walk.ask(CARTONS)
    packs = walk.ask(PACKS, carton=opened)
    for carton in whole:
        scan(page, carton, "已接受")
    for pack in packs[:3]:
        scan(page, pack, "已接受")
    scan(page, packs[0], "已做过")
    walk.look(page, "count")
    press(page, "/finish-count")
    expect(page.locator("main")).to_contain_text("不符")
    walk.look(page, "second-count")
    quantity = walk.ask("SELECT first_count FROM receipt_line WHERE first_count <> expected")[0]
    page.locator('form[action$="/second-counts"] [name=quantity]').fill(quantity)
    cosign(page)
    press(page, "/second-counts")
    cosign(page)
    press(page, "/acceptance")
    walk.look(page, "put-away")
    cosign(page)
    press(page, "/put-away")
    expect(page.locator("main")).to_contain_text("上架")
    walk.look(page, "received")


CONTROLLED = """
SELECT item.code FROM announced_lot JOIN purchase_order_line line
  ON line.id = announced_lot.order_line_id
JOIN item ON item.id = line.item_id
WHERE item.special_class = 'psychotropic_2' AND item.is_coded
  AND item.id IN (SELECT item_id FROM requisition_template_line line
    JOIN facility clinic ON clinic.id = line.facility_id WHERE clinic.code = '610728101-T')
"""
"""A controlled item that comes in this morning."""
OLDER_PACKS = """
SELECT sum(balance.on_hand)::bigint / item.units_per_pack FROM stock_balance balance
JOIN item ON item.id = balance.item_id JOIN facility ON facility.id = balance.facility_id
WHERE item.code = :item AND facility.code = '610728-D0' AND balance.on_hand > 0
GROUP BY item.id
"""
COLD = """
SELECT item.code FROM stock_balance balance JOIN item ON item.id = balance.item_id
JOIN facility ON facility.id = balance.facility_id
WHERE facility.code = '610728-D0' AND item.is_coded AND item.storage_class = 'cold'
  AND item.special_class = 'none' AND balance.on_hand > balance.reserved
  AND item.id IN (SELECT item_id FROM requisition_template_line line
    JOIN facility clinic ON clinic.id = line.facility_id WHERE clinic.code = '610728101-T')
ORDER BY item.code LIMIT 1
"""
PLAIN = """
SELECT item.code FROM stock_balance balance JOIN item ON item.id = balance.item_id
JOIN facility ON facility.id = balance.facility_id JOIN lot ON lot.id = balance.lot_id
WHERE facility.code = '610728-D0' AND NOT item.is_coded AND item.special_class = 'none'
  AND item.storage_class = 'ambient' AND lot.hold = 'none' AND lot.expires_on > '2027-02-01'
  AND balance.on_hand - balance.reserved >= 20 * item.units_per_pack
  AND item.id IN (SELECT item_id FROM requisition_template_line line
    JOIN facility clinic ON clinic.id = line.facility_id WHERE clinic.code = '610728101-T')
GROUP BY item.code HAVING count(DISTINCT lot.id) > 1 ORDER BY item.code LIMIT 2
"""
FIRST_LOT = """
SELECT lot.id FROM lot JOIN item ON item.id = lot.item_id
JOIN stock_balance balance ON balance.lot_id = lot.id
JOIN facility ON facility.id = balance.facility_id
WHERE item.code = :item AND facility.code = '610728-D0' AND balance.on_hand > 0
  AND lot.hold = 'none' AND lot.expires_on > '2027-02-01'
ORDER BY lot.expires_on, lot.id LIMIT 1
"""


def hold_a_lot(walk: Walk, item: str) -> str:
    """Step 0: quality freezes the lot that would go out first; return its number."""
    lot = walk.ask(FIRST_LOT, item=item)[0]
    page = walk.open("quality", f"/lots/{lot}")
    page.locator('form[action$="/hold"] [name=reason]').fill("外包装破损，待检验")
    press(page, "/hold")
    expect(page.locator("main")).to_contain_text("冻结")
    walk.look(page, "held-lot")
    return walk.ask("SELECT lot_number FROM lot WHERE id = :lot", lot=int(lot))[0]


def ask_for(walk: Walk, wanted: Mapping[str, int]) -> str:
    """Step 1: the clinic asks for so many packs of these items; return the reference."""
    page = walk.open("clinic", "/requisitions/new")
    walk.look(page, "new-requisition")
    press(page, "/requisitions")
    page.locator("#f-q").press_sequentially("aszlp")
    expect(page.locator("#hits")).to_contain_text("艾司唑仑片")
    walk.look(page, "draft")
    page.locator("[name=packs]").evaluate_all("every => every.forEach(one => (one.value = '0'))")
    for item, packs in wanted.items():
        page.locator(f"#line-{item} [name=packs]").fill(str(packs))
    with page.expect_navigation():
        page.locator('[name=then][value="submit"]').click()
    expect(page.locator("main")).to_contain_text("待审批")
    walk.look(page, "submitted")
    return page.url.rsplit("/", 1)[-1]


def record_use(walk: Walk) -> None:
    """Step 1: the clinic records what it used of goods without codes."""
    page = walk.open("clinic", "/consumption")
    page.locator("input.quantity").first.fill("1")
    walk.look(page, "consumption")
    press(page, "/consumption")
    assert "/dispensings/" in page.url


def approve(walk: Walk, reference: str, cut: str, held: str) -> None:
    """Step 2: the pharmacist cuts a line; the page names the frozen lot it passes over."""
    page = walk.open("pharmacist", f"/approvals/{reference}")
    for summary in page.locator('details.definition:has-text("未选用批号") summary').all():
        summary.click()
    expect(page.locator("main")).to_contain_text(held)
    row = page.locator(f'tr:has(input[name=item][value="{cut}"])')
    row.locator("[name=decision]").select_option("cut")
    row.locator("[name=packs]").fill("4")
    row.locator("[name=reason]").select_option("enough_in_stock")
    row.locator("[name=text]").fill("本月库存尚可")
    be_refused(page, f"/approvals/{reference}", "第二")
    cosign(page)
    walk.look(page, "approval")
    press(page, f"/approvals/{reference}")
    clinic = walk.open("clinic", f"/requisitions/{reference}")
    expect(clinic.locator("main")).to_contain_text("本月库存尚可")
    walk.look(clinic, "approved")
