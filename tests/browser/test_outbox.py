"""The driver's queue: kept before shown, sent once, cleared by nothing but its own answer."""

import random
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.gallery import REFUSED, Site, a_site
from tests.chromium import PHONE, served

pytestmark = pytest.mark.browser
SCANS = 40
LOSSES = 30


@pytest.fixture
def site() -> Site:
    return a_site()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    with served(site.app) as address:
        context = browser.new_context(viewport=PHONE)
        page = context.new_page()
        page.goto(f"{address}/driver/run")
        expect(page.locator("[data-kept]")).to_contain_text("已下载")
        yield page
        context.close()


def scan(page: Page, code: str) -> None:
    page.locator("[data-scan-target]").focus()
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def expect_counts(page: Page, *, waiting: int, sent: int, rejected: int = 0) -> None:
    for name, count in (("waiting", waiting), ("sent", sent), ("rejected", rejected)):
        expect(page.locator(f"[data-count={name}]")).to_have_text(str(count), timeout=20_000)


def test_no_scan_is_lost_or_doubled_on_a_bad_line(page: Page, site: Site) -> None:
    line = random.Random(7)
    site.losing = line.choices(("before", "after", "ok"), (2, 2, 3), k=LOSSES)

    for number in range(SCANS):
        scan(page, f"T{number:03}")
    while site.losing:
        page.evaluate("window.dispatchEvent(new Event('online'))")
        page.wait_for_timeout(50)
    page.evaluate("window.dispatchEvent(new Event('online'))")

    expect_counts(page, waiting=0, sent=SCANS)
    assert [event["code"] for event in site.events] == [f"T{number:03}" for number in range(SCANS)]
    assert [event["device_seq"] for event in site.events] == list(range(1, SCANS + 1))
    assert site.doubled() == []
    assert {event["stop"] for event in site.events} == {2}


def test_a_scan_without_signal_is_kept_over_a_reload_and_sent_later(page: Page, site: Site) -> None:
    page.context.set_offline(True)
    scan(page, "T1")
    expect(page.locator("[data-scan-band].is-kept")).to_be_visible()

    page.reload()
    expect(page.get_by_role("heading", name="今日车次")).to_be_visible()
    expect_counts(page, waiting=1, sent=0)
    page.context.set_offline(False)

    expect_counts(page, waiting=0, sent=1)
    assert [event["code"] for event in site.events] == ["T1"]


def test_a_refused_scan_stays_until_a_person_settles_it(page: Page, site: Site) -> None:
    scan(page, REFUSED)
    expect(page.locator("[data-scan-band].is-rejected")).to_be_visible()
    expect_counts(page, waiting=0, sent=0, rejected=1)

    page.get_by_role("button", name="已处理").click()

    expect_counts(page, waiting=0, sent=0, rejected=0)
    assert site.events == []


def test_nobody_signs_out_over_scans_that_wait(page: Page, site: Site) -> None:
    page.context.set_offline(True)
    scan(page, "T1")
    expect(page.locator("[data-scan-band].is-kept")).to_be_visible()

    page.locator("details.menu summary").click()
    page.get_by_role("button", name="退出登录").click()

    expect(page.get_by_role("alert")).to_have_text("还有未上传的扫描")
    assert page.url.endswith("/driver/run")
    assert site.events == []
