"""A pack set apart leaves usable stock in the same transaction, and comes back when released."""

from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from app.accounts.errors import SecondPersonIsTheFirst, SecondPersonNeeded
from app.catalogue.models import Item, SpecialClass
from app.dispensing import service as dispensing
from app.dispensing.service import DispenseRequest
from app.inventory import service as inventory
from app.inventory.errors import HeldWithItsCode, ReversalByDocument
from app.inventory.models import Condition, StockApart, StockBalance
from app.inventory.service import ConditionChange, Correction, Demand, Terms
from app.kernel.actor import Actor
from app.kernel.errors import DomainError
from app.kernel.local_time import local_day
from app.quality import service as quality
from app.quality.service import Releasing
from app.reconciliation import service as reconciliation
from app.traceability import service as traceability
from app.traceability.errors import PackSetApart, StateForbids
from app.traceability.models import Disposition, Lot
from app.traceability.service import Cause
from tests.factories.cast import Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.disposal import signed_by
from tests.factories.packs import CARTON, received
from tests.factories.receiving import pack_code
from tests.factories.requisitions import an_approved_requisition, pick_lines
from tests.factories.stock import NOW, a_lot, an_item, stocked
from tests.racing import at_once, look_then_act

Sessions = sessionmaker[Session]


@pytest.fixture
def officer(cast: Cast) -> Actor:
    return cast.actor("quality")


@pytest.fixture
def lot(session: Session, cast: Cast) -> Lot:
    """Three packs of 24 on Yudu's shelf."""
    return packs_on_shelf(session, cast.actor("clinic"), an_item(session, coded=True), packs=3)


def held(session: Session, lot: Lot) -> dict[str, int]:
    """Return what the book has of a lot within the stock, by condition."""
    rows = session.execute(
        select(StockBalance.condition, StockBalance.on_hand).where(
            StockBalance.lot_id == lot.id, ~StockBalance.outside, StockBalance.on_hand != 0
        )
    )
    return {condition.value: on_hand for condition, on_hand in rows}


def agrees(session: Session) -> bool:
    return (
        inventory.prove(session) == [] and not reconciliation.reconcile(session, now=NOW).differing
    )


def offered(session: Session, actor: Actor, item: Item, quantity: int) -> int:
    terms = Terms(facility_id=actor.facility_id, need_by=local_day(NOW), expires_at=NOW)
    asked = [Demand("trial", 1, item.id, quantity)]
    with session.begin_nested() as undone:
        got = sum(
            pick.quantity for pick in inventory.reserve(session, asked, terms, now=NOW)[0].picks
        )
        undone.rollback()
    return got


def test_a_pack_set_apart_is_not_offered_until_it_is_released(
    session: Session, cast: Cast, officer: Actor, lot: Lot
) -> None:
    clinic, item = cast.actor("clinic"), session.get_one(Item, lot.item_id)
    dispensing.dispense(session, clinic, DispenseRequest(code=pack_code(2), quantity=4), now=NOW)

    quality.set_unit_apart(session, officer, pack_code(2), "包装破损", now=NOW)

    assert held(session, lot) == {"usable": 48, "quarantine": 20}
    assert offered(session, clinic, item, 72) == 48
    assert agrees(session)
    with pytest.raises(PackSetApart):
        dispensing.dispense(session, clinic, DispenseRequest(code=pack_code(2)), now=NOW)
    with pytest.raises(StateForbids):
        quality.set_unit_apart(session, officer, pack_code(2), "再次", now=NOW)

    decided = Releasing(decision="核对无误")
    quality.release_unit(session, officer, pack_code(2), decided, now=NOW)

    assert held(session, lot) == {"usable": 68}
    assert agrees(session)
    with pytest.raises(StateForbids):
        quality.release_unit(session, officer, pack_code(2), decided, now=NOW)
    dispensing.dispense(session, clinic, DispenseRequest(code=pack_code(2)), now=NOW)


def test_a_carton_is_set_apart_with_all_it_holds_and_its_packs_only_once(
    session: Session, cast: Cast, officer: Actor
) -> None:
    keeper = cast.actor("storekeeper")
    item = an_item(session, coded=True)
    lot = a_lot(session, item)
    packs = received(session, keeper, lot, item)

    quality.set_unit_apart(session, officer, packs[0].code, "标签模糊", now=NOW)
    quality.set_unit_apart(session, officer, CARTON, "箱体受潮", now=NOW)
    assert held(session, lot) == {"quarantine": 96}
    quality.release_unit(session, officer, CARTON, Releasing(decision="已晾干"), now=NOW)
    assert held(session, lot) == {"usable": 72, "quarantine": 24}
    assert agrees(session)


def test_what_is_set_apart_by_its_code_is_not_freed_by_its_quantity(
    session: Session, cast: Cast, officer: Actor, lot: Lot
) -> None:
    clinic = cast.actor("clinic")
    quality.set_unit_apart(session, officer, pack_code(1), "待查", now=NOW)
    balance = session.scalars(
        select(StockBalance.id).where(StockBalance.condition == Condition.QUARANTINE)
    ).one()
    freed = ConditionChange(balance_id=balance, quantity=1, condition=Condition.USABLE)
    posting = session.scalars(select(StockApart.posting_id)).one()

    refused(
        session,
        HeldWithItsCode,
        lambda: inventory.change_condition(
            session, clinic, freed, Correction(key="k1", reason="误设"), now=NOW
        ),
    )
    refused(
        session,
        ReversalByDocument,
        lambda: inventory.correct(
            session, clinic, posting, Correction(key="k2", reason="误设"), now=NOW
        ),
    )
    assert held(session, lot) == {"usable": 48, "quarantine": 24}


