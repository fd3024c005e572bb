"""The county's whole day in a real browser, in Chinese: from the first receipt to the last scan."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from app.inventory.service import prove
from tests.browser import (
    day_clinic,
    day_director,
    day_goods,
    day_imaging,
    day_road,
    day_warehouse,
)
from tests.browser.county import County
from tests.browser.walking import Walk

pytestmark = pytest.mark.browser
REFUSED = {
    "/api/v1/dispensings",
    "/api/v1/pick-tasks/*/scans",
    "/approvals/*",
    "/bookings",
    "/picking/*/lines/*",
    "/totes/*/check",
}
"""What somebody tries in the walk although it must not work."""


@pytest.fixture
def walk(browser: Browser, county_served: County) -> Iterator[Walk]:
    walk = Walk(browser, county_served)
    yield walk
    walk.leave()


def test_the_county_lives_one_day(walk: Walk, county_served: County) -> None:
    requisition, held = _in_the_morning(walk)
    totes = _on_the_road(walk, requisition, held)
    _at_the_clinic(walk, requisition, totes)
    _at_the_machines(walk)
    day_director.look_at_the_day(walk)

    assert walk.complaints == []
    assert set(walk.refusals) <= REFUSED
    with county_served.session() as session:
        assert prove(session) == []


def _in_the_morning(walk: Walk) -> tuple[str, str]:
    plain, cold = walk.ask(day_goods.PLAIN), walk.ask(day_goods.COLD)[0]
    controlled = walk.ask(day_goods.CONTROLLED)[0]
    older = int(walk.ask(day_goods.OLDER_PACKS, item=controlled)[0])
    day_goods.receive(walk)
    held = day_goods.hold_a_lot(walk, plain[0])
    wanted = {plain[0]: 6, plain[1]: 6, cold: 10, controlled: older + 3}
    requisition = day_goods.ask_for(walk, wanted)
    day_goods.record_use(walk)
    day_goods.approve(walk, requisition, plain[1], held)
    return requisition, held


def _on_the_road(walk: Walk, requisition: str, held: str) -> list[str]:
    day_warehouse.pick(walk, requisition)
    totes = day_warehouse.seal(walk, requisition)
    day_warehouse.print_papers(walk, requisition)
    first, *others = day_road.plan(walk, requisition, held)
    phone = day_road.load(walk, first)
    day_road.hand_over(walk, phone, first)
    day_road.drive_without_signal(walk, phone, first)
    day_road.come_back(walk, phone, first)
    for run in others:
        day_road.hand_over(walk, day_road.load(walk, run), run)
    return totes


def _at_the_clinic(walk: Walk, requisition: str, totes: list[str]) -> None:
    short = day_clinic.confirm(walk, totes)
    day_clinic.settle(walk, short)
    day_clinic.dispense(walk, requisition)
    pack = day_clinic.dispense_controlled(walk, requisition)
    day_clinic.read_its_life(walk, pack)


def _at_the_machines(walk: Walk) -> None:
    booking = day_imaging.book(walk)
    day_imaging.rule_out(walk)
    day_imaging.perform(walk, booking)
