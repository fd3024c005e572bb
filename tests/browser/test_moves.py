"""Goods between facilities, shelves and their labels, in a real browser: each flow to its end."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from app.inventory.service import prove
from app.kernel.local_time import local_day
from tests.browser.county import County
from tests.browser.walking import Walk, cosign, press
from tests.chromium import PHONE

pytestmark = pytest.mark.browser
PLAIN_BIN = """
SELECT place.code FROM stock_balance balance JOIN place ON place.id = balance.place_id
JOIN item ON item.id = balance.item_id JOIN facility ON facility.id = balance.facility_id
WHERE facility.code = '610728-D0' AND place.kind = 'bin' AND balance.on_hand > 0
GROUP BY place.id HAVING count(*) < 4 AND bool_and(
  NOT item.is_coded AND item.special_class = 'none' AND balance.on_hand >= 100
  AND balance.reserved = 0 AND balance.condition = 'usable')
ORDER BY place.code LIMIT 1
"""
ON_SHELF = """
SELECT balance.on_hand FROM stock_balance balance
JOIN count_line line ON (line.place_id, line.lot_id) = (balance.place_id, balance.lot_id)
WHERE line.id = :line AND balance.condition = 'usable'
"""
TO_SPARE = """
SELECT balance.item_id FROM stock_balance balance
JOIN user_account holder ON holder.facility_id = balance.facility_id AND holder.username = 'clinic2'
JOIN place ON place.id = balance.place_id AND place.kind = 'bin' AND NOT place.locked
JOIN lot ON lot.id = balance.lot_id AND lot.hold = 'none'
JOIN item ON item.id = balance.item_id AND NOT item.is_coded
JOIN item_plan plan ON (plan.item_id, plan.facility_id) = (item.id, balance.facility_id)
WHERE balance.expires_on > '2027-06-01'
GROUP BY balance.item_id, item.units_per_pack, plan.minimum
HAVING sum(balance.on_hand - balance.reserved) > plan.minimum + 2 * item.units_per_pack
ORDER BY balance.item_id LIMIT 2
"""
RECALLABLE = """
SELECT lot.lot_number FROM stock_balance balance
JOIN user_account holder ON holder.facility_id = balance.facility_id AND holder.username = 'clinic'
JOIN place ON place.id = balance.place_id AND place.kind = 'bin' AND NOT place.locked
JOIN lot ON lot.id = balance.lot_id AND lot.hold = 'none'
JOIN item ON item.id = balance.item_id AND NOT item.is_coded
WHERE balance.on_hand > 0 AND balance.condition = 'usable' AND balance.expires_on < '2027-06-01'
ORDER BY balance.reserved, lot.id DESC LIMIT 1
"""
A_BIN = """
SELECT place.code FROM place JOIN facility ON facility.id = place.facility_id
WHERE facility.code = '610728-D0' AND place.kind = 'bin' ORDER BY place.code DESC LIMIT 1
"""
A_PACK = """
SELECT unit.code FROM unit JOIN lot ON lot.id = unit.lot_id
WHERE unit.capacity > 0 AND lot.hold = 'none' AND lot.expires_on > '2027-01-01'
ORDER BY unit.id DESC LIMIT 1
"""
HOLDER = "SELECT facility_id FROM user_account WHERE username = 'clinic2'"


@pytest.fixture
def walk(browser: Browser, county_served: County) -> Iterator[Walk]:
    walk = Walk(browser, county_served)
    yield walk
    walk.leave()


@pytest.fixture(autouse=True)
def sound(county_served: County) -> Iterator[None]:
    yield
    with county_served.session() as session:
        assert prove(session) == []


def test_a_shelf_is_counted_blind_on_a_phone_and_its_difference_posted(walk: Walk) -> None:
    (code,) = walk.ask(PLAIN_BIN)
    page = walk.open("storekeeper", "/counting")
    page.fill("[name=from_bin]", code)
    page.fill("[name=to_bin]", code)
    press(page, "/counting")
    page.set_viewport_size(PHONE)
    reference = page.url.split("/")[-2]
    page.locator("[data-scan-typed]").fill(code)
    page.locator("[data-scan-enter]").click()
    page.wait_for_url(f"**?bin={code}")

    count_all_but_one_unit(walk, page)
    press(page, "/finish")
    expect(page.locator("main")).to_contain_text("盘点完成")
    approver = walk.open("pharmacist", f"/counting/{reference}")
    walk.look(approver, "count-review")
    approver.fill("[name=reason]", "拆零发出漏记一片")
    press(approver, "/approval")

    expect(approver.locator("main")).to_contain_text("拆零发出漏记一片")
    posted = "SELECT difference FROM count_line JOIN count_sheet s ON s.id = sheet_id"
    assert sorted(
        walk.ask(f"{posted} WHERE reference = :at AND difference <> 0", at=reference)
    ) == ["-1"]


def count_all_but_one_unit(walk: Walk, page: Page) -> None:
    """Type what lies there, of the first lot one unit less than the book has."""
    loose = page.locator(".stop input[name=loose]")
    lines = [str(field.get_attribute("id")).removeprefix("loose-") for field in loose.all()]
    walk.glance(page, "count-phone")
    assert "账面" not in page.locator("main").inner_text()
    for place, line in enumerate(lines):
        on_hand = int(walk.ask(ON_SHELF, line=int(line))[0])
        form = page.locator(f"form:has(#loose-{line})")
        if form.locator("[name=packs]").count():
            form.locator("[name=packs]").fill("0")
        form.locator("[name=loose]").fill(str(on_hand - (place == 0)))
        form.locator("button").click()
        expect(page.locator(".stop.is-done")).to_have_count(place + 1)
    walk.look(page, "count-phone-done")


def test_a_clinic_asks_for_what_another_can_spare_and_gets_it(walk: Walk) -> None:
    item, *_ = walk.ask(TO_SPARE)
    page = walk.open("clinic", f"/availability/{item}?all=1")
    (holder,) = walk.ask(HOLDER)
    row = page.locator(f"tr:has(input[name=holder_id][value='{holder}'])")
    row.scroll_into_view_if_needed()
    walk.look(page, "availability")
    row.locator("[name=packs]").fill("1")
    with page.expect_navigation():
        row.locator("button").click()
    expect(page.locator("main")).to_contain_text("等待对方机构审批")
    address = page.url

    hand_over(walk, "clinic2", address)
    take_in(walk, "clinic", address)

    expect(walk.page_of("clinic").locator("main")).to_contain_text("已到齐")
    assert walk.complaints == []


def test_a_loan_is_granted_handed_over_and_given_back(walk: Walk) -> None:
    *_, item = walk.ask(TO_SPARE)
    (holder,) = walk.ask(HOLDER)
    page = walk.open("clinic", f"/transfers/new?kind=loan&item_id={item}&holder_id={holder}")
    due = local_day(walk.county.now()) + timedelta(days=7)
    page.fill("[name=due_on]", due.isoformat())
    page.fill("[name=notes]", "急诊借用")
    walk.look(page, "loan-new")
    press(page, "/transfers")
    loan = page.url
    hand_over(walk, "clinic2", loan)
    take_in(walk, "clinic", loan)

    page.goto(loan)
    press(page, "/give-back")
    back = page.url
    walk.look(page, "loan-return")
    press(walk.open("clinic2", back), "/approval")
    page.goto(back)
    page.fill("[name=carrier]", "本院司机")
    press(page, "/hand-over")
    take_in(walk, "clinic2", back)

    page.goto(loan)
    expect(page.locator("main")).to_contain_text("已全部归还")
    page.goto("/transfers/loans")
    expect(page.locator("main")).not_to_contain_text(loan.rpartition("/")[2])
    assert walk.complaints == []


def test_a_recall_is_told_to_holders_collected_closed_and_lifted(walk: Walk) -> None:
    (number,) = walk.ask(RECALLABLE)
    room = walk.open("quality", f"/recalls/new?q={number}")
    room.locator("[name=lots]").first.check()
    room.locator("[name=recall_class][value=II]").check()
    room.fill("[name=reason]", "持有人来函：溶出度不合格")
    room.fill("[name=instruction]", "停用并单独存放，退回中心药房")
    walk.look(room, "recall-new")
    press(room, "/recalls")
    expect(room.locator("main")).to_contain_text("停用生效")
    address = room.url

    set_apart(walk)

    room.goto(address)
    walk.look(room, "recall-room")
    room.fill("[name=missing_reason]", "其余机构尚在清点")
    room.check("[name=with_open_tasks]")
    press(room, "/close")
    walk.look(room, "recall-report")
    room.goto(address)
    room.locator("summary", has_text="解除停用").click()
    room.fill("#lift-reason", "复检合格")
    cosign(room, "pharmacist")
    press(room, "/lift")
    expect(room.locator("main")).to_contain_text("已解除停用")
    assert walk.complaints == []


def set_apart(walk: Walk) -> None:
    """The clinic confirms on a phone, sets all apart that it has, and reports."""
    page = walk.open("clinic", "/recall-tasks")
    page.set_viewport_size(PHONE)
    page.get_by_role("link", name="打开任务").first.click()
    press(page, "/seen")
    walk.look(page, "recall-task")
    while page.locator("form[action$='/counted']").count():
        press(page, "/counted")
    expect(page.locator("main")).to_contain_text("召回隔离区")
    press(page, "/report")
    expect(page.locator("main")).to_contain_text("已上报")


def hand_over(walk: Walk, holder: str, address: str) -> None:
    """The holder grants the request and gives the goods to the driver."""
    page = walk.open(holder, address)
    press(page, "/approval")
    page.fill("[name=carrier]", "王师傅")
    walk.look(page, "transfer-hand-over")
    press(page, "/hand-over")
    expect(page.locator("main")).to_contain_text("在途")


def take_in(walk: Walk, receiver: str, address: str) -> None:
    """Whoever gets the goods looks at them, and lays them on the shelf."""
    page = walk.open(receiver, address)
    walk.look(page, "transfer-receive")
    press(page, "/receipt")


def test_a_printed_label_is_scanned_from_any_page_and_loses_nothing_typed_there(walk: Walk) -> None:
    (code,) = walk.ask(A_BIN)
    page = walk.open("storekeeper", f"/labels?source=bins&named={code}")
    expect(page.locator("#label-preview svg")).to_be_visible()
    walk.look(page, "labels")
    page.locator("#label-form button[type=submit]").click()
    page.wait_for_url("**/labels/LP-*")
    walk.look(page, "label-print")

    picture = Image.open(BytesIO(page.locator(".label-paper svg").screenshot()))
    (symbol,) = zxingcpp.read_barcodes(picture)
    page.goto("/counting")
    page.fill("[name=from_bin]", "A-01")
    page.locator("[name=to_bin]").focus()
    scan_with_a_wedge(page, symbol.text)
    expect(page.locator("#scan-found")).to_contain_text(code)
    walk.look(page, "scan-found")
    assert page.input_value("[name=from_bin]") == "A-01"
    assert page.input_value("[name=to_bin]") == ""

    page.goto("/counting")
    scan_with_a_wedge(page, symbol.text)
    page.wait_for_url("**/stock?place_id=*")
    expect(page.get_by_label("只看此货位")).to_be_checked()


def scan_with_a_wedge(page: Page, code: str) -> None:
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def test_a_patient_looks_a_pack_up_without_scripts_and_without_signing_in(walk: Walk) -> None:
    (code,) = walk.ask(A_PACK)
    context = walk.browser.new_context(
        base_url=walk.county.address, viewport=PHONE, java_script_enabled=False
    )
    page = context.new_page()

    page.goto(f"/c/{code}")
    expect(page.get_by_role("heading", name="已查到登记")).to_be_visible()
    expect(page.locator("main")).to_contain_text(code)
    page.goto("/c/89990009999999999999")
    expect(page.locator("main")).to_contain_text("没有查到不等于假药")
    context.close()
