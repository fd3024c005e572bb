"""The morning of a county day in a real browser, in Chinese: from receipt to approval."""

import pytest
from playwright.sync_api import Browser

from app.inventory.service import prove
from tests.browser import day_goods
from tests.browser.county import County
from tests.browser.walking import Walk

pytestmark = pytest.mark.browser


def test_goods_come_in_and_are_promised_to_a_clinic(
    browser: Browser, county_served: County
) -> None:
    walk = Walk(browser, county_served)
    plain, coded = walk.ask(day_goods.PLAIN), walk.ask(day_goods.CODED)

    day_goods.receive(walk)
    held = day_goods.hold_a_lot(walk, plain[0])
    reference = day_goods.ask_for(walk, plain + coded)
    day_goods.record_use(walk)
    day_goods.approve(walk, reference, plain[1], held)
    walk.leave()

    with county_served.session() as session:
        assert prove(session) == []
