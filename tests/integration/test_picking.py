"""Picking: what may go into a tote, what is refused by name, and what became short."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.fulfilment import service
from app.fulfilment.errors import (
    MoreThanAsked,
    PickLineSettled,
    PickLinesOpen,
    WrongLot,
)
from app.fulfilment.models import Requisition
from app.fulfilment.rules import RequisitionState, ShortReason, ToteState
from app.fulfilment.service import CountPick, Picked, ScanPick
from app.inventory import service as inventory
from app.inventory.errors import ScanRequired
from app.kernel.local_time import local_day
from app.traceability import service as traceability
from app.traceability.errors import AlreadyDone, LotHeld, NotATraceCode, UnknownCode, WrongItem
from app.traceability.models import LotHold
from tests.factories.cast import Cast
from tests.factories.packs import CARTON, pack_code, received
from tests.factories.requisitions import (
    a_key,
    an_approved_requisition,
    pick_lines,
    state_of,
    task_of,
    totes_of,
)
from tests.factories.stock import NOW, a_lot, an_item, stocked

TODAY = local_day(NOW)


def scan(session: Session, cast: Cast, requisition: Requisition, code: str) -> Picked:
    pick = ScanPick(task=task_of(session, requisition).reference, code=code, key=a_key())
    return service.pick_scanned(session, cast.actor("storekeeper"), pick, now=NOW)


def count(
    session: Session, cast: Cast, requisition: Requisition, quantity: int, lot: str = "A1"
) -> Picked:
    task = task_of(session, requisition).reference
    pick = CountPick(task=task, position=1, lot_number=lot, quantity=quantity, key=a_key())
    return service.pick_counted(session, cast.actor("storekeeper"), pick, now=NOW)


@pytest.fixture
def coded(session: Session, cast: Cast) -> Item:
    """A carton of four coded packs in the centre's main bin."""
    item = an_item(session, coded=True)
    received(session, cast.actor("storekeeper"), a_lot(session, item), item)
    return item


@pytest.fixture
def plain(session: Session, cast: Cast) -> Item:
    """Goods without codes in the centre's main bin."""
    item = an_item(session)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 480)
    return item


def test_a_pack_scanned_goes_into_the_tote_once(session: Session, cast: Cast, coded: Item) -> None:
    requisition = an_approved_requisition(session, cast, {coded: 48})

    taken = scan(session, cast, requisition, pack_code(1))

    assert (taken.content.quantity, taken.line.open_quantity) == (24, 24)
    unit = traceability.get_unit(session, pack_code(1))
    assert unit.parent_id == taken.tote.unit_id
    with pytest.raises(AlreadyDone):
        scan(session, cast, requisition, pack_code(1))


def test_a_carton_is_taken_whole_where_it_fits(session: Session, cast: Cast, coded: Item) -> None:
    requisition = an_approved_requisition(session, cast, {coded: 96})

    taken = scan(session, cast, requisition, CARTON)

    assert (taken.content.quantity, taken.line.open_quantity) == (96, 0)
    with pytest.raises(AlreadyDone):
        scan(session, cast, requisition, pack_code(2))


def test_a_carton_too_large_is_refused(session: Session, cast: Cast, coded: Item) -> None:
    requisition = an_approved_requisition(session, cast, {coded: 48})

    with pytest.raises(MoreThanAsked):
        scan(session, cast, requisition, CARTON)


@pytest.mark.parametrize(
    ("code", "refusal"),
    [("6901234567892", NotATraceCode), ("89990009999999999999", UnknownCode)],
)
def test_other_codes_are_refused_by_kind(
    session: Session, cast: Cast, coded: Item, *, code: str, refusal: type[Exception]
) -> None:
    requisition = an_approved_requisition(session, cast, {coded: 48})

    with pytest.raises(refusal):
        scan(session, cast, requisition, code)


def test_another_item_is_refused_by_name(
    session: Session, cast: Cast, coded: Item, plain: Item
) -> None:
    requisition = an_approved_requisition(session, cast, {plain: 48})

    with pytest.raises(WrongItem) as refused:
        scan(session, cast, requisition, pack_code(1))

    assert refused.value.data["item"] == coded.name
    assert refused.value.data["expected"] == plain.name


def test_another_lot_is_refused_with_the_lot_wanted(
    session: Session, cast: Cast, coded: Item
) -> None:
    sooner = a_lot(session, coded, "S1", expires=TODAY + timedelta(200))
    stocked(session, cast.actor("storekeeper"), sooner, 48)
    requisition = an_approved_requisition(session, cast, {coded: 48})

    with pytest.raises(WrongLot) as refused:
        scan(session, cast, requisition, pack_code(1))

    assert refused.value.data["lots"] == "S1"


def test_coded_goods_are_never_typed(session: Session, cast: Cast, coded: Item) -> None:
    requisition = an_approved_requisition(session, cast, {coded: 48})

    with pytest.raises(ScanRequired):
        count(session, cast, requisition, 48)


