from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory import service as inventory
from app.inventory.errors import ReservationGone
from app.inventory.models import PlaceKind, PostingKind
from app.inventory.service import Allocation, Demand, Movement, PostingRequest, Terms
from app.kernel.errors import DomainError
from app.traceability.models import LotHold
from app.traceability.rules import Unusable
from tests.factories.cast import Cast
from tests.factories.stock import NOW, a_lot, an_item, spot, stocked

TODAY = date(2026, 11, 23)


@pytest.fixture
def item(session: Session) -> Item:
    return an_item(session)


def ask(
    session: Session, cast: Cast, asked: tuple[Item, int], *, line: int = 1, min_days: int = 0
) -> Allocation:
    item, quantity = asked
    terms = Terms(
        facility_id=cast.central.id,
        need_by=TODAY,
        expires_at=NOW + timedelta(days=2),
        min_days=min_days,
    )
    demand = Demand("requisition_line", line, item.id, quantity)
    return inventory.reserve(session, [demand], terms, now=NOW)[0]


def available(session: Session, cast: Cast, item: Item) -> int:
    levels = inventory.stock_levels(session, cast.central.id, [item.id], today=TODAY)
    return levels[item.id].available


def test_the_lot_that_expires_first_goes_first(session: Session, cast: Cast, item: Item) -> None:
    late = a_lot(session, item, "LATE", expires=date(2027, 9, 30))
    soon = a_lot(session, item, "SOON", expires=date(2027, 3, 31))
    for lot in (late, soon):
        stocked(session, cast.actor("pharmacist"), lot, 50)

    allocation = ask(session, cast, (item, 60))

    assert [(pick.lot_id, pick.quantity) for pick in allocation.picks] == [
        (soon.id, 50),
        (late.id, 10),
    ]
    assert allocation.shortage == 0
    assert available(session, cast, item) == 40


def test_what_is_passed_over_is_named_with_its_reason(
    session: Session, cast: Cast, item: Item
) -> None:
    held = a_lot(session, item, "HELD", expires=date(2027, 1, 31))
    expired = a_lot(session, item, "OLD", expires=date(2026, 11, 22))
    short = a_lot(session, item, "SHORT", expires=date(2026, 11, 30))
    good = a_lot(session, item, "GOOD", expires=date(2027, 12, 31))
    for lot in (held, expired, short, good):
        stocked(session, cast.actor("pharmacist"), lot, 50)
    hold = (LotHold.QUALITY, "待检")
    inventory.freeze_lot(session, cast.actor("quality"), held.id, hold, now=NOW)

    allocation = ask(session, cast, (item, 80), min_days=30)

    assert [pick.lot_id for pick in allocation.picks] == [good.id]
    assert allocation.shortage == 30
    assert {skip.lot.lot_number: skip.why for skip in allocation.skipped} == {
        "HELD": Unusable.HELD,
        "OLD": Unusable.EXPIRED,
        "SHORT": Unusable.SHORT_DATED,
    }


def test_a_hold_takes_the_promise_back(session: Session, cast: Cast, item: Item) -> None:
    lot = a_lot(session, item)
    stocked(session, cast.actor("pharmacist"), lot, 50)
    ask(session, cast, (item, 20), line=7)

    hold = (LotHold.QUALITY, "抽检不合格")
    _, losing = inventory.freeze_lot(session, cast.actor("quality"), lot.id, hold, now=NOW)

    assert losing == [("requisition_line", 7)]
    assert inventory.open_quantity(session, "requisition_line", 7) == 0
    assert inventory.prove(session) == []


def test_goods_are_taken_out_of_their_promise_once(
    session: Session, cast: Cast, item: Item
) -> None:
    lot = a_lot(session, item)
    storekeeper = cast.actor("storekeeper")
    stocked(session, storekeeper, lot, 50)
    pick = ask(session, cast, (item, 20)).picks[0]

    def take(key: str, quantity: int) -> None:
        move = Movement(
            lot_id=lot.id,
            quantity=quantity,
            source=spot(session, cast.central.id),
            target=spot(session, cast.central.id, PlaceKind.STAGING),
            reservation_id=pick.reservation_id,
        )
        request = PostingRequest(
            kind=PostingKind.PICK,
            key=key,
            facility_id=cast.central.id,
            document="RQ-1",
            occurred_at=NOW,
            movements=[move],
        )
        inventory.post(session, storekeeper, request, now=NOW)

    take("pick-1", 20)

    with pytest.raises(DomainError) as refused:
        take("pick-2", 1)
    assert isinstance(refused.value, ReservationGone)


