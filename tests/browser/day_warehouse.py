"""The warehouse's part of the day: picked by bin, counted again, sealed, with its papers."""

from playwright.sync_api import Page, expect

from app.traceability.models import Disposition, UnitLevel
from tests.browser.walking import Walk, be_refused, press, scan
from tests.papers import words_of

TASK = """
SELECT task.reference FROM pick_task task JOIN requisition ON requisition.id = task.requisition_id
WHERE requisition.reference = :requisition
"""
LINES = """
SELECT line.position FROM pick_line line JOIN pick_task task ON task.id = line.task_id
JOIN item ON item.id = line.item_id
WHERE task.reference = :task AND item.is_coded = :coded ORDER BY line.position
"""
LOTS = """
SELECT DISTINCT line.lot_number FROM pick_line line JOIN pick_task task ON task.id = line.task_id
WHERE task.reference = :task
"""
LOT_OF_LINE = """
SELECT line.lot_number FROM pick_line line JOIN pick_task task ON task.id = line.task_id
WHERE task.reference = :task AND line.position = :position
"""
OUTERMOST = f"""
WITH wanted AS (
  SELECT line.lot_id, line.place_id, line.quantity FROM pick_line line
  JOIN pick_task task ON task.id = line.task_id
  WHERE task.reference = :task AND line.position = :position),
boxes AS (
  SELECT carton.id, carton.code, sum(pack.capacity - pack.consumed) AS inside
  FROM wanted JOIN unit carton USING (lot_id, place_id) JOIN unit pack ON pack.parent_id = carton.id
  WHERE carton.level = {UnitLevel.CARTON.number} AND NOT carton.is_open GROUP BY carton.id),
whole AS (
  SELECT code, sum(inside) OVER (ORDER BY inside, id) AS so_far FROM boxes)
"""
"""Cartons nobody opened that lie in the bin of a line, the smallest first."""
WHOLE_CARTONS = f"{OUTERMOST} SELECT code FROM whole, wanted WHERE so_far <= quantity"
LOOSE_PACKS = f"""{OUTERMOST},
rest AS (
  SELECT quantity - coalesce(max(so_far) FILTER (WHERE so_far <= quantity), 0) AS units
  FROM wanted LEFT JOIN whole ON true GROUP BY quantity),
loose AS (
  SELECT pack.code,
    sum(pack.capacity - pack.consumed) OVER (ORDER BY carton.is_open DESC, carton.id, pack.id)
      AS so_far
  FROM wanted JOIN unit carton USING (lot_id, place_id) JOIN unit pack ON pack.parent_id = carton.id
  WHERE carton.code NOT IN (SELECT code FROM whole, wanted WHERE so_far <= quantity))
SELECT loose.code FROM loose, rest WHERE loose.so_far <= rest.units
"""
"""Packs of an open carton, or of the next one, which is opened as it does not fit whole."""
ELSEWHERE = f"""
SELECT code FROM unit WHERE level = {UnitLevel.PACK.number}
  AND disposition = {Disposition.IN_STOCK.number} AND place_id IS NULL
  AND item_id NOT IN (SELECT line.item_id FROM pick_line line
    JOIN pick_task task ON task.id = line.task_id WHERE task.reference = :task)
ORDER BY id LIMIT 1
"""
TOTES = """
SELECT tote.code FROM tote JOIN requisition ON requisition.id = tote.requisition_id
WHERE requisition.reference = :requisition AND (:kind = '' OR tote.compartment = :kind)
ORDER BY tote.id
"""
IN_TOTE = """
SELECT sum(content.quantity) FROM tote_content content JOIN tote ON tote.id = content.tote_id
JOIN item ON item.id = content.item_id JOIN lot ON lot.id = content.lot_id
WHERE tote.code = :tote AND item.code = :item AND lot.lot_number = :lot
"""


def pick(walk: Walk, requisition: str) -> None:
    """Step 3: goods leave their bins, coded ones by scan, the rest by lot and quantity."""
    page = walk.open("storekeeper", "/picking")
    walk.look(page, "pick-lists")
    task = walk.ask(TASK, requisition=requisition)[0]
    page.get_by_role("link", name=task).click()
    walk.look(page, "pick-list")
    scan(page, walk.ask(ELSEWHERE, task=task)[0], "拒绝")
    for position in walk.ask(LINES, task=task, coded=True):
        line = {"task": task, "position": int(position)}
        codes = walk.ask(WHOLE_CARTONS, **line) + walk.ask(LOOSE_PACKS, **line)
        for code in codes:
            scan(page, code, "已接受")
        scan(page, codes[-1], "已做过")
    for position in walk.ask(LINES, task=task, coded=False):
        lot = walk.ask(LOT_OF_LINE, task=task, position=int(position))[0]
        _pick_by_lot(page, f"/picking/{task}/lines/{position}", lot)
    walk.look(page, "picked")
    press(page, "/finish")
    walk.look(page, "totes-to-check")


def _pick_by_lot(page: Page, action: str, lot: str) -> None:
    form = page.locator(f'form[action="{action}"]')
    form.locator("[name=lot]").fill("000000")
    be_refused(page, action, lot)
    form.locator("[name=lot]").fill(lot)
    press(page, action)


def seal(walk: Walk, requisition: str) -> list[str]:
    """Step 3: a second count, blind; controlled goods by another person; then the seal."""
    totes = walk.ask(TOTES, requisition=requisition, kind="")
    controlled = walk.ask(TOTES, requisition=requisition, kind="controlled")[0]
    keeper = walk.open("storekeeper", f"/totes/{controlled}")
    _count(walk, keeper, controlled)
    be_refused(keeper, "/check", "复核")
    for code in totes:
        page = walk.open("pharmacist" if code == controlled else "storekeeper", f"/totes/{code}")
        if code == totes[0]:
            page.locator("[name=counted]").first.fill("1")
            be_refused(page, "/check", "不符")
        _count(walk, page, code)
        walk.look(page, "check")
        press(page, "/check")
        press(page, "/seal")
    walk.look(page, "sealed")
    page.goto(f"/totes/{controlled}/label")
    expect(page.locator(".label")).to_contain_text(controlled)
    walk.look(page, "tote-label")
    return totes


def _count(walk: Walk, page: Page, tote: str) -> None:
    for row in page.locator("#check tbody tr").all():
        item = row.locator("[name=item]").input_value()
        lot = row.locator("[name=lot]").input_value()
        counted = walk.ask(IN_TOTE, tote=tote, item=item, lot=lot)[0]
        row.locator("[name=counted]").fill(counted)


def print_papers(walk: Walk, requisition: str) -> None:
    """Step 3: the delivery note lists every lot, on the page and as PDF."""
    lots = walk.ask(LOTS, task=walk.ask(TASK, requisition=requisition)[0])
    page = walk.open("pharmacist", f"/requisitions/{requisition}/delivery-note")
    walk.look(page, "delivery-note")
    said = page.inner_text("main")
    paper = _text_of(page, f"/requisitions/{requisition}/delivery-note.pdf")
    for word in ("随货同行单", requisition, "渔渡镇卫生院", *lots):
        assert word in said
        assert word in paper
    totes = walk.ask(TOTES, requisition=requisition, kind="")
    assert totes[0] in _text_of(page, f"/totes/{totes[0]}/label.pdf")


def _text_of(page: Page, address: str) -> str:
    answer = page.request.get(address)
    assert answer.headers["content-type"] == "application/pdf"
    return words_of(answer.body())
