"""County availability, a sheet with a bad row, and a controlled medicine, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy.orm import Session, sessionmaker

from app.catalogue.models import SpecialClass
from app.fulfilment import service as fulfilment
from app.fulfilment.rules import Source
from app.fulfilment.service import NewRequisition
from app.web.guard import SESSION_COOKIE
from tests.chromium import DESKTOP, PHONE, overflow_of, served, violations_of
from tests.clients import client_of
from tests.factories.cast import PASSWORD, Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.receiving import pack_code
from tests.factories.sheets import HEADINGS, a_workbook
from tests.factories.stock import NOW, a_lot, an_item, stocked

pytestmark = pytest.mark.browser
REQUISITION = next(headings for kind, headings in HEADINGS.items() if kind == "requisition")


@pytest.fixture
def address(racing_app: Flask) -> Iterator[str]:
    with time_machine.travel(NOW, tick=True), served(racing_app) as address:
        yield address


@pytest.fixture
def clinic(browser: Browser, racing_app: Flask, racing_cast: Cast, address: str) -> BrowserContext:
    del racing_cast
    cookie = client_of(racing_app, "clinic").get_cookie(SESSION_COOKIE)
    assert cookie is not None
    context = browser.new_context(viewport=DESKTOP)
    context.add_cookies([{"name": SESSION_COOKIE, "value": cookie.value, "url": address}])
    return context


def is_sound(page: Page) -> None:
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        assert violations_of(page) == []
        assert overflow_of(page) <= 0
    page.set_viewport_size(DESKTOP)


def test_pinyin_initials_lead_to_who_has_it(
    clinic: BrowserContext, rivals: sessionmaker[Session], racing_cast: Cast, address: str
) -> None:
    with rivals.begin() as session:
        item = an_item(session, "阿莫西林胶囊")
        other = an_item(session, "阿莫西林颗粒")
        for who, quantity in (("storekeeper", 480), ("clinic2", 48)):
            stocked(session, racing_cast.actor(who), a_lot(session, item), quantity)
    page = clinic.new_page()

    page.goto(f"{address}/availability")
    page.get_by_label("药品名称、拼音首字母").fill("amxl")
    page.get_by_label("药品名称、拼音首字母").press("Enter")
    expect(page.get_by_role("link", name=other.name)).to_be_visible()
    is_sound(page)
    page.get_by_role("link", name=item.name).click()

    expect(page.locator("[data-map]")).to_have_attribute("data-drawn", "yes")
    rows = page.get_by_role("row").filter(has_text="中心药房")
    expect(rows).to_contain_text("480 粒")
    is_sound(page)


def test_a_sheet_with_a_bad_row_changes_nothing_and_a_good_one_does(
    clinic: BrowserContext,
    rivals: sessionmaker[Session],
    racing_cast: Cast,
    address: str,
    tmp_path: Path,
) -> None:
    with rivals.begin() as session:
        gauze, swabs = an_item(session, "纱布"), an_item(session, "棉签")
        new = NewRequisition(facility_id=racing_cast.yudu.id, source=Source.EMPTY)
        draft = fulfilment.create(session, racing_cast.actor("clinic"), new, now=NOW).reference
    bad, good = tmp_path / "bad.xlsx", tmp_path / "good.xlsx"
    bad.write_bytes(a_workbook(REQUISITION, [gauze.code, "", "三盒"], [swabs.code, "", 2]))
    good.write_bytes(a_workbook(REQUISITION, [gauze.code, "", 3], [swabs.code, "", 2]))
    page = clinic.new_page()

    page.goto(f"{address}/requisitions/{draft}")
    page.get_by_role("link", name="Excel 导入明细").click()
    page.locator("input[type=file]").set_input_files(bad)
    page.get_by_role("button", name="上传并校验").click()
    expect(page.locator("#faults tbody tr")).to_have_count(1)
    expect(page.locator("#faults tbody tr")).to_contain_text("三盒")
    is_sound(page)

    page.goto(f"{address}/imports?kind=requisition&target={draft}")
    page.locator("input[type=file]").set_input_files(good)
    page.get_by_role("button", name="上传并校验").click()
    is_sound(page)
    page.get_by_role("button", name="确认导入 2 行").click()
    page.get_by_role("link", name="查看结果").click()

    expect(
        page.get_by_role("row").filter(has_text="纱布").locator("input[type=number]")
    ).to_have_value("3")


def test_a_controlled_medicine_is_given_by_two(
    clinic: BrowserContext, rivals: sessionmaker[Session], racing_cast: Cast, address: str
) -> None:
    with rivals.begin() as session:
        item = an_item(session, "盐酸吗啡片", coded=True, special=SpecialClass.NARCOTIC)
        packs_on_shelf(session, racing_cast.actor("clinic"), item, packs=2)
    page = clinic.new_page()

    page.goto(f"{address}/dispensing")
    page.locator("[data-scan-typed]").fill(pack_code(1))
    page.locator("[data-scan-enter]").click()
    expect(page.locator("[data-scan-band]")).to_contain_text("麻精毒药品")

    page.get_by_text("凭专用处方发放麻精毒药品").click()
    form = page.locator("#controlled form")
    for label, value in (
        ("追溯码", pack_code(1)),
        ("处方编号", "MZ20261123001"),
        ("患者", "王某某"),
        ("处方医师", "赵医生"),
        ("复核人用户名", "clinic3"),
        ("复核人密码", PASSWORD),
    ):
        form.get_by_label(label).fill(value)
    form.get_by_role("button", name="双人签字发药").click()
    expect(page.get_by_text("王某某")).to_be_visible()
    is_sound(page)

    page.goto(f"{address}/controlled/{item.id}")
    expect(page.get_by_text("账册平衡")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="MZ20261123001")
    expect(row).to_contain_text("clinic3 某")
    expect(row).to_contain_text("24")
    is_sound(page)
