"""Items out of stock at the end of each day: counted from the ledger, kept when a day is over."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory import service as inventory
from app.inventory.models import PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest
from app.kernel.actor import Actor
from app.kpi import queries, service
from app.kpi.models import StockOutDay
from app.traceability.models import Lot, LotHold
from tests.factories.cast import Cast
from tests.factories.requisitions import a_key
from tests.factories.stock import NOW, a_lot, an_item, spot, stocked

TODAY = date(2026, 11, 23)
DAYS = [TODAY - timedelta(days=back) for back in (3, 2, 1, 0)]
MIDNIGHT = datetime(2026, 11, 22, 16, 10, tzinfo=NOW.tzinfo)
"""Ten past twelve at night in Zhenba."""


def days_ago(count: int) -> datetime:
    return NOW - timedelta(days=count)


@pytest.fixture
def clinic(cast: Cast) -> Actor:
    return cast.actor("clinic")


@pytest.fixture
def item(session: Session) -> Item:
    return an_item(session)


Use = Callable[[Lot, int, int], None]


@pytest.fixture
def use(session: Session, clinic: Actor) -> Use:
    """Use a quantity of a lot, so many days ago, recorded at that time."""

    def used(lot: Lot, quantity: int, ago: int) -> None:
        consume(session, clinic, lot, quantity, at=days_ago(ago), now=days_ago(ago))

    return used


def consume(session: Session, clinic: Actor, lot: Lot, quantity: int, **when: datetime) -> None:
    move = Movement(
        lot_id=lot.id,
        quantity=quantity,
        source=spot(session, clinic.facility_id),
        target=spot(session, clinic.facility_id, PlaceKind.PATIENT),
    )
    request = PostingRequest(
        kind=PostingKind.CONSUME,
        key=a_key(),
        facility_id=clinic.facility_id,
        document="CS-1",
        occurred_at=when["at"],
        movements=[move],
    )
    inventory.post(session, clinic, request, now=when["now"])


def out(session: Session) -> list[tuple[int, int]]:
    found = {row.day: row for row in queries.stock_outs(session, DAYS, today=TODAY)}
    return [(found[day].out, found[day].listed) if day in found else (0, 0) for day in DAYS]


def test_an_item_used_up_is_out_of_stock_from_that_day_on(
    session: Session, clinic: Actor, item: Item, use: Use
) -> None:
    lot = a_lot(session, item)
    stocked(session, clinic, lot, 10, now=days_ago(3))
    use(lot, 4, 2)
    use(lot, 6, 1)

    assert out(session) == [(0, 0), (0, 1), (1, 1), (1, 1)]


def test_what_came_since_does_not_mend_the_days_before(
    session: Session, clinic: Actor, item: Item, use: Use
) -> None:
    lot = a_lot(session, item)
    stocked(session, clinic, lot, 4, now=days_ago(3))
    use(lot, 4, 3)
    stocked(session, clinic, a_lot(session, item, "B2"), 50, now=days_ago(1))

    assert out(session) == [(1, 1), (1, 1), (0, 1), (0, 1)]


def test_the_last_day_of_a_lot_still_counts_as_stock(
    session: Session, clinic: Actor, item: Item, use: Use
) -> None:
    lot = a_lot(session, item, expires=TODAY - timedelta(days=1))
    stocked(session, clinic, lot, 10, now=days_ago(3))
    use(lot, 1, 3)

    assert out(session) == [(0, 1), (0, 1), (0, 1), (1, 1)]


def test_goods_on_hold_count_as_out(session: Session, clinic: Actor, item: Item, use: Use) -> None:
    lot = a_lot(session, item)
    stocked(session, clinic, lot, 10, now=days_ago(3))
    use(lot, 1, 1)
    lot.hold, lot.hold_since = LotHold.QUALITY, NOW
    session.flush()

    assert out(session)[2:] == [(1, 1), (1, 1)]


def test_an_item_nobody_used_for_ninety_days_is_on_no_list(
    session: Session, clinic: Actor, item: Item, use: Use
) -> None:
    lot = a_lot(session, item)
    stocked(session, clinic, lot, 10, now=days_ago(95))
    use(lot, 10, 94)

    assert out(session) == [(0, 0), (0, 0), (0, 0), (0, 0)]


def test_days_counted_at_night_say_what_the_ledger_says(
    session: Session, clinic: Actor, item: Item, use: Use
) -> None:
    lot = a_lot(session, item)
    stocked(session, clinic, lot, 10, now=days_ago(3))
    use(lot, 10, 2)
    live = out(session)

    assert service.count_days(session, now=MIDNIGHT, days=2) == 2
    assert service.count_days(session, now=MIDNIGHT, days=2) == 0
    session.expire_all()
    stored = session.execute(select(StockOutDay.day, StockOutDay.out, StockOutDay.listed))
    assert [tuple(row) for row in stored] == [(DAYS[1], 1, 1), (DAYS[2], 1, 1)]
    assert out(session) == live


def test_a_use_recorded_late_is_counted_again_the_next_night(
    session: Session, clinic: Actor, item: Item, use: Use
) -> None:
    lot = a_lot(session, item)
    stocked(session, clinic, lot, 10, now=days_ago(3))
    use(lot, 4, 3)
    service.count_days(session, now=MIDNIGHT, days=3)

    consume(session, clinic, lot, 6, at=days_ago(2), now=NOW)

    assert service.count_days(session, now=MIDNIGHT + timedelta(days=1), days=4) == 3
    assert out(session) == [(0, 1), (1, 1), (1, 1), (1, 1)]
