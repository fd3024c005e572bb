"""The road's part of the day: one press plans it; drivers load, drive, hand over and come back."""

from playwright.sync_api import Page, expect

from tests.browser.county import DAY
from tests.browser.walking import Walk, be_refused, press, scan

PLANNED_WITHIN_MS = 60_000
RUNS = """
SELECT run.reference FROM delivery_run run JOIN delivery_stop stop ON stop.run_id = run.id
JOIN stop_tote carried ON carried.stop_id = stop.id
WHERE run.state = 'planned'
GROUP BY run.reference
HAVING bool_or(carried.requisition_reference = :requisition) ORDER BY count(*), run.reference
"""
DRIVER = """
SELECT person.username FROM delivery_run run JOIN driver ON driver.id = run.driver_id
JOIN user_account person ON person.id = driver.user_id WHERE run.reference = :run
"""
STOPS = """
SELECT stop.sequence FROM delivery_run run JOIN delivery_stop stop ON stop.run_id = run.id
JOIN facility ON facility.id = stop.facility_id
WHERE run.reference = :run AND (facility.code = '610728101-T') = :own ORDER BY stop.sequence
"""
TOTES = """
SELECT carried.tote_code FROM delivery_run run JOIN delivery_stop stop ON stop.run_id = run.id
JOIN stop_tote carried ON carried.stop_id = stop.id
WHERE run.reference = :run AND (stop.sequence = :stop OR :stop = 0)
ORDER BY stop.sequence, carried.tote_code
"""
HELD = """
SELECT DISTINCT tote.code FROM tote JOIN tote_content content ON content.tote_id = tote.id
JOIN lot ON lot.id = content.lot_id WHERE lot.lot_number = :lot AND tote.state = 'sealed'
"""
FOREIGN = """
SELECT carried.tote_code FROM delivery_run run JOIN delivery_stop stop ON stop.run_id = run.id
JOIN stop_tote carried ON carried.stop_id = stop.id
WHERE run.reference <> :run AND run.state = 'planned' ORDER BY carried.id LIMIT 1
"""
IN_VEHICLE = """
SELECT count(*) FROM stock_balance balance JOIN place ON place.id = balance.place_id
JOIN delivery_run run ON run.reference = :run JOIN vehicle ON vehicle.id = run.vehicle_id
WHERE place.kind = 'vehicle' AND place.code = vehicle.code AND balance.on_hand > 0
"""


def plan(walk: Walk, requisition: str, held: str) -> list[str]:
    """Step 4: one press; totes with the frozen lot stay. Return the requisition's runs by size."""
    page = walk.open("dispatcher", f"/delivery/?day={DAY}")
    walk.look(page, "board")
    press(page, "/delivery/plans")
    expect(page.locator("#planning progress")).to_be_visible()
    expect(page.locator("#planning")).to_contain_text("当前最优", timeout=PLANNED_WITHIN_MS)
    walk.glance(page, "planning")
    expect(page.locator("#planning")).to_contain_text("通过校验", timeout=PLANNED_WITHIN_MS)
    expect(page.locator("[data-map]")).to_have_attribute("data-drawn", "yes")
    runs = walk.ask(RUNS, requisition=requisition)
    assert page.locator("path.map-route").count() == page.locator("#runs > li").count() >= len(runs)
    stays = walk.ask(HELD, lot=held)
    assert stays
    for tote in stays:
        row = page.get_by_role("row").filter(has_text=tote)
        expect(row).to_contain_text("冻结")
    walk.look(page, "plan")
    page.goto(f"/delivery/runs/{runs[0]}")
    expect(page.locator("[data-map]")).to_have_attribute("data-drawn", "yes")
    walk.look(page, "run")
    page.goto(f"/delivery/runs/{runs[0]}/sheet")
    walk.look(page, "route-sheet")
    return runs


