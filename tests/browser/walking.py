"""What somebody does on any page of the walk: look, type, press, scan."""

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Response,
    expect,
)
from sqlalchemy import text

from tests.browser.county import PASSWORD, PATIENCE_MS, County, sign_in, visit
from tests.chromium import DESKTOP, PHONE, ROOT, overflow_of, violations_of

NUMBER = re.compile(r"/(?:[A-Z]{2}-[\d-]+|\d+)(?=/|$)")
PICTURES = ROOT / "screenshots"
MOST_PICTURES, NO_PICTURE = 3, "Unable to capture screenshot"
expect.set_options(timeout=PATIENCE_MS)
OF_ANSWERS = ("Failed to load resource", "Response Status Error Code")
"""How the console tells of refusals, which are kept apart, and of a lost connection."""


@dataclass
class Walk:
    """One day in the county, with a browser for everybody who takes part."""

    browser: Browser
    county: County
    pages: dict[str, Page] = field(default_factory=dict)
    pictures: int = 0
    complaints: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def page_of(self, username: str) -> Page:
        """Return the page of somebody, signed in."""
        if username not in self.pages:
            size = PHONE if username.startswith("driver") else DESKTOP
            context = visit(self.browser, self.county, size=size)
            self._listen(context)
            self.pages[username] = sign_in(context, username)
        return self.pages[username]

    def _listen(self, context: BrowserContext) -> None:
        """Keep every error of scripts and pages, and apart from them what was refused."""
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("response", self._note)
        context.on("console", self._hear)

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error" and not said.text.startswith(OF_ANSWERS):
            self.complaints.append(said.text)

    def _note(self, answer: Response) -> None:
        path = answer.url.removeprefix(self.county.address)
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.complaints.append(f"{answer.status} {path}")
        elif answer.status >= HTTPStatus.BAD_REQUEST:
            self.refusals.append(NUMBER.sub("/*", path))

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
        """Keep a picture of a screen at both widths; it must be sound."""
        self.glance(page, name)
        violations = violations_of(page)
        assert violations == [], f"{name}: {violations}"

    def glance(self, page: Page, name: str) -> None:
        """Keep a picture of a screen that is about to change; it must fit its window."""
        self.pictures += 1
        before = page.viewport_size or DESKTOP
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)
            path = PICTURES / f"{self.pictures:02d}-{name}-{size['width']}.jpg"
            _take(page, path, whole=size == PHONE)
            assert overflow_of(page) <= 0, f"{name} at {size['width']}"
        page.set_viewport_size(before)


def _take(page: Page, path: Path, *, whole: bool) -> None:
    """Take a picture; a busy browser now and then has none of a page it is drawing anew."""
    for left in reversed(range(MOST_PICTURES)):
        try:
            page.screenshot(path=path, full_page=whole)
        except Error as error:
            if NO_PICTURE not in error.message or not left:
                raise
        else:
            return


def press(page: Page, action: str) -> None:
    """Send the form whose address ends so, and wait for the page that follows."""
    with page.expect_navigation():
        _button(page, action).click()


def _button(page: Page, action: str) -> Locator:
    """Return what sends the first form whose address, without its query, ends so."""
    ends = (f'form[method=post][action{end}"]' for end in (f'$="{action}', f'*="{action}?'))
    return page.locator(", ".join(f"{form} button[type=submit]" for form in ends)).first


def scan(page: Page, code: str, word: str) -> None:
    """Type a code into the scan field; the band must show the code, and say the word."""
    page.locator("[data-scan-typed]").fill(code)
    page.locator("[data-scan-enter]").click()
    expect(page.locator("[data-scan-code]")).to_have_text(code)
    expect(page.locator("[data-scan-word]")).to_contain_text(word)


def be_refused(page: Page, action: str, *words: str) -> None:
    """Send the form whose address ends so; the page says why not, and stays."""
    _button(page, action).click()
    for word in words:
        expect(page.locator("#problems")).to_contain_text(word)


def cosign(page: Page, username: str = "quality") -> None:
    """Let a second person sign with their own password."""
    page.locator("[name=username]").first.fill(username)
    page.locator("[name=password]").first.fill(PASSWORD)
