"""The clinic's part of the day: it confirms what came, gives a pack out, and reads its life."""

from playwright.sync_api import Page, expect

from app.traceability.models import UnitLevel
from tests.browser.county import PASSWORD
from tests.browser.walking import Walk, cosign, press, scan

CONTENTS = """
SELECT content.position FROM tote_content content JOIN tote ON tote.id = content.tote_id
WHERE tote.code = :tote AND content.unit_id IS NULL ORDER BY content.position
"""
GIVEN_OUT = f"""
SELECT unit.code FROM tote_content content JOIN tote ON tote.id = content.tote_id
JOIN requisition ON requisition.id = tote.requisition_id JOIN unit ON unit.id = content.unit_id
WHERE requisition.reference = :requisition AND tote.compartment = :kind
  AND unit.level = {UnitLevel.PACK.number}
ORDER BY content.position DESC LIMIT 1
"""
OF_LINE = """
SELECT item.units_per_pack FROM tote_content content JOIN tote ON tote.id = content.tote_id
JOIN item ON item.id = content.item_id
WHERE tote.code = :tote AND content.position = :position
"""
STORY = """
SELECT supplier.name FROM unit JOIN announced_lot announced ON announced.lot_id = unit.lot_id
JOIN purchase_order_line line ON line.id = announced.order_line_id
JOIN purchase_order ON purchase_order.id = line.order_id
JOIN supplier ON supplier.id = purchase_order.supplier_id WHERE unit.code = :pack
UNION ALL
SELECT receipt.reference FROM unit JOIN announced_lot announced ON announced.lot_id = unit.lot_id
JOIN receipt ON receipt.id = announced.receipt_id WHERE unit.code = :pack
UNION ALL
SELECT DISTINCT parent.code FROM unit JOIN aggregation ON aggregation.child_id = unit.id
JOIN unit parent ON parent.id = aggregation.parent_id WHERE unit.code = :pack
UNION ALL
SELECT DISTINCT unnest(ARRAY[vehicle.plate, run.reference]) FROM unit
JOIN aggregation ON aggregation.child_id = unit.id
JOIN unit parent ON parent.id = aggregation.parent_id JOIN stop_tote ON tote_code = parent.code
JOIN delivery_stop stop ON stop.id = stop_tote.stop_id
JOIN delivery_run run ON run.id = stop.run_id JOIN vehicle ON vehicle.id = run.vehicle_id
WHERE unit.code = :pack
"""
"""Who and what a pack met on its way: supplier, receipt, carton and tote, vehicle and run."""


def confirm(walk: Walk, totes: list[str]) -> str:
    """Step 6: the clinic confirms every tote, in one of them a pack too few."""
    page = walk.open("clinic", "/receipts")
    for tote in totes:
        expect(page.locator("main")).to_contain_text(tote)
    walk.look(page, "incoming")
    short = next(tote for tote in totes if walk.ask(CONTENTS, tote=tote))
    for tote in totes:
        page.goto(f"/receipts/{tote}")
        if tote == short:
            _miss_a_pack(walk, page, tote)
            walk.look(page, "receipt")
        if page.locator("[name=username]").count():
            cosign(page, "clinic3")
        press(page, f"/receipts/{tote}")
    page.goto(f"/receipts/{short}")
    walk.look(page, "confirmed")
    return short


def _miss_a_pack(walk: Walk, page: Page, tote: str) -> None:
    position = walk.ask(CONTENTS, tote=tote)[0]
    pack = int(walk.ask(OF_LINE, tote=tote, position=int(position))[0])
    came = page.locator(f'td:has([name=position][value="{position}"]) [name=received]')
    came.fill(str(int(came.input_value()) - pack))
    page.locator("[name=notes]").fill("少一盒，外包装完好")


def settle(walk: Walk, tote: str) -> None:
    """Step 6: what is missing stays open until the pharmacist says what became of it."""
    clinic = walk.open("clinic", "/discrepancies")
    clinic.get_by_role("row").filter(has_text=tote).get_by_role("link").click()
    expect(clinic.locator("[name=resolution][value=lost]")).to_have_count(0)
    reference = clinic.url.rsplit("/", 1)[-1]
    page = walk.open("pharmacist", "/discrepancies")
    walk.look(page, "discrepancies")
    page.get_by_role("link", name=reference).click()
    page.locator("[name=resolution][value=lost]").check()
    page.locator("[name=reason]").fill("装箱时漏装，盘点后报损")
    walk.look(page, "discrepancy")
    press(page, f"/discrepancies/{reference}")
    page.goto("/discrepancies")
    expect(page.locator("main")).not_to_contain_text(reference)
    walk.look(page, "no-discrepancy")


def dispense(walk: Walk, requisition: str) -> None:
    """Step 6: a pack is given by its code once, and not twice."""
    pack = walk.ask(GIVEN_OUT, requisition=requisition, kind="cold")[0]
    page = walk.open("clinic", "/dispensing")
    scan(page, pack, "已接受")
    expect(page.locator("#given")).to_contain_text(pack[-8:])
    scan(page, pack, "此药已发出")
    walk.look(page, "dispensed")


def dispense_controlled(walk: Walk, requisition: str) -> str:
    """Step 6: a controlled pack needs its prescription and two people; return its code."""
    pack = walk.ask(GIVEN_OUT, requisition=requisition, kind="controlled")[0]
    page = walk.open("clinic", "/dispensing")
    scan(page, pack, "拒绝")
    page.locator("#controlled summary").click()
    page.locator("#controlled-code").fill(pack)
    form = page.locator("#controlled")
    form.locator("[name=number]").fill("ZB2026112301")
    form.locator("[name=patient]").fill("李秀英")
    form.locator("[name=prescriber]").fill("赵医生")
    form.locator("[name=username]").fill("clinic3")
    form.locator("[name=password]").fill(PASSWORD)
    walk.look(page, "controlled")
    with page.expect_navigation():
        form.get_by_role("button", name="发药").click()
    expect(page.locator("main")).to_contain_text(pack)
    walk.look(page, "given")
    return pack


def read_its_life(walk: Walk, pack: str) -> None:
    """Step 7: the pack's code tells supplier, receipt, carton, tote, vehicle, stop and clinic."""
    page = walk.open("pharmacist", "/")
    page.locator("#search").fill(pack)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/c/{pack}")
    life = page.locator(".trace")
    met = walk.ask(STORY, pack=pack)
    for word in (*met, "装车", "渔渡", "签收", "发药"):
        expect(life).to_contain_text(word)
    walk.look(page, "life-line")
