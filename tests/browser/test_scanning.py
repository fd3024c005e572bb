"""Scanning on office pages: wedge scanners, input methods, lost answers, one write per scan."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.gallery import ALREADY, REFUSED, Site, a_site
from tests.chromium import served

pytestmark = pytest.mark.browser
COMPOSED = """
([target, codes]) => codes.forEach(code => target.dispatchEvent(new KeyboardEvent("keydown",
  { key: "Process", code, keyCode: 229, bubbles: true, cancelable: true })))
"""


@pytest.fixture
def site() -> Site:
    return a_site()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    with served(site.app) as address:
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        expect(page.locator("[data-scan-target]")).to_be_focused()
        yield page
        context.close()


def band(page: Page) -> str:
    return page.locator("[data-scan-band]").get_attribute("class") or ""


def scan(page: Page, code: str) -> None:
    page.locator("[data-scan-target]").focus()
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def test_a_scanned_code_is_written_with_its_separator_and_nothing_is_submitted(
    page: Page, site: Site
) -> None:
    page.keyboard.type("0106901234567892")
    page.keyboard.press("Control+]")
    page.keyboard.type("10AB12")
    page.keyboard.press("Enter")

    expect(page.locator("[data-scan-band].is-accepted")).to_be_visible()
    assert site.scans == [{"receipt": 3, "code": "0106901234567892\x1d10AB12"}]
    expect(page.locator("[data-scan-word]")).to_have_text("已接受 · 阿莫西林胶囊")
    assert page.url.endswith("/")


def test_a_chinese_input_method_does_not_swallow_a_scan(page: Page, site: Site) -> None:
    target = page.locator("[data-scan-target]").element_handle()

    page.evaluate(COMPOSED, [target, ["Digit8", "Numpad1", "KeyA", "Enter"]])

    expect(page.locator("[data-scan-band].is-accepted")).to_be_visible()
    assert [body["code"] for body in site.scans] == ["81a"]


def test_a_typed_code_is_confirmed_by_enter_without_submitting(page: Page, site: Site) -> None:
    page.get_by_label("或手工输入编码").fill("  86900000000000000001 ")
    page.keyboard.press("Enter")

    expect(page.locator("[data-scan-band].is-accepted")).to_be_visible()
    assert site.scans[0]["code"] == "86900000000000000001"
    expect(page.get_by_label("或手工输入编码")).to_be_focused()


@pytest.mark.parametrize(
    ("code", "outcome"), [("86900", "accepted"), (ALREADY, "duplicate"), (REFUSED, "rejected")]
)
def test_the_band_tells_the_outcomes_apart(page: Page, code: str, outcome: str) -> None:
    scan(page, code)

    expect(page.locator(f"[data-scan-band].is-{outcome}")).to_be_visible()
    expect(page.locator(f"[data-outcome={outcome}]")).to_be_visible()


def test_a_lost_answer_is_asked_for_again_under_the_same_key(page: Page, site: Site) -> None:
    scan(page, "86900")
    expect(page.locator("[data-scan-band].is-accepted")).to_be_visible()
    cut = {"count": 0}

    def cut_once(route: object) -> None:
        cut["count"] += 1
        if cut["count"] == 1:
            route.fetch()  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    page.route("**/api/v1/scans", cut_once)
    scan(page, "86901")

    expect(page.locator("[data-scan-code]")).to_contain_text("86901")
    assert cut["count"] == 2
    assert [body["code"] for body in site.scans] == ["86900", "86901"]


def test_without_a_connection_the_scan_is_refused_in_words(page: Page, site: Site) -> None:
    page.context.set_offline(True)

    scan(page, "86900")

    expect(page.locator("[data-scan-band].is-rejected")).to_be_visible()
    expect(page.locator("[data-scan-word]")).to_contain_text("网络不通")
    assert site.scans == []
