"""Whatever happens before and after, an approved count makes book and shelf one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.counting import service as counting
from app.counting.errors import CountOvertaken
from app.counting.rules import Policy
from app.inventory import service as inventory
from app.inventory.errors import InsufficientStock
from app.inventory.models import StockBalance
from tests.factories.cast import Cast
from tests.factories.counting import a_count, approval_of, enter, lines_of, sold, typed
from tests.factories.stock import NOW, a_lot, an_item, stocked


@dataclass
class Shelf:
    """What the book says, what truly lies there, and when it is."""

    book: int
    true: int
    at: datetime


SECOND = timedelta(seconds=1)
TRADE = st.lists(st.integers(-40, 40).filter(bool), max_size=8)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(before=TRADE, after=TRADE, wrong=st.integers(-30, 30))
def test_the_count_as_at_its_moment_is_right_for_any_trade_around_it(
    session: Session, cast: Cast, before: list[int], after: list[int], wrong: int
) -> None:
    savepoint = session.begin_nested()
    try:
        counted_amid_trade(session, cast, (before, after), wrong)
    finally:
        savepoint.rollback()
        session.expunge_all()


def counted_amid_trade(
    session: Session, cast: Cast, trades: tuple[list[int], list[int]], wrong: int
) -> None:
    keeper, approver = cast.actor("storekeeper"), cast.actor("pharmacist")
    before, after = trades
    lot = a_lot(session, an_item(session))
    lenient = Policy(tolerance_percent=100, tolerance_fen=10**9)
    counting.change_policy(session, keeper, keeper.facility_id, lenient, now=NOW)
    shelf = Shelf(book=100, true=100 + wrong, at=NOW)
    stocked(session, keeper, lot, 100)

    def trade(changes: list[int], name: str) -> None:
        for number, change in enumerate(changes):
            shelf.at += SECOND
            if change > 0:
                stocked(session, keeper, lot, change, now=shelf.at)
            elif shelf.book + change < 0 or shelf.true + change < 0:
                continue
            else:
                sold(session, keeper, (lot, -change, f"{name}-{number}"), now=shelf.at)
            shelf.book += change
            shelf.true += change

    trade(before, "before")
    # An empty book offers nothing to count; a difference beyond it is counted again.
    assume(shelf.book > 0 and abs(wrong) <= shelf.book)
    counted_at = shelf.at + SECOND
    sheet = a_count(session, keeper, now=counted_at)
    lines = lines_of(session, sheet)
    if not lines:
        return
    enter(session, keeper, typed(sheet, lines[0], shelf.true, counted_at), now=counted_at)
    shelf.at = counted_at
    trade(after, "after")
    counting.finish(session, keeper, sheet.reference, now=shelf.at + SECOND)
    (shown,) = counting.differences(session, sheet)
    assert shown.difference == wrong
    try:
        approval = approval_of(session, sheet)
        counting.approve(session, approver, approval, None, now=shelf.at + SECOND)
        on_hand = session.scalars(
            select(StockBalance.on_hand).where(StockBalance.lot_id == lot.id, ~StockBalance.outside)
        ).one()
        assert on_hand == shelf.true
    except (CountOvertaken, InsufficientStock):
        raise AssertionError("the true shelf was never negative") from None
    assert inventory.prove(session) == []
