"""The shared machines' part of the day: booked, moved, done, charged; and one ruled out."""

import re

from playwright.sync_api import Page, expect

from tests.browser.walking import Walk, be_refused, press

EXAM = "SELECT id FROM exam_item WHERE modality = :modality AND with_contrast = :contrast"
PLAIN_CT, CONTRAST_MR = (
    {"modality": "CT", "contrast": False},
    {"modality": "MR", "contrast": True},
)
HOSPITAL = "县医院 CT 一号机"


def book(walk: Walk) -> str:
    """Step 8: the clinic books a CT for a new patient, and moves it; return the reference."""
    page = walk.open("clinic", "/bookings/new?modality=CT")
    walk.look(page, "exams")
    exam = walk.ask(f"{EXAM} ORDER BY code LIMIT 1", **PLAIN_CT)[0]
    page.goto(f"/bookings/new?exam_item_id={exam}")
    row = page.get_by_role("row").filter(has_text=HOSPITAL).first
    expect(row).to_contain_text(re.compile(r"¥\d+\.\d\d"))
    expect(row).to_contain_text("公里")
    expect(page.locator("main")).to_contain_text("检查准备")
    walk.look(page, "free-times")
    row.get_by_role("link", name="选择").click()
    page.locator("[name=name]").fill("李秀英")
    page.locator("[name=sex]").select_option("female")
    page.locator("[name=birth_date]").fill("1962-04-18")
    page.locator("[name=phone]").fill("13900000001")
    walk.look(page, "patient")
    press(page, "/patient")
    page.locator("[name=indication]").fill("头晕三天")
    walk.look(page, "confirm")
    press(page, "/bookings")
    reference = page.url.rsplit("/", 1)[-1]
    walk.look(page, "booked")
    _move(walk, page, reference)
    page.goto(f"/bookings/{reference}/slip")
    expect(page.locator("main")).to_contain_text("李秀英")
    walk.look(page, "slip")
    return reference


def _move(walk: Walk, page: Page, reference: str) -> None:
    page.goto(f"/bookings/{reference}/move")
    walk.look(page, "move")
    row = page.get_by_role("row").filter(has_text=HOSPITAL).nth(1)
    time = row.get_by_role("rowheader").inner_text().split()[-1]
    with page.expect_navigation():
        row.get_by_role("button").click()
    expect(page.locator("main")).to_contain_text(time)


def rule_out(walk: Walk) -> None:
    """Step 8: a pacemaker blocks an MR; with other answers it is booked, then given back."""
    exam = walk.ask(f"{EXAM} ORDER BY code LIMIT 1", **CONTRAST_MR)[0]
    page = walk.open("clinic", f"/bookings/new?exam_item_id={exam}")
    page.get_by_role("link", name="选择").first.click()
    page.locator("main [name=q]").fill("李秀英")
    page.get_by_role("button", name="查找").click()
    page.locator(".choose-list a").first.click()
    for no in page.locator("form[action$='/bookings'] [type=radio][value=no]").all():
        no.check()
    page.locator("[name='mr.weight_kg']").fill("58")
    page.locator("[name='contrast.egfr']").fill("92")
    page.locator("[name='contrast.egfr_on']").fill("2026-11-16")
    page.locator("[name='mr.pacemaker'][value=yes]").check()
    be_refused(page, "/bookings", "起搏器")
    walk.look(page, "ruled-out")
    page.locator("[name='mr.pacemaker'][value=no]").check()
    press(page, "/bookings")
    page.locator("[name=reason]").fill("患者改到外院检查")
    press(page, "/cancel")
    expect(page.locator("main")).to_contain_text("已取消")
    walk.look(page, "cancelled")


def perform(walk: Walk, reference: str) -> None:
    """Step 8: arrived, started, done; the charge comes with the last step and not before."""
    page = walk.open("imaging", "/imaging")
    walk.look(page, "desk")
    row = page.locator(f"#{reference}")
    statement = walk.open("clinic", "/statements")
    for step, state in (("arrive", "已到达"), ("start", "检查中"), ("complete", "已完成")):
        expect(statement.locator("main")).not_to_contain_text(reference)
        page.locator(f'form[action$="/imaging/{reference}/{step}"] button').click()
        expect(row).to_contain_text(state)
        statement.reload()
    walk.look(page, "done")
    expect(statement.locator("main")).to_contain_text(reference)
    walk.look(statement, "statement")