def test_goods_without_codes_are_picked_by_lot_and_quantity(
    session: Session, cast: Cast, plain: Item
) -> None:
    requisition = an_approved_requisition(session, cast, {plain: 48})

    with pytest.raises(WrongLot):
        count(session, cast, requisition, 24, "B2")
    with pytest.raises(MoreThanAsked):
        count(session, cast, requisition, 49)
    count(session, cast, requisition, 24)
    count(session, cast, requisition, 24)
    with pytest.raises(PickLineSettled):
        count(session, cast, requisition, 1)

    assert state_of(session, requisition) is RequisitionState.PICKING
    assert inventory.prove(session) == []


def test_a_lot_frozen_after_approval_cannot_be_picked(
    session: Session, cast: Cast, plain: Item
) -> None:
    other = a_lot(session, plain, "Z9", expires=TODAY + timedelta(700))
    stocked(session, cast.actor("storekeeper"), other, 48)
    requisition = an_approved_requisition(session, cast, {plain: 48})
    (line,) = pick_lines(session, requisition)
    hold = (LotHold.QUALITY, "待查")
    inventory.freeze_lot(session, cast.actor("quality"), line.lot_id, hold, now=NOW)

    with pytest.raises(LotHeld), session.begin_nested():
        count(session, cast, requisition, 48, line.lot_number)
    reference = task_of(session, requisition).reference
    added = service.reallocate(session, cast.actor("storekeeper"), reference, now=NOW)

    assert added == 1
    old, new = pick_lines(session, requisition)
    assert (old.short, old.short_reason) == (48, ShortReason.LOT_GONE)
    assert (new.quantity, new.open_quantity) == (48, 48)
    assert new.lot_id != old.lot_id
    assert [one.shortage for one in service.lines_of(session, requisition.id)] == [0]


def test_a_frozen_lot_without_a_successor_becomes_a_shortage(
    session: Session, cast: Cast, plain: Item
) -> None:
    requisition = an_approved_requisition(session, cast, {plain: 48})
    (line,) = pick_lines(session, requisition)
    hold = (LotHold.RECALL, "召回")
    inventory.freeze_lot(session, cast.actor("quality"), line.lot_id, hold, now=NOW)

    reference = task_of(session, requisition).reference
    service.reallocate(session, cast.actor("storekeeper"), reference, now=NOW)

    assert [one.shortage for one in service.lines_of(session, requisition.id)] == [48]


def test_a_short_pick_is_explicit_and_gives_the_rest_back(
    session: Session, cast: Cast, plain: Item
) -> None:
    requisition = an_approved_requisition(session, cast, {plain: 48})
    storekeeper, task = cast.actor("storekeeper"), task_of(session, requisition)
    count(session, cast, requisition, 24)

    named = (task.reference, 1)
    service.report_short(session, storekeeper, named, ShortReason.NOT_FOUND, now=NOW)

    (line,) = pick_lines(session, requisition)
    assert (line.picked, line.short) == (24, 24)
    assert [one.shortage for one in service.lines_of(session, requisition.id)] == [24]
    level = inventory.stock_levels(session, cast.central.id, [plain.id], today=TODAY)[plain.id]
    assert level.available == 456
    assert service.reallocate(session, storekeeper, task.reference, now=NOW) == 0


def test_what_a_bin_lacks_comes_from_other_lots_at_once(
    session: Session, cast: Cast, plain: Item
) -> None:
    storekeeper = cast.actor("storekeeper")
    stocked(session, storekeeper, a_lot(session, plain, "B2"), 36)
    requisition = an_approved_requisition(session, cast, {plain: 48})
    task = task_of(session, requisition).reference
    count(session, cast, requisition, 8)

    settled = service.report_short(session, storekeeper, (task, 1), ShortReason.NOT_FOUND, now=NOW)

    old, new = pick_lines(session, requisition)
    assert (settled.added, settled.lacking) == (1, 4)
    assert (old.picked, old.short) == (8, 40)
    assert (new.lot_number, new.quantity) == ("B2", 36)
    assert [one.shortage for one in service.lines_of(session, requisition.id)] == [4]
    assert service.reallocate(session, storekeeper, task, now=NOW) == 0
    assert inventory.prove(session) == []


def test_a_list_with_open_lines_is_not_finished(session: Session, cast: Cast, plain: Item) -> None:
    requisition = an_approved_requisition(session, cast, {plain: 48})

    with pytest.raises(PickLinesOpen):
        service.finish(
            session,
            cast.actor("storekeeper"),
            task_of(session, requisition).reference,
            now=NOW,
        )


def test_a_mistake_is_put_back_and_picked_anew(session: Session, cast: Cast, coded: Item) -> None:
    requisition = an_approved_requisition(session, cast, {coded: 24})
    taken = scan(session, cast, requisition, pack_code(1))
    storekeeper, reference = cast.actor("storekeeper"), task_of(session, requisition).reference

    named = (taken.tote.code, taken.content.position)
    service.take_out(session, storekeeper, named, a_key(), now=NOW)
    with pytest.raises(PickLinesOpen):
        service.finish(session, storekeeper, reference, now=NOW)
    service.reallocate(session, storekeeper, reference, now=NOW)
    scan(session, cast, requisition, pack_code(1))
    service.finish(session, storekeeper, reference, now=NOW)

    assert [tote.state for tote in totes_of(session, requisition)] == [ToteState.PACKED]
    assert inventory.prove(session) == []