def refused(session: Session, kind: type[DomainError], act: Callable[[], object]) -> None:
    with pytest.raises(kind), session.begin_nested():
        act()


def test_promises_give_way_and_lines_get_other_lots_at_once(
    session: Session, cast: Cast, officer: Actor
) -> None:
    keeper = cast.actor("storekeeper")
    item = an_item(session, coded=True)
    lot = a_lot(session, item)
    packs = received(session, keeper, lot, item)
    later = a_lot(session, item, "B2")
    stocked(session, keeper, later, 240)
    asked = an_approved_requisition(session, cast, {item: 96})

    quality.set_unit_apart(session, officer, packs[0].code, "封签破损", now=NOW)

    lines = {(line.lot_number, line.open_quantity) for line in pick_lines(session, asked)}
    assert lines == {("A1", 72), ("B2", 24)}


def test_two_people_end_a_grave_suspicion_and_any_of_controlled_medicines(
    session: Session, cast: Cast, officer: Actor, lot: Lot
) -> None:
    code = pack_code(1)
    unit = traceability.get_unit(session, code)
    traceability.set_apart(session, officer, unit.id, Cause(kind="dispensed-elsewhere"), now=NOW)
    alone = Releasing(decision="核对无误")
    refused(
        session,
        SecondPersonNeeded,
        lambda: quality.release_unit(session, officer, code, alone, now=NOW),
    )
    twice = Releasing(decision="核对无误", second=signed_by("quality"))
    refused(
        session,
        SecondPersonIsTheFirst,
        lambda: quality.release_unit(session, officer, code, twice, now=NOW),
    )
    both = Releasing(decision="核对无误", second=signed_by("pharmacist"))
    quality.release_unit(session, officer, code, both, now=NOW)
    assert traceability.get_unit(session, code).disposition is Disposition.IN_STOCK


def test_a_controlled_pack_is_set_apart_in_its_cupboard_and_released_by_two(
    session: Session, cast: Cast, officer: Actor
) -> None:
    item = an_item(session, "盐酸吗啡片", coded=True, special=SpecialClass.NARCOTIC)
    lot = packs_on_shelf(session, cast.actor("clinic"), item)
    quality.set_unit_apart(session, officer, pack_code(1), "账物不符", now=NOW)
    assert held(session, lot) == {"quarantine": 24}
    refused(
        session,
        SecondPersonNeeded,
        lambda: quality.release_unit(
            session, officer, pack_code(1), Releasing(decision="相符"), now=NOW
        ),
    )
    both = Releasing(decision="相符", second=signed_by("pharmacist"))
    quality.release_unit(session, officer, pack_code(1), both, now=NOW)
    assert held(session, lot) == {"usable": 24}


def test_of_giving_and_setting_apart_at_once_the_book_follows_the_pack(
    rivals: Sessions, racing_cast: Cast
) -> None:
    clinic, officer = racing_cast.actor("clinic"), racing_cast.actor("quality")
    with rivals.begin() as session:
        lot = packs_on_shelf(session, clinic, an_item(session, coded=True), packs=2)

    def give() -> str:
        part = DispenseRequest(code=pack_code(1), quantity=4)
        return either(rivals, lambda session: dispensing.dispense(session, clinic, part, now=NOW))

    def apart() -> str:
        return either(
            rivals,
            lambda session: quality.set_unit_apart(session, officer, pack_code(1), "待查", now=NOW),
        )

    ended = Counter(at_once(*([give] * 4), *([apart] * 4)))

    assert (ended["done"] - 1, ended["state-forbids"]) == (4 - ended["quality-hold"], 3)
    with rivals() as session:
        left = traceability.get_unit(session, pack_code(1)).remaining
        assert held(session, session.get_one(Lot, lot.id)) == {"usable": 24, "quarantine": left}
        assert agrees(session)


def test_setting_apart_what_was_read_without_a_lock_parts_book_and_pack(
    rivals: Sessions, racing_cast: Cast
) -> None:
    """The control: all look at the pack, one gives a part of it, another sets apart what it saw."""
    clinic = racing_cast.actor("clinic")
    with rivals.begin() as session:
        lot = packs_on_shelf(session, clinic, an_item(session, coded=True), packs=2)
    turn: list[str] = []

    def look(session: Session) -> int:
        return traceability.get_unit(session, pack_code(1)).remaining

    def act(session: Session, seen: int) -> None:
        turn.append("given" if not turn else "apart")
        if len(turn) == 1:
            part = DispenseRequest(code=pack_code(1), quantity=4)
            dispensing.dispense(session, clinic, part, now=NOW)
            return
        usable = session.scalars(
            select(StockBalance.id).where(
                StockBalance.lot_id == lot.id,
                StockBalance.condition == Condition.USABLE,
                ~StockBalance.outside,
            )
        ).one()
        moved = ConditionChange(balance_id=usable, quantity=seen, condition=Condition.QUARANTINE)
        because = Correction(key="naive", reason="待查")
        inventory.change_condition(session, clinic, moved, because, now=NOW)

    assert look_then_act(rivals, look, act, count=2) == {"acted": 2}
    with rivals() as session:
        left = traceability.get_unit(session, pack_code(1)).remaining
        assert held(session, session.get_one(Lot, lot.id))["quarantine"] > left


def either(rivals: Sessions, act: Callable[[Session], object]) -> str:
    try:
        with rivals.begin() as session:
            act(session)
    except DomainError as refusal:
        return refusal.code
    return "done"
