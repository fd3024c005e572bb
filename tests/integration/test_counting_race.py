"""Counting while eight sellers trade: the difference is exact, and setting the book is not."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from app.counting import service as counting
from app.counting.errors import SheetStateChanged
from app.counting.models import CountSheet
from app.counting.service import Approval
from app.inventory import service as inventory
from app.inventory.models import PlaceKind, StockBalance
from app.kernel.ids import LotId
from app.traceability import service as traceability
from tests.factories.cast import Cast
from tests.factories.counting import a_count, approval_of, enter, lines_of, sold, typed
from tests.factories.stock import NOW, a_lot, an_item, spot, stocked
from tests.racing import at_once

Sessions = sessionmaker[Session]
SELLERS, SALES, START = 8, 12, 10_000
BOOKED_WRONG = -7
"""What lies on the shelf less than the book says."""
LATER = NOW + timedelta(minutes=5)


def reviewed(rivals: Sessions, cast: Cast) -> tuple[CountSheet, LotId, Approval]:
    """Count a shelf that holds seven fewer than its book, up to the approval."""
    keeper = cast.actor("storekeeper")
    with rivals.begin() as session:
        lot = a_lot(session, an_item(session))
        stocked(session, keeper, lot, START)
        spot(session, keeper.facility_id, PlaceKind.PATIENT)
        spot(session, keeper.facility_id, PlaceKind.ADJUSTMENT)
        sheet = a_count(session, keeper, now=NOW)
        line = lines_of(session, sheet)[0]
        enter(session, keeper, typed(sheet, line, START + BOOKED_WRONG, NOW), now=NOW)
        counting.finish(session, keeper, sheet.reference, now=NOW)
        return sheet, lot.id, approval_of(session, sheet)


def sellers(rivals: Sessions, cast: Cast, lot_id: LotId) -> list[Callable[[], object]]:
    keeper = cast.actor("storekeeper")

    def sell(number: int) -> None:
        for sale in range(SALES):
            with rivals.begin() as session:
                lot = traceability.get_lot(session, lot_id)
                at = NOW + timedelta(seconds=1 + sale)
                sold(session, keeper, (lot, 3, f"sale-{number}-{sale}"), now=at)

    return [lambda number=number: sell(number) for number in range(SELLERS)]  # type: ignore[misc]


def on_hand(rivals: Sessions, lot_id: LotId) -> int:
    with rivals() as session:
        found = session.scalars(
            select(StockBalance.on_hand).where(StockBalance.lot_id == lot_id, ~StockBalance.outside)
        ).one()
        return int(found)


TRUE_ON_HAND = START + BOOKED_WRONG - SELLERS * SALES * 3


@pytest.mark.parametrize("attempt", range(3))
def test_a_count_posted_while_eight_sellers_trade_is_exact(
    rivals: Sessions, racing_cast: Cast, attempt: int
) -> None:
    _, lot_id, approval = reviewed(rivals, racing_cast)

    def approve() -> None:
        with rivals.begin() as session:
            counting.approve(session, racing_cast.actor("quality"), approval, None, now=LATER)

    at_once(approve, *sellers(rivals, racing_cast, lot_id))

    assert on_hand(rivals, lot_id) == TRUE_ON_HAND
    with rivals() as session:
        assert inventory.prove(session) == []


def test_setting_the_book_to_what_was_counted_is_wrong(rivals: Sessions, racing_cast: Cast) -> None:
    """The naive control: the other tests here are known to bite."""
    _, lot_id, _ = reviewed(rivals, racing_cast)
    sold_some = threading.Event()

    def overwrite() -> None:
        sold_some.wait(timeout=30)
        with rivals.begin() as session:
            session.execute(
                update(StockBalance)
                .where(StockBalance.lot_id == lot_id, ~StockBalance.outside)
                .values(on_hand=START + BOOKED_WRONG)
            )

    def sell_one_by_one() -> None:
        for seller in sellers(rivals, racing_cast, lot_id):
            seller()
            sold_some.set()

    at_once(overwrite, sell_one_by_one)

    assert on_hand(rivals, lot_id) != TRUE_ON_HAND
    with rivals() as session:
        assert inventory.prove(session) != []


def test_eight_approvals_at_once_post_the_difference_once(
    rivals: Sessions, racing_cast: Cast
) -> None:
    _, lot_id, approval = reviewed(rivals, racing_cast)

    def approve() -> bool:
        try:
            with rivals.begin() as session:
                counting.approve(session, racing_cast.actor("quality"), approval, None, now=LATER)
        except SheetStateChanged:
            return False
        return True

    assert sum(at_once(approve, rivals=8)) == 1
    assert on_hand(rivals, lot_id) == START + BOOKED_WRONG
    with rivals() as session:
        assert inventory.prove(session) == []


def test_one_event_sent_by_eight_connections_counts_once(
    rivals: Sessions, racing_cast: Cast
) -> None:
    keeper = racing_cast.actor("storekeeper")
    with rivals.begin() as session:
        stocked(session, keeper, a_lot(session, an_item(session)), 100)
        sheet = a_count(session, keeper, now=NOW)
        line = lines_of(session, sheet)[0]
    event = typed(sheet, line, 98, NOW, key="one-event-of-one-phone")

    def send() -> str:
        with rivals.begin() as session:
            return enter(session, keeper, event, now=NOW)[0].outcome.value

    assert sorted(at_once(send, rivals=8)) == ["accepted"] + ["duplicate"] * 7
