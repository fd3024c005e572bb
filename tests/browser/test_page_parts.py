"""Every macro and frame: readable by everybody, inside its window, without breaking the CSP."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from app.web.locale import COOKIE
from tests.browser.gallery import a_site
from tests.chromium import DESKTOP, PHONE, overflow_of, served, violations_of

pytestmark = pytest.mark.browser
PAGES = ("/", "/driver/run", "/sheet", "/wrong")


class Variant(NamedTuple):
    """How somebody looks at a page."""

    language: str
    scheme: Literal["light", "dark"]
    size: ViewportSize

    def __str__(self) -> str:
        return f"{self.language}-{self.scheme}-{self.size['width']}"


VARIANTS = (
    Variant("zh_Hans_CN", "light", DESKTOP),
    Variant("zh_Hans_CN", "dark", DESKTOP),
    Variant("zh_Hans_CN", "light", PHONE),
    Variant("zh_Hans_CN", "dark", PHONE),
    Variant("en", "light", PHONE),
)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(a_site().app) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_violation_and_stays_in_its_window(
    page: Page, address: str, path: str, variant: Variant
) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.context.add_cookies([{"name": COOKIE, "value": variant.language, "url": address}])
    page.emulate_media(color_scheme=variant.scheme)
    page.set_viewport_size(variant.size)

    page.goto(address + path)
    for box in page.locator("[data-map]").all():
        expect(box).to_have_attribute("data-drawn", "yes")

    assert violations_of(page) == []
    assert overflow_of(page) <= 0
    assert complaints == []


def test_on_a_phone_a_row_is_a_card_that_names_its_cells(page: Page, address: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(address)

    cell = page.get_by_role("region", name="请领明细").get_by_role("cell").first

    expect(cell).to_have_attribute("data-label", "本院库存")
    assert page.get_by_role("rowheader").count() >= 5


def test_the_slash_key_goes_to_the_search_box_unless_one_types(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("#f-lot").focus()
    page.keyboard.press("/")
    expect(page.locator("#f-lot")).to_have_value("/")

    page.get_by_role("link", name="打印").focus()
    page.keyboard.press("/")

    expect(page.locator("#search")).to_be_focused()


def test_on_a_phone_the_menu_opens_and_tells_so(page: Page, address: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(address)
    toggle = page.get_by_role("button", name="菜单", exact=True)
    expect(page.locator("#side")).to_be_hidden()

    toggle.click()

    expect(page.locator("#side")).to_be_visible()
    expect(toggle).to_have_attribute("aria-expanded", "true")


def test_stops_on_one_spot_are_drawn_apart_and_names_are_text(page: Page, address: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(address)
    expect(page.locator(".map-mark")).to_have_count(13)

    boxes = [mark.bounding_box() for mark in page.locator(".map-mark").all()]
    middles = [(box["x"], box["y"]) for box in boxes if box]
    nearest = min(
        max(abs(x - other_x), abs(y - other_y))
        for number, (x, y) in enumerate(middles)
        for other_x, other_y in middles[:number]
    )

    assert nearest >= 24
    expect(page.get_by_text("<b>三元镇")).to_have_count(1)
