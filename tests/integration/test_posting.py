from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory import service as inventory
from app.inventory.errors import (
    AlreadyReversed,
    InsufficientStock,
    PostingUnbalanced,
    TimeOutsideWindow,
)
from app.inventory.models import (
    ConsumptionDay,
    PlaceKind,
    PostingKind,
    StockPosting,
)
from app.inventory.service import Movement, PostingRequest, Undoing
from app.kernel.errors import KeyReused
from app.traceability.errors import LotExpired, LotHeld
from app.traceability.models import Lot, LotHold
from tests.factories.cast import Cast
from tests.factories.stock import NOW, a_lot, an_item, spot, stocked


@pytest.fixture
def item(session: Session) -> Item:
    return an_item(session)


@pytest.fixture
def lot(session: Session, item: Item) -> Lot:
    return a_lot(session, item)


def consume(
    session: Session,
    cast: Cast,
    asked: tuple[Lot, int],
    *,
    key: str = "use-1",
    ago: timedelta = timedelta(),
) -> StockPosting:
    lot, quantity = asked
    clinic = cast.actor("clinic")
    move = Movement(
        lot_id=lot.id,
        quantity=quantity,
        source=spot(session, clinic.facility_id),
        target=spot(session, clinic.facility_id, PlaceKind.PATIENT),
    )
    request = PostingRequest(
        kind=PostingKind.CONSUME,
        key=key,
        facility_id=clinic.facility_id,
        document="CS-1",
        occurred_at=NOW - ago,
        movements=[move],
    )
    return inventory.post(session, clinic, request, now=NOW)


def on_hand(session: Session, cast: Cast, item: Item) -> int:
    level = inventory.stock_levels(session, cast.yudu.id, [item.id], today=date(2026, 11, 23))
    return level[item.id].on_hand


def test_stock_leaves_once_however_often_the_request_is_repeated(
    session: Session, cast: Cast, item: Item, lot: Lot
) -> None:
    stocked(session, cast.actor("clinic"), lot, 100)

    first = consume(session, cast, (lot, 30))
    again = consume(session, cast, (lot, 30))

    assert first.id == again.id
    assert on_hand(session, cast, item) == 70
    assert inventory.prove(session) == []


def test_the_same_key_for_another_quantity_is_refused(
    session: Session, cast: Cast, lot: Lot
) -> None:
    stocked(session, cast.actor("clinic"), lot, 100)
    consume(session, cast, (lot, 30))

    with pytest.raises(KeyReused):
        consume(session, cast, (lot, 31))


def test_more_than_there_is_cannot_leave(
    session: Session, cast: Cast, item: Item, lot: Lot
) -> None:
    stocked(session, cast.actor("clinic"), lot, 10)

    with pytest.raises(InsufficientStock) as refused:
        consume(session, cast, (lot, 11))

    assert refused.value.data["item_id"] == item.id


@pytest.mark.parametrize("quantity", [0, -5])
def test_a_movement_of_nothing_is_refused(
    session: Session, cast: Cast, lot: Lot, quantity: int
) -> None:
    with pytest.raises(PostingUnbalanced):
        consume(session, cast, (lot, quantity))


def test_a_held_lot_is_not_used(session: Session, cast: Cast, lot: Lot) -> None:
    stocked(session, cast.actor("clinic"), lot, 10)
    hold = (LotHold.QUALITY, "包装破损")
    inventory.freeze_lot(session, cast.actor("quality"), lot.id, hold, now=NOW)

    with pytest.raises(LotHeld):
        consume(session, cast, (lot, 1))


def test_the_last_day_of_a_lot_is_usable_and_the_next_is_not(
    session: Session, cast: Cast, item: Item
) -> None:
    last = a_lot(session, item, "LAST", expires=date(2026, 11, 23))
    past = a_lot(session, item, "PAST", expires=date(2026, 11, 22))
    for lot in (last, past):
        stocked(session, cast.actor("clinic"), lot, 10)

    consume(session, cast, (last, 1))
    with pytest.raises(LotExpired):
        consume(session, cast, (past, 1), key="use-2")


def test_an_issue_dated_before_the_goods_came_is_refused(
    session: Session, cast: Cast, lot: Lot
) -> None:
    stocked(session, cast.actor("clinic"), lot, 10, now=NOW - timedelta(hours=2))

    with pytest.raises(InsufficientStock):
        consume(session, cast, (lot, 1), ago=timedelta(hours=3))
    consume(session, cast, (lot, 1), ago=timedelta(hours=1))


@pytest.mark.parametrize("ago", [timedelta(days=8), timedelta(minutes=-6)])
def test_a_time_outside_the_window_is_refused(
    session: Session, cast: Cast, lot: Lot, ago: timedelta
) -> None:
    with pytest.raises(TimeOutsideWindow):
        consume(session, cast, (lot, 1), ago=ago)


def test_a_reversal_brings_stock_and_consumption_back_once(
    session: Session, cast: Cast, item: Item, lot: Lot
) -> None:
    clinic = cast.actor("clinic")
    stocked(session, clinic, lot, 100)
    posting = consume(session, cast, (lot, 30))

    inventory.reverse(
        session, clinic, posting.id, Undoing(key="undo-1", reason="录入错误"), now=NOW
    )

    assert on_hand(session, cast, item) == 100
    assert session.scalar(select(func.sum(ConsumptionDay.quantity))) == 0
    assert inventory.prove(session) == []
    with pytest.raises(AlreadyReversed):
        inventory.reverse(
            session, clinic, posting.id, Undoing(key="undo-2", reason="again"), now=NOW
        )


@pytest.mark.parametrize(
    "statement", ["UPDATE stock_move SET quantity = 1", "DELETE FROM stock_posting"]
)
def test_the_ledger_only_grows(session: Session, cast: Cast, lot: Lot, statement: str) -> None:
    stocked(session, cast.actor("clinic"), lot, 10)

    with pytest.raises(DBAPIError, match="only grows"):
        session.execute(text(statement))


def test_the_proof_finds_a_balance_somebody_changed(session: Session, cast: Cast, lot: Lot) -> None:
    stocked(session, cast.actor("clinic"), lot, 10)
    session.execute(text("UPDATE stock_balance SET on_hand = on_hand + 1 WHERE NOT outside"))

    broken = {finding.invariant for finding in inventory.prove(session)}

    assert any(name.startswith("L2") for name in broken)
    assert any(name.startswith("L3") for name in broken)
