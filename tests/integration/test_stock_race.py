"""Sixteen rivals for the same lots: never oversold, and the naive way shows why."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from app.inventory import service as inventory
from app.inventory.errors import InsufficientStock
from app.inventory.models import (
    PlaceKind,
    PostingKind,
    StockBalance,
    StockPosting,
    StockReservation,
)
from app.inventory.service import Demand, Movement, PostingRequest, Terms
from app.kernel.actor import Actor
from app.kernel.errors import DomainError
from app.kernel.ids import ItemId, LotId
from app.traceability import service as traceability
from app.traceability.errors import AlreadyDispensed, NotHere
from app.traceability.models import BizStep, Disposition, Lot, LotHold
from tests.factories.cast import Cast
from tests.factories.packs import happening, received
from tests.factories.stock import NOW, a_lot, an_item, spot, stocked
from tests.racing import at_once, look_then_act

RIVALS = 16
Sessions = sessionmaker[Session]
TODAY = date(2026, 11, 23)


class Numbered:
    """Hand each thread its own number."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> int:
        with self._lock:
            self._last += 1
            return self._last


def shelves(rivals: Sessions, keeper: Actor, lots: int, each: int) -> tuple[ItemId, list[LotId]]:
    with rivals.begin() as session:
        item = an_item(session)
        found = []
        for number in range(lots):
            expires = TODAY + timedelta(days=30 + number)
            lot = a_lot(session, item, f"R{number}", expires=expires)
            stocked(session, keeper, lot, each)
            found.append(lot.id)
        for kind in (PlaceKind.STAGING, PlaceKind.PATIENT):
            spot(session, keeper.facility_id, kind)
        return item.id, found


def proved(rivals: Sessions) -> bool:
    with rivals() as session:
        return inventory.prove(session) == []


def picked(session: Session, keeper: Actor, taking: tuple[LotId, int], key: str) -> None:
    lot_id, quantity = taking
    move = Movement(
        lot_id=lot_id,
        quantity=quantity,
        source=spot(session, keeper.facility_id),
        target=spot(session, keeper.facility_id, PlaceKind.STAGING),
    )
    request = PostingRequest(
        kind=PostingKind.PICK,
        key=key,
        facility_id=keeper.facility_id,
        document="RACE",
        occurred_at=NOW,
        movements=[move],
    )
    inventory.post(session, keeper, request, now=NOW)


@pytest.mark.parametrize("attempt", range(3))
def test_sixteen_reservations_share_what_there_is(
    rivals: Sessions, racing_cast: Cast, attempt: int
) -> None:
    keeper = racing_cast.actor("storekeeper")
    item_id, _ = shelves(rivals, keeper, lots=4, each=25)
    numbers = Numbered()

    def reserve() -> int:
        line = numbers.next() + attempt
        terms = Terms(
            facility_id=keeper.facility_id, need_by=TODAY, expires_at=NOW + timedelta(days=1)
        )
        with rivals.begin() as session:
            demand = Demand("race_line", line, item_id, 10)
            allocation = inventory.reserve(session, [demand], terms, now=NOW)[0]
        return sum(pick.quantity for pick in allocation.picks)

    given = at_once(reserve, rivals=RIVALS)

    assert sum(given) == 100
    assert sorted(given) == [0] * 6 + [10] * 10
    assert proved(rivals)


@pytest.mark.parametrize("attempt", range(3))
def test_sixteen_pickers_cannot_take_more_than_there_is(
    rivals: Sessions, racing_cast: Cast, attempt: int
) -> None:
    keeper = racing_cast.actor("storekeeper")
    _, lots = shelves(rivals, keeper, lots=2, each=50)
    numbers = Numbered()

    def take() -> bool:
        number = numbers.next()
        try:
            with rivals.begin() as session:
                picked(session, keeper, (lots[number % 2], 10), f"race-{attempt}-{number}")
        except InsufficientStock:
            return False
        return True

    assert sum(at_once(take, rivals=RIVALS)) == 10
    assert proved(rivals)


def test_the_same_posting_sent_sixteen_times_moves_stock_once(
    rivals: Sessions, racing_cast: Cast
) -> None:
    keeper = racing_cast.actor("storekeeper")
    item_id, lots = shelves(rivals, keeper, lots=1, each=50)

    def take() -> None:
        with rivals.begin() as session:
            picked(session, keeper, (lots[0], 10), "one-key")

    at_once(take, rivals=RIVALS)

    with rivals() as session:
        levels = inventory.stock_levels(session, keeper.facility_id, [item_id], today=TODAY)
        assert levels[item_id].available == 40
    assert proved(rivals)


def test_a_hold_racing_issues_lets_nothing_leave_after_it(
    rivals: Sessions, racing_cast: Cast
) -> None:
    keeper, quality = racing_cast.actor("storekeeper"), racing_cast.actor("quality")
    _, lots = shelves(rivals, keeper, lots=1, each=1000)
    numbers = Numbered()
    order: list[str] = []

    def act() -> None:
        number = numbers.next()
        try:
            with rivals.begin() as session:
                if number == 8:
                    hold = (LotHold.RECALL, "召回")
                    inventory.freeze_lot(session, quality, lots[0], hold, now=NOW)
                    order.append("held")
                else:
                    picked(session, keeper, (lots[0], 1), f"hold-{number}")
                    order.append("picked")
        except DomainError:
            order.append("refused")

    at_once(act, rivals=RIVALS)

    with rivals.begin() as session, pytest.raises(DomainError):
        picked(session, keeper, (lots[0], 1), "after")
    assert order.count("held") == 1
    assert proved(rivals)


