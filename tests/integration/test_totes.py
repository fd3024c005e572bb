"""Totes: checked by a second look, sealed, carried, each step once."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.service import Credentials
from app.catalogue.models import Item, SpecialClass
from app.fulfilment import service
from app.fulfilment.errors import (
    CheckerPicked,
    CountDiffers,
    ToteNotReleased,
    ToteStateChanged,
)
from app.fulfilment.rules import RequisitionState, ToteState
from app.fulfilment.service import Approval, Count, CountPick, Dissolving, ScanPick
from app.inventory import service as inventory
from app.kernel.errors import NotFound
from app.kernel.local_time import local_day
from app.traceability.errors import AlreadyDone
from app.traceability.models import Unit
from tests.factories.cast import PASSWORD, Cast
from tests.factories.packs import pack_code, received
from tests.factories.requisitions import (
    a_key,
    a_sealed_tote,
    a_submitted_requisition,
    a_vehicle,
    all_in_full,
    an_approved_requisition,
    handed_over,
    loaded,
    pick_lines,
    picked,
    right_counts,
    sealed,
    state_of,
    task_of,
    totes_of,
)
from tests.factories.stock import NOW, a_lot, an_item, stocked

TODAY = local_day(NOW)


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


def test_a_wrong_count_seals_nothing(session: Session, cast: Cast, plain: Item) -> None:
    requisition = an_approved_requisition(session, cast, {plain: 48})
    picked(session, cast, requisition)
    (tote,) = totes_of(session, requisition)
    pharmacist = cast.actor("pharmacist")
    wrong = Count(item_code=plain.code, lot_number="A1", counted=47)

    with pytest.raises(CountDiffers), session.begin_nested():
        service.check(session, pharmacist, tote.code, [wrong], now=NOW)
    with pytest.raises(ToteStateChanged), session.begin_nested():
        service.seal(session, pharmacist, tote.code, now=NOW)

    assert totes_of(session, requisition)[0].state is ToteState.PACKED


def test_a_tote_is_sealed_loaded_and_handed_over_once(session: Session, cast: Cast) -> None:
    item = an_item(session)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 480)
    tote, driver = a_sealed_tote(session, cast, {item: 48}), cast.actor("driver")

    with pytest.raises(AlreadyDone):
        service.seal(session, cast.actor("pharmacist"), tote.code, now=NOW)
    loaded(session, cast, tote)
    with pytest.raises(AlreadyDone):
        loaded(session, cast, tote)
    other = a_vehicle(session, cast, "V02")
    with pytest.raises(ToteStateChanged):
        service.load_tote(session, driver, tote.code, other, a_key(), happening_time=NOW, now=NOW)
    service.hand_over_tote(session, driver, tote.code, a_key(), happening_time=NOW, now=NOW)
    with pytest.raises(AlreadyDone):
        service.hand_over_tote(session, driver, tote.code, a_key(), happening_time=NOW, now=NOW)

    assert inventory.prove(session) == []


def test_a_returned_tote_goes_out_again_and_arrives(session: Session, cast: Cast) -> None:
    item = an_item(session)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 480)
    tote, driver = a_sealed_tote(session, cast, {item: 48}), cast.actor("driver")
    loaded(session, cast, tote)

    service.return_tote(session, driver, tote.code, "关门", a_key(), happening_time=NOW, now=NOW)
    waiting = service.list_released_totes(session, cast.central.id, TODAY + timedelta(1))
    assert waiting == []
    service.release_again(session, cast.actor("storekeeper"), tote.code, now=NOW)
    handed_over(session, cast, tote)

    assert tote.state is ToteState.HANDED_OVER
    assert inventory.prove(session) == []


def test_a_returned_tote_is_laid_back_into_its_bins(session: Session, cast: Cast) -> None:
    plain, coded = an_item(session), an_item(session, "头孢克肟片", coded=True)
    keeper = cast.actor("storekeeper")
    stocked(session, keeper, a_lot(session, plain), 480)
    received(session, keeper, a_lot(session, coded, "C1"), coded)
    requisition = an_approved_requisition(session, cast, {plain: 48, coded: 24})
    task = task_of(session, requisition).reference
    first = pick_lines(session, requisition)[0]
    plain_pick = CountPick(
        task=task,
        position=first.position,
        lot_number=first.lot_number,
        quantity=first.quantity,
        key=a_key(),
    )
    service.pick_counted(session, keeper, plain_pick, now=NOW)
    coded_pick = ScanPick(task=task, code=pack_code(1), key=a_key())
    service.pick_scanned(session, keeper, coded_pick, now=NOW)
    service.finish(session, keeper, task, now=NOW)
    (tote,) = sealed(session, cast, requisition)
    loaded(session, cast, tote)
    wanted = Dissolving(code=tote.code, reason="卫生院停诊一周", key=a_key())
    with pytest.raises(ToteStateChanged), session.begin_nested():
        service.dissolve(session, keeper, wanted, now=NOW)
    driver = cast.actor("driver")
    service.return_tote(session, driver, tote.code, "关门", a_key(), happening_time=NOW, now=NOW)

    service.dissolve(session, keeper, wanted, now=NOW)

    assert tote.state is ToteState.CANCELLED
    assert state_of(session, requisition) is RequisitionState.CANCELLED
    assert [one.shortage for one in service.lines_of(session, requisition.id)] == [48, 24]
    levels = inventory.stock_levels(session, cast.central.id, [plain.id, coded.id], today=TODAY)
    assert levels[plain.id].available == 480
    pack = session.scalars(select(Unit).where(Unit.code == pack_code(1))).one()
    assert (pack.place_id, pack.parent_id) == (pick_lines(session, requisition)[1].place_id, None)
    assert inventory.prove(session) == []
    with pytest.raises(AlreadyDone):
        service.dissolve(session, keeper, wanted, now=NOW)


def test_a_released_tote_is_listed_with_what_a_planner_needs(session: Session, cast: Cast) -> None:
    item = an_item(session)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 480)
    tote = a_sealed_tote(session, cast, {item: 48})

    (row,) = service.list_released_totes(session, cast.central.id, TODAY + timedelta(1))

    assert (row.code, row.facility_id, row.weight_grams) == (tote.code, cast.yudu.id, 60)
    assert row.promised_from is not None
    assert service.list_released_totes(session, cast.central.id, TODAY) == []


def test_controlled_totes_are_checked_by_another_person(session: Session, cast: Cast) -> None:
    item = an_item(session, "盐酸吗啡注射液", special=SpecialClass.NARCOTIC)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 240)
    requisition = a_submitted_requisition(session, cast, {item: 24})
    session.commit()
    approval = Approval(
        reference=requisition.reference,
        decisions=all_in_full(session, requisition).decisions,
        second=Credentials(username="quality", password=PASSWORD, address=""),
    )
    service.approve(session, cast.actor("pharmacist"), approval, now=NOW)
    picked(session, cast, requisition)
    (tote,) = totes_of(session, requisition)

    counts = right_counts(session, tote)
    with pytest.raises(CheckerPicked), session.begin_nested():
        service.check(session, cast.actor("storekeeper"), tote.code, counts, now=NOW)

    assert sealed(session, cast, requisition)[0].state is ToteState.SEALED


def test_a_tote_waits_for_the_others_of_its_requisition(
    session: Session, cast: Cast, plain: Item, coded: Item
) -> None:
    requisition = an_approved_requisition(session, cast, {plain: 48, coded: 24})
    pick = ScanPick(task=task_of(session, requisition).reference, code=pack_code(1), key=a_key())
    first = service.pick_scanned(session, cast.actor("storekeeper"), pick, now=NOW)
    pharmacist = cast.actor("pharmacist")
    service.close_tote(session, cast.actor("storekeeper"), first.tote.code)
    counts = right_counts(session, first.tote)
    service.check(session, pharmacist, first.tote.code, counts, now=NOW)
    service.seal(session, pharmacist, first.tote.code, now=NOW)

    with pytest.raises(ToteNotReleased):
        loaded(session, cast, first.tote)


def test_another_depot_knows_neither_list_nor_tote(
    session: Session, cast: Cast, plain: Item
) -> None:
    requisition = an_approved_requisition(session, cast, {plain: 48})
    task = task_of(session, requisition).reference

    with pytest.raises(NotFound):
        service.finish(session, cast.actor("outsider"), task, now=NOW)
    with pytest.raises(NotFound):
        service.get_task(session, cast.actor("outsider"), task)
