"""Every page, in both languages: readable by everybody, inside its window, in one language."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Error, Page
from sqlalchemy import text

from app.web.guard import is_machine_path
from app.web.locale import CHINESE, ENGLISH
from tests.browser.county import County, sign_in, visit
from tests.browser.staging import stage
from tests.browser.visits import NO_PAGES, VISITS, Visit
from tests.chromium import AXE, DESKTOP, PHONE, overflow_of, violations_of
from tests.conftest import an_app

pytestmark = pytest.mark.browser
LANGUAGES = (CHINESE, ENGLISH)
ENGLISH_WORDS = re.compile(r"\b[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}\b")


@pytest.fixture(scope="module")
def county(county_served: County) -> County:
    with county_served.session() as session:
        stage(session)
    return county_served


@dataclass
class Visitors:
    """Browsers of people who are signed in, by user name and language."""

    browser: Browser
    county: County
    pages: dict[tuple[str | None, str], Page] = field(default_factory=dict)

    def page_of(self, username: str | None, language: str) -> Page:
        """Return the page in the browser of somebody; it shows what they opened last."""
        who = (username, language)
        if who not in self.pages:
            context = visit(self.browser, self.county, language=language)
            context.add_init_script(path=AXE)
            self.pages[who] = sign_in(context, username) if username else context.new_page()
        return self.pages[who]


@contextmanager
def complaints_of(page: Page) -> Iterator[list[str]]:
    """Collect what scripts and the browser complain of meanwhile."""
    complaints: list[str] = []

    def hear(said: ConsoleMessage) -> None:
        if said.type == "error":
            complaints.append(said.text)

    def note(error: Error) -> None:
        complaints.append(str(error))

    page.on("console", hear)
    page.on("pageerror", note)
    yield complaints
    page.remove_listener("console", hear)
    page.remove_listener("pageerror", note)


@pytest.fixture(scope="module")
def visitors(browser: Browser, county: County) -> Iterator[Visitors]:
    visitors = Visitors(browser, county)
    yield visitors
    for page in visitors.pages.values():
        page.context.close()


@pytest.fixture(scope="module")
def addresses(app_rules: Flask, county: County) -> dict[Visit, str]:
    """Where each visit goes, in this county."""
    found = {}
    with county.session() as session, app_rules.test_request_context():
        for one in VISITS:
            rows = session.execute(text(one.rows or "SELECT")).mappings().all()
            assert rows, f"nothing to show: {one}"
            found[one] = app_rules.url_for(one.endpoint, **rows[0])
    return found


@pytest.fixture(scope="module")
def app_rules(database_url: str) -> Flask:
    app = an_app(database_url)
    app.config["SERVER_NAME"] = None
    return app


def test_every_page_is_visited(app_rules: Flask) -> None:
    pages = {
        rule.endpoint
        for rule in app_rules.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not is_machine_path(rule.rule)
    }

    assert pages - set(NO_PAGES) == {one.endpoint for one in VISITS}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("one", VISITS, ids=str)
def test_a_page_is_sound(
    visitors: Visitors, addresses: dict[Visit, str], one: Visit, language: str
) -> None:
    page = visitors.page_of(one.username, language)
    first, then = (PHONE, DESKTOP) if language == CHINESE else (DESKTOP, PHONE)

    page.set_viewport_size(first)
    with complaints_of(page) as complaints:
        answer = page.goto(addresses[one])
        violations, overflow = violations_of(page), overflow_of(page)
        page.set_viewport_size(then)
        overflow_then = overflow_of(page)

    assert answer is not None
    assert answer.status == 200
    assert violations == []
    assert (overflow, overflow_then) == (0, 0)
    assert complaints == []
    assert _foreign_words(page, language) == []


def _foreign_words(page: Page, language: str) -> list[str]:
    """Return sentences in English on a Chinese page."""
    return ENGLISH_WORDS.findall(page.inner_text("body")) if language == CHINESE else []
