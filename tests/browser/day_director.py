"""The director's part of the day: what came of it, and how it compares."""

from playwright.sync_api import expect

from tests.browser.walking import Walk


def look_at_the_day(walk: Walk) -> None:
    """Step 9: the first page of the director shows the day and its trend."""
    page = walk.open("director", "/")
    expect(page.locator("h1")).to_contain_text("今日全县")
    for word in ("及时", "缺货", "公里", "降幅", "开机率", "渔渡镇"):
        expect(page.locator("main")).to_contain_text(word)
    assert page.locator("svg.sparkline").count() >= 4
    walk.look(page, "director")
