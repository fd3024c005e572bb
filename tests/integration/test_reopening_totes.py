"""A sealed tote in which a lot was frozen is opened; the lot goes back, other lots come in."""

import pytest
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.fulfilment import service
from app.fulfilment.errors import ToteMayLeave, ToteStateChanged
from app.fulfilment.models import Requisition, Tote
from app.fulfilment.rules import RequisitionState, ToteState
from app.fulfilment.service import CountPick, Dissolving
from app.inventory import service as inventory
from app.kernel.local_time import local_day
from app.traceability.errors import LotHeld, ReasonMissing
from app.traceability.models import Lot, LotHold
from tests.factories.cast import Cast
from tests.factories.requisitions import (
    a_key,
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


def a_stuck_tote(session: Session, cast: Cast, more: int) -> tuple[Requisition, Item, Lot]:
    """Seal 48 of a lot and 24 of other goods, then freeze the lot; ``more`` lie in another lot."""
    keeper, item, other = cast.actor("storekeeper"), an_item(session), an_item(session, "纱布")
    lot = a_lot(session, item)
    stocked(session, keeper, lot, 48)
    stocked(session, keeper, a_lot(session, other, "C1"), 240)
    requisition = an_approved_requisition(session, cast, {item: 48, other: 24})
    picked(session, cast, requisition)
    sealed(session, cast, requisition)
    if more:
        stocked(session, keeper, a_lot(session, item, "B1"), more)
    hold = (LotHold.QUALITY, "外观异常")
    service.freeze_and_refill(session, cast.actor("quality"), lot.id, hold, now=NOW)
    return requisition, item, lot


def opening(tote: Tote, reason: str = "批号冻结，换批") -> Dissolving:
    return Dissolving(code=tote.code, reason=reason, key=a_key())


def test_the_held_lot_goes_back_and_another_comes_in(session: Session, cast: Cast) -> None:
    requisition, item, _ = a_stuck_tote(session, cast, more=480)
    keeper, (tote,) = cast.actor("storekeeper"), totes_of(session, requisition)
    with pytest.raises(LotHeld), session.begin_nested():
        loaded(session, cast, tote)

    opened = service.reopen(session, keeper, opening(tote), now=NOW)

    assert (opened.added, tote.state) == (1, ToteState.OPEN)
    assert state_of(session, requisition) is RequisitionState.PICKING
    levels = inventory.stock_levels(session, cast.central.id, [item.id], today=TODAY)
    assert levels[item.id].available == 480 - 48
    pick_the_rest(session, cast, requisition)
    (tote,) = sealed(session, cast, requisition)
    handed_over(session, cast, tote)
    assert sorted(count.counted for count in right_counts(session, tote)) == [24, 48]
    assert [line.shortage for line in service.lines_of(session, requisition.id)] == [0, 0]
    assert inventory.prove(session) == []


def pick_the_rest(session: Session, cast: Cast, requisition: Requisition) -> None:
    """Pick what is open, and finish."""
    keeper, task = cast.actor("storekeeper"), task_of(session, requisition)
    for line in pick_lines(session, requisition):
        if line.open_quantity:
            pick = CountPick(
                task=task.reference,
                position=line.position,
                lot_number=line.lot_number,
                quantity=line.open_quantity,
                key=a_key(),
            )
            service.pick_counted(session, keeper, pick, now=NOW)
    service.finish(session, keeper, task.reference, now=NOW)


def test_what_no_lot_can_fill_is_a_shortage(session: Session, cast: Cast) -> None:
    requisition, _, _ = a_stuck_tote(session, cast, more=24)
    (tote,) = totes_of(session, requisition)

    opened = service.reopen(session, cast.actor("storekeeper"), opening(tote), now=NOW)

    assert opened.added == 1
    assert sorted(line.shortage for line in service.lines_of(session, requisition.id)) == [0, 24]
    pick_the_rest(session, cast, requisition)
    handed_over(session, cast, sealed(session, cast, requisition)[0])
    assert inventory.prove(session) == []


def test_a_tote_opened_while_others_are_on_the_road_goes_later(
    session: Session, cast: Cast
) -> None:
    requisition, _, _ = a_stuck_tote(session, cast, more=0)
    keeper, (tote,) = cast.actor("storekeeper"), totes_of(session, requisition)
    requisition.state = RequisitionState.IN_DELIVERY
    session.flush()

    service.reopen(session, keeper, opening(tote), now=NOW)
    pick_the_rest(session, cast, requisition)
    (tote,) = sealed(session, cast, requisition)
    handed_over(session, cast, tote)

    assert state_of(session, requisition) is RequisitionState.IN_DELIVERY
    assert tote.state is ToteState.HANDED_OVER
    assert inventory.prove(session) == []


def test_only_a_sealed_tote_with_a_held_lot_is_opened(session: Session, cast: Cast) -> None:
    requisition, _, lot = a_stuck_tote(session, cast, more=0)
    keeper, (tote,) = cast.actor("storekeeper"), totes_of(session, requisition)
    with pytest.raises(ReasonMissing):
        service.reopen(session, keeper, opening(tote, ""), now=NOW)
    inventory.unfreeze_lot(session, cast.actor("quality"), lot.id, "复检合格", now=NOW)

    with pytest.raises(ToteMayLeave):
        service.reopen(session, keeper, opening(tote), now=NOW)
    loaded(session, cast, tote)
    with pytest.raises(ToteStateChanged):
        service.reopen(session, keeper, opening(tote), now=NOW)