def test_one_pack_is_dispensed_by_one_of_sixteen(rivals: Sessions, racing_cast: Cast) -> None:
    keeper = racing_cast.actor("storekeeper")
    with rivals.begin() as session:
        item = an_item(session, coded=True)
        pack = received(session, keeper, a_lot(session, item), item)[0]
        shelf = spot(session, keeper.facility_id)
        patient = spot(session, keeper.facility_id, PlaceKind.PATIENT)

    def give() -> bool:
        told = happening(keeper, BizStep.DISPENSING, shelf.place_id, became=Disposition.DISPENSED)
        places = (shelf.place_id, patient.place_id)
        try:
            with rivals.begin() as session:
                unit = traceability.get_unit(session, pack.code)
                traceability.dispense(session, keeper, (unit, 24), places, told)
        except (AlreadyDispensed, NotHere):
            return False
        return True

    assert sum(at_once(give, rivals=RIVALS)) == 1


def test_many_pickers_over_many_lots_never_deadlock(rivals: Sessions, racing_cast: Cast) -> None:
    keeper = racing_cast.actor("storekeeper")
    _, lots = shelves(rivals, keeper, lots=6, each=200)
    numbers = Numbered()

    def take_all() -> None:
        number = numbers.next()
        turned = lots[number % 6 :] + lots[: number % 6]
        with rivals.begin() as session:
            shelf = spot(session, keeper.facility_id)
            staging = spot(session, keeper.facility_id, PlaceKind.STAGING)
            moves = [
                Movement(lot_id=lot_id, quantity=1, source=shelf, target=staging)
                for lot_id in (turned if number % 2 else turned[::-1])
            ]
            request = PostingRequest(
                kind=PostingKind.PICK,
                key=f"many-{number}",
                facility_id=keeper.facility_id,
                document="RACE",
                occurred_at=NOW,
                movements=moves,
            )
            inventory.post(session, keeper, request, now=NOW)

    at_once(take_all, rivals=RIVALS)

    assert proved(rivals)


def test_reading_first_and_writing_later_oversells(rivals: Sessions, racing_cast: Cast) -> None:
    """The control: what our guards prevent does happen without them."""
    _, lots = shelves(rivals, racing_cast.actor("storekeeper"), lots=1, each=50)
    shelf = (StockBalance.lot_id == lots[0], ~StockBalance.outside)

    def look(session: Session) -> int:
        on_hand = session.scalars(select(StockBalance.on_hand).where(*shelf)).one()
        return on_hand if on_hand >= 10 else 0

    def act(session: Session, seen: int) -> None:
        session.execute(update(StockBalance).where(*shelf).values(on_hand=seen - 10))

    assert look_then_act(rivals, look, act, count=RIVALS) == {"acted": RIVALS}
    assert not proved(rivals)


def test_summing_first_and_promising_later_promises_more_than_there_is(
    rivals: Sessions, racing_cast: Cast
) -> None:
    """The control of reservations: each sees the same hundred free."""
    _, lots = shelves(rivals, racing_cast.actor("storekeeper"), lots=1, each=100)
    shelf = (StockBalance.lot_id == lots[0], ~StockBalance.outside)
    lines = Numbered()

    def look(session: Session) -> StockBalance | None:
        balance = session.scalars(select(StockBalance).where(*shelf)).one()
        return balance if balance.on_hand - balance.reserved >= 10 else None

    def act(session: Session, seen: StockBalance | None) -> None:
        assert seen is not None
        session.add(
            StockReservation(
                line_kind="naive",
                line_id=lines.next(),
                balance_id=seen.id,
                quantity=10,
                expires_at=NOW,
                created_at=NOW,
            )
        )
        seen.reserved += 10

    assert look_then_act(rivals, look, act, count=RIVALS) == {"acted": RIVALS}
    with rivals() as session:
        assert session.scalar(select(func.sum(StockReservation.quantity))) == 10 * RIVALS > 100
    assert not proved(rivals)


def test_a_hold_looked_up_before_it_came_lets_goods_leave_after_it(
    rivals: Sessions, racing_cast: Cast
) -> None:
    """The control of holds: the issue asked first, and leaves when the recall has committed."""
    _, lots = shelves(rivals, racing_cast.actor("storekeeper"), lots=1, each=50)
    shelf = (StockBalance.lot_id == lots[0], ~StockBalance.outside)

    with rivals.begin() as issue:
        held = issue.scalars(select(Lot.hold).where(Lot.id == lots[0])).one()
        with rivals.begin() as recall:
            hold = (LotHold.RECALL, "召回")
            inventory.freeze_lot(recall, racing_cast.actor("quality"), lots[0], hold, now=NOW)
        assert held is LotHold.NONE
        issue.execute(update(StockBalance).where(*shelf).values(on_hand=40))

    with rivals() as session:
        assert session.get_one(Lot, lots[0]).hold is LotHold.RECALL
        assert session.scalars(select(StockBalance.on_hand).where(*shelf)).one() == 40


def test_asking_first_whether_it_was_posted_posts_it_four_times(
    rivals: Sessions, racing_cast: Cast
) -> None:
    """The control of repeats: the answer to "was it posted?" is no for all who ask at once."""
    keeper = racing_cast.actor("storekeeper")
    item_id, lots = shelves(rivals, keeper, lots=1, each=50)
    numbers = Numbered()

    def look(session: Session) -> bool:
        return not session.scalars(
            select(StockPosting.id).where(StockPosting.document == "RACE")
        ).all()

    def act(session: Session, _unposted: bool) -> None:  # noqa: FBT001 - what it saw
        picked(session, keeper, (lots[0], 10), f"naive-{numbers.next()}")

    assert look_then_act(rivals, look, act) == {"acted": 4}
    with rivals() as session:
        levels = inventory.stock_levels(session, keeper.facility_id, [item_id], today=TODAY)
        assert levels[item_id].available == 10