def test_a_released_promise_can_be_given_to_another(
    session: Session, cast: Cast, item: Item
) -> None:
    stocked(session, cast.actor("pharmacist"), a_lot(session, item), 50)
    ask(session, cast, (item, 50), line=1)
    assert ask(session, cast, (item, 10), line=2).shortage == 10

    assert inventory.release(session, "requisition_line", [1]) == 50

    assert ask(session, cast, (item, 10), line=3).shortage == 0
    assert inventory.prove(session) == []


def test_forgotten_promises_are_given_back(session: Session, cast: Cast, item: Item) -> None:
    stocked(session, cast.actor("pharmacist"), a_lot(session, item), 50)
    ask(session, cast, (item, 50))

    later = NOW + timedelta(days=3)
    assert inventory.expired_lines(session, "requisition_line", now=later) == [1]
    assert inventory.release_expired(session, "transfer_line", now=later) == {}
    assert inventory.release_expired(session, "requisition_line", now=later) == {1: 50}
    assert available(session, cast, item) == 50


def test_a_wave_larger_than_one_statement_is_reserved_whole(
    session: Session, cast: Cast, item: Item
) -> None:
    stocked(session, cast.actor("pharmacist"), a_lot(session, item), 9000)
    terms = Terms(facility_id=cast.central.id, need_by=TODAY, expires_at=NOW + timedelta(days=2))
    demands = [Demand("wave_line", line, item.id, 1) for line in range(1, 9001)]

    allocations = inventory.reserve(session, demands, terms, now=NOW)

    assert sum(len(allocation.picks) for allocation in allocations) == 9000
    assert available(session, cast, item) == 0


def test_a_lot_is_sent_only_where_it_is_used_before_it_expires(
    session: Session, cast: Cast, item: Item
) -> None:
    soon = a_lot(session, item, "SOON", expires=TODAY + timedelta(days=59))
    late = a_lot(session, item, "LATE", expires=date(2027, 9, 30))
    stocked(session, cast.actor("clinic"), soon, 40)
    for lot in (soon, late):
        stocked(session, cast.actor("pharmacist"), lot, 480)
    terms = Terms(
        facility_id=cast.central.id,
        destination_id=cast.yudu.id,
        need_by=TODAY,
        expires_at=NOW + timedelta(days=2),
    )
    sixty_in_sixty_days = Demand("line", 1, item.id, 240, pack=12, monthly_use=60)

    allocation = inventory.reserve(session, [sixty_in_sixty_days], terms, now=NOW)[0]

    assert [(pick.lot_id, pick.quantity) for pick in allocation.picks] == [
        (soon.id, 72),
        (late.id, 168),
    ]
    assert [(skip.lot_id, skip.why) for skip in allocation.skipped] == [
        (soon.id, Unusable.SLOW_USE)
    ]


def test_a_lot_chosen_by_hand_is_taken_instead_of_the_first_to_expire(
    session: Session, cast: Cast, item: Item
) -> None:
    soon = a_lot(session, item, "SOON", expires=date(2027, 3, 31))
    late = a_lot(session, item, "LATE", expires=date(2027, 9, 30))
    for lot in (soon, late):
        stocked(session, cast.actor("pharmacist"), lot, 50)
    terms = Terms(facility_id=cast.central.id, need_by=TODAY, expires_at=NOW + timedelta(days=2))
    chosen = Demand("line", 1, item.id, 60, lot_id=late.id)

    allocation = inventory.reserve(session, [chosen], terms, now=NOW)[0]

    assert [(pick.lot_id, pick.quantity) for pick in allocation.picks] == [(late.id, 50)]
    assert allocation.shortage == 10
