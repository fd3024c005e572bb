"""What somebody does on any page of the walk: look, type, press, scan."""

from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from tests.browser.county import PASSWORD, County, sign_in, visit
from tests.chromium import DESKTOP, PHONE, ROOT, overflow_of, violations_of

PICTURES = ROOT / "screenshots"


@dataclass
class Walk:
    """One day in the county, with a browser for everybody who takes part."""

    browser: Browser
    county: County
    pages: dict[str, Page] = field(default_factory=dict)
    pictures: int = 0

    def page_of(self, username: str) -> Page:
        """Return the page of somebody, signed in."""
        if username not in self.pages:
            size = PHONE if username == "driver" else DESKTOP
            self.pages[username] = sign_in(visit(self.browser, self.county, size=size), username)
        return self.pages[username]

    def open(self, username: str, address: str) -> Page:
        """Let somebody open an address."""
        page = self.page_of(username)
        page.goto(address)
        return page

    def ask(self, sql: str, **values: object) -> list[str]:
        """Read what a scanner would read from a pack, or a person from a paper."""
        with self.county.session() as session:
            return [str(value) for value in session.execute(text(sql), values).scalars()]

    def leave(self) -> None:
        """Close everybody's browser."""
        for page in self.pages.values():
            page.context.close()

    def look(self, page: Page, name: str) -> None:
        """Keep a picture of a screen at both widths; it must be sound at both."""
        self.pictures += 1
        before = page.viewport_size or DESKTOP
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)
            path = PICTURES / f"{self.pictures:02d}-{name}-{size['width']}.png"
            page.screenshot(path=path, full_page=size == PHONE)
            assert overflow_of(page) <= 0, f"{name} at {size['width']}"
        page.set_viewport_size(before)
        assert violations_of(page) == [], name


def press(page: Page, action: str) -> None:
    """Send the form whose address ends so, and wait for the page that follows."""
    button = page.locator(f'form[method=post][action$="{action}"] button[type=submit]').first
    with page.expect_navigation():
        button.click()


def scan(page: Page, code: str, word: str) -> None:
    """Type a code into the scan field; the band must say the word."""
    page.locator("[data-scan-typed]").fill(code)
    page.locator("[data-scan-enter]").click()
    expect(page.locator("[data-scan-word]")).to_contain_text(word)


def cosign(page: Page, username: str = "quality") -> None:
    """Let a second person sign with their own password."""
    page.locator("[name=username]").first.fill(username)
    page.locator("[name=password]").first.fill(PASSWORD)
