"""The morning's notices in a real browser: from the bell to the list, from proposal to draft."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.county import County
from tests.browser.walking import Walk, press

pytestmark = pytest.mark.browser
PLANNED = """
SELECT plan.item_id FROM item_plan plan JOIN facility ON facility.id = plan.facility_id
WHERE facility.code = '610728101-T' AND plan.proposed > 0 ORDER BY plan.item_id LIMIT 1
"""


def test_a_clinic_follows_a_notice_and_orders_what_is_proposed(
    browser: Browser, county_served: County
) -> None:
    walk = Walk(browser, county_served)

    page = walk.open("clinic", "/requisitions")
    page.locator(".top-bell").click()
    walk.look(page, "notices")
    notice = page.locator(".notice-row", has_text="近效期")
    with page.expect_navigation():
        notice.locator("button").click()
    expect(page).to_have_url(f"{county_served.address}/planning/near-expiry")
    expect(page.locator("tbody tr").first).to_be_visible()
    walk.look(page, "near-expiry")

    page.goto(f"/planning/items/{walk.ask(PLANNED)[0]}")
    expect(page.locator(".forecast-chart")).to_be_visible()
    page.fill("[name=minimum]", "48")
    page.fill("[name=maximum]", "9600")
    page.fill("[name=reason]", "流感季备货")
    press(page, "/limits")
    expect(page.locator("main")).to_contain_text("流感季备货")
    walk.look(page, "plan")

    page.goto("/planning")
    proposed = page.locator("tbody tr").count()
    press(page, "/requisitions")
    expect(page.locator("#draft-lines > tr")).to_have_count(proposed)
    walk.look(page, "draft-of-proposals")
    page.goto("/planning")
    expect(page.locator("main")).to_contain_text("目前无需补货")
    walk.leave()
