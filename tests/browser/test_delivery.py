"""The board and the driver's phone in a real browser: one run from the button to the next stop."""

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy.orm import Session, sessionmaker

from app.delivery.queries import RunView
from app.web.guard import SESSION_COOKIE
from tests.chromium import DESKTOP, PHONE, overflow_of, served, violations_of
from tests.clients import client_of
from tests.factories.cast import Cast
from tests.factories.fleet import TOMORROW, a_driver_of, a_van, another_driver, two_stops
from tests.factories.stock import NOW

pytestmark = pytest.mark.browser


@pytest.fixture
def run(rivals: sessionmaker[Session], racing_cast: Cast) -> RunView:
    with rivals.begin() as session:
        made, _, _ = two_stops(session, racing_cast)
    return made


@pytest.fixture
def address(racing_app: Flask, run: RunView) -> Iterator[str]:
    with time_machine.travel(NOW, tick=True), served(racing_app) as address:
        yield address


def signed_in(browser: Browser, app: Flask, username: str, address: str) -> BrowserContext:
    cookie = client_of(app, username).get_cookie(SESSION_COOKIE)
    assert cookie is not None
    size = PHONE if username == "driver" else DESKTOP
    context = browser.new_context(viewport=size)
    context.add_cookies([{"name": SESSION_COOKIE, "value": cookie.value, "url": address}])
    return context


def is_sound(page: Page) -> None:
    assert violations_of(page) == []
    assert overflow_of(page) <= 0


def scan(page: Page, code: str) -> None:
    page.locator("[data-scan-typed]").fill(code)
    page.locator("[data-scan-enter]").click()


def test_the_dispatcher_reads_the_day_on_map_and_list(
    browser: Browser, racing_app: Flask, address: str, run: RunView
) -> None:
    with signed_in(browser, racing_app, "dispatcher", address) as context:
        page = context.new_page()
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)
            page.goto(f"{address}/delivery/?day={TOMORROW}")
            expect(page.locator("[data-map]")).to_have_attribute("data-drawn", "yes")
            expect(page.locator("#runs > li")).to_have_count(1)
            is_sound(page)
            page.goto(f"{address}/delivery/runs/{run.reference}")
            expect(page.locator("[data-map]")).to_have_attribute("data-drawn", "yes")
            is_sound(page)


@pytest.fixture
def two_vans(rivals: sessionmaker[Session], racing_cast: Cast, run: RunView) -> RunView:
    with rivals.begin() as session:
        van = a_van(session, racing_cast, "V02", cold=False)
        a_driver_of(session, racing_cast, another_driver(session, racing_cast), van)
    return run


@pytest.mark.usefixtures("two_vans")
def test_the_dispatcher_moves_stops_by_drag_by_key_and_by_menu(
    browser: Browser, racing_app: Flask, address: str
) -> None:
    with signed_in(browser, racing_app, "dispatcher", address) as context:
        page = context.new_page()
        page.goto(f"{address}/delivery/desk/?day={TOMORROW}")
        first, second = (page.locator(f"[data-row='{code}']") for code in ("V01", "V02"))
        verdict = page.locator("#verdict")
        stays = first.locator("[data-chip]").nth(1)
        is_sound(page)

        first.locator("[data-chip]").first.drag_to(second)
        expect(second.locator("[data-chip]")).to_have_count(1)
        expect(verdict).to_contain_text("改动通过校验")
        expect(verdict.locator(".delta").first).to_contain_text("+¥")
        expect(second.locator("[data-chip]")).to_be_focused()
        second.locator("[data-chip]").press("Alt+ArrowUp")
        expect(first.locator("[data-chip]")).to_have_count(2)
        page.set_viewport_size(PHONE)
        is_sound(page)
        stays.click()
        page.locator("#desk-to").select_option("V02")
        page.locator("#desk-check").click()
        expect(second.locator("[data-chip]")).to_have_count(1)
        is_sound(page)

        page.locator("#keep-reason").fill("盐场卫生院上午停电")
        page.get_by_role("button", name="保存为草稿").click()
        expect(page.locator("#versions")).to_contain_text("盐场卫生院上午停电")
        page.set_viewport_size(DESKTOP)
        page.get_by_role("button", name="发布第 2 版").click()
        expect(page.locator("#runs > li")).to_have_count(2)
        is_sound(page)


def test_the_driver_loads_leaves_and_hands_over_with_and_without_signal(
    browser: Browser, racing_app: Flask, address: str, run: RunView
) -> None:
    with signed_in(browser, racing_app, "driver", address) as context:
        page = context.new_page()
        page.goto(f"{address}/driver/")
        is_sound(page)
        page.get_by_role("link", name="打开车次").click()
        word = page.locator("[data-scan-word]")
        first, second = (stop.totes[0].code for stop in run.stops)

        page.get_by_role("button", name="装车完成，发车").click()
        expect(word).to_contain_text("拒绝")
        scan(page, first)
        expect(word).to_have_text("已接受")
        context.set_offline(True)
        scan(page, second)
        expect(word).to_have_text("已暂存，稍后上传")
        expect(page.locator("[data-count='waiting']")).to_have_text("1")
        context.set_offline(False)
        expect(page.locator("[data-count='waiting']")).to_have_text("0")
        scan(page, second)
        expect(word).to_have_text("已做过")
        expect(page.locator("#run")).to_contain_text("2/2")
        is_sound(page)

        page.get_by_role("button", name="装车完成，发车").click()
        expect(page.locator("#run")).to_contain_text("配送途中")
        is_sound(page)
        page.get_by_role("link", name="打开站点").first.click()
        page.get_by_role("button", name="已到达").click()
        expect(page.get_by_role("button", name="已到达")).to_have_count(0)
        page.locator("[name='receiver']").fill("李医生")
        scan(page, second)
        expect(word).to_contain_text("送错站")
        is_sound(page)
        scan(page, first)
        expect(page.locator("#stop")).to_contain_text("已送达")
        is_sound(page)
        page.get_by_role("link", name="返回车次").click()
        expect(page.locator(".stop.is-next")).to_contain_text(run.stops[1].facility_name)