def load(walk: Walk, run: str) -> Page:
    """Step 5: a driver takes the run's totes aboard, and no others, and leaves."""
    page = walk.open(walk.ask(DRIVER, run=run)[0], "/driver/")
    walk.look(page, "my-runs")
    page.locator(f'a[href$="{run}"]').click()
    for foreign in walk.ask(FOREIGN, run=run):
        scan(page, foreign, "拒绝")
        walk.look(page, "not-of-this-run")
    for tote in walk.ask(TOTES, run=run, stop=0):
        scan(page, tote, "已接受")
    walk.look(page, "loaded")
    with page.expect_navigation():
        _tell(page, "depart")
    expect(page.locator("#run")).to_contain_text("配送途中")
    expect(page.locator("[data-kept]")).to_contain_text(":")
    walk.look(page, "on-the-road")
    return page


def hand_over(walk: Walk, page: Page, run: str) -> None:
    """Step 5: the clinic gets its totes; those of another stop are refused there."""
    stop = walk.ask(STOPS, run=run, own=True)[0]
    own = walk.ask(TOTES, run=run, stop=int(stop))
    page.goto(f"/driver/runs/{run}/stops/{stop}")
    with page.expect_navigation():
        _tell(page, "arrive")
    others = [tote for tote in walk.ask(TOTES, run=run, stop=0) if tote not in own]
    scan(page, others[-1], "送错站")
    walk.look(page, "wrong-stop")
    page.locator("[name=receiver]").fill("赵医生")
    for tote in own:
        scan(page, tote, "已接受")
    expect(page.locator("#stop")).to_contain_text("已送达")
    walk.look(page, "handed-over")


def drive_without_signal(walk: Walk, page: Page, run: str) -> None:
    """Step 5: between the mountains pages are kept and scans wait; one stop is closed."""
    *others, last = walk.ask(STOPS, run=run, own=False)
    page.goto(f"/driver/runs/{run}")
    expect(page.locator("[data-kept]")).to_contain_text(":")
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("#run")).to_contain_text("配送途中")
    waiting = 0
    for stop in others:
        page.goto(f"/driver/runs/{run}/stops/{stop}")
        for tote in walk.ask(TOTES, run=run, stop=int(stop)):
            scan(page, tote, "已暂存")
            waiting += 1
    expect(page.locator("[data-count=waiting]")).to_have_text(str(waiting))
    walk.look(page, "without-signal")
    page.context.set_offline(False)
    expect(page.locator("[data-count=waiting]")).to_have_text("0")
    page.goto(f"/driver/runs/{run}/stops/{last}")
    page.locator("details:has([data-fields*=closed]) summary").click()
    _tell(page, "closed")
    expect(page.locator("#stop")).to_contain_text("带回")
    walk.look(page, "nobody-there")


def come_back(walk: Walk, page: Page, run: str) -> list[str]:
    """Step 5: what nobody took comes back to the depot, and the vehicle is empty."""
    page.goto(f"/driver/runs/{run}")
    walk.look(page, "coming-back")
    last = walk.ask(STOPS, run=run, own=False)[-1]
    back = walk.ask(TOTES, run=run, stop=int(last))
    page.context.set_offline(True)
    scan(page, back[0], "已暂存")
    be_refused(page, "/close", "还有扫码未上传")
    page.context.set_offline(False)
    expect(page.locator("[data-count=waiting]")).to_have_text("0")
    for tote in back[1:]:
        scan(page, tote, "已接受")
    for _scan in page.locator("[data-refused-rows] li").all():
        page.locator("[data-refused-rows] button").first.click()
    expect(page.locator("[data-refused]")).to_be_hidden()
    press(page, "/close")
    walk.look(page, "closed-run")
    assert walk.ask(IN_VEHICLE, run=run) == ["0"]
    board = walk.open("dispatcher", f"/delivery/?day={DAY}")
    for tote in back:
        expect(board.locator("main")).to_contain_text(tote)
    walk.look(board, "day-driven")
    return back


def _tell(page: Page, kind: str) -> None:
    page.locator(f"form[data-driver-event][data-fields*={kind}] button").click()
