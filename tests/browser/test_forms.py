"""Forms sent in place: refusals beside what was typed, one client key per attempt."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.gallery import REFUSED, WHOLE, Site, a_site
from tests.chromium import served

pytestmark = pytest.mark.browser


@pytest.fixture
def site() -> Site:
    return a_site()


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def scripted(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def page(browser: Browser, site: Site, scripted: bool) -> Iterator[Page]:  # noqa: FBT001 - fixture
    with served(site.app) as address:
        context = browser.new_context(java_script_enabled=scripted)
        page = context.new_page()
        page.goto(address)
        fill(page, "240117")
        yield page
        context.close()


def fill(page: Page, lot: str, why: str = "") -> None:
    page.get_by_label("批号").fill(lot)
    page.get_by_label("原因").fill(why)
    page.get_by_label("有", exact=True).check()


def save(page: Page) -> None:
    page.get_by_role("button", name="保存").click()


def test_a_form_leads_on_with_or_without_scripts(page: Page, site: Site) -> None:
    save(page)

    expect(page.get_by_role("heading", name="随货同行单")).to_be_visible()
    assert [form["lot"] for form in site.forms] == ["240117"]


@pytest.mark.parametrize("scripted", [True], indirect=True)
def test_a_refusal_is_read_beside_what_was_typed_and_a_second_try_has_its_own_key(
    page: Page, site: Site
) -> None:
    fill(page, "240117", REFUSED)
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("批号不符")
    expect(page.get_by_label("批号")).to_have_value("240117")

    fill(page, "240118")
    save(page)

    expect(page.get_by_role("heading", name="随货同行单")).to_be_visible()
    assert [form["lot"] for form in site.forms] == ["240117", "240118"]
    assert site.forms[0]["client_key"] != site.forms[1]["client_key"]


@pytest.mark.parametrize("scripted", [True], indirect=True)
def test_after_a_lost_connection_the_same_key_is_sent_again(page: Page, site: Site) -> None:
    before = page.locator("form", has_text="保存").locator("[name=client_key]").input_value()
    page.context.set_offline(True)
    save(page)
    expect(page.get_by_role("button", name="保存")).to_be_enabled()

    page.context.set_offline(False)
    save(page)

    expect(page.get_by_role("heading", name="随货同行单")).to_be_visible()
    assert [form["client_key"] for form in site.forms] == [before]


@pytest.mark.parametrize("scripted", [True, False], indirect=True)
def test_a_whole_page_as_answer_takes_the_place_of_the_page(page: Page, site: Site) -> None:
    fill(page, "240117", WHOLE)
    save(page)
    expect(page.get_by_text("批号已用过")).to_be_visible()
    assert page.get_by_role("heading", level=1).count() == 1

    fill(page, "240118")
    save(page)

    expect(page.get_by_role("heading", name="随货同行单")).to_be_visible()
    assert [form["lot"] for form in site.forms] == ["240117", "240118"]
