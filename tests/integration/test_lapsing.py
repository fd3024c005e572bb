"""Promises end: what nobody picked or fetched is free again, and both sides are told."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import UserAccount
from app.catalogue.models import Item
from app.fulfilment import service
from app.fulfilment.models import RequisitionLine
from app.fulfilment.queries.waiting import list_waiting, waiting_of
from app.inventory import service as inventory
from app.inventory.models import StockBalance
from app.kernel import history
from app.notices.models import Notice
from app.notices.rules import NoticeKind
from app.quality import service as quality
from app.traceability.models import LotHold
from app.transfers import service as transfers
from app.transfers.models import Transfer
from app.transfers.rules import TransferState
from app.transfers.service import Approval
from tests.factories.cast import Cast
from tests.factories.requisitions import (
    an_approved_requisition,
    pick_lines,
    picked,
    task_of,
)
from tests.factories.stock import NOW, a_lot, an_item, stocked
from tests.factories.transfers import asked

LATER = NOW + timedelta(days=30)


@pytest.fixture
def item(session: Session, cast: Cast) -> Item:
    item = an_item(session)
    for name, day in (("SOON", date(2027, 9, 30)), ("LATE", date(2027, 12, 31))):
        for who in ("storekeeper", "clinic2"):
            stocked(session, cast.actor(who), a_lot(session, item, name, expires=day), 240)
    return item


def told(session: Session, kind: NoticeKind) -> dict[str, int]:
    rows = session.execute(
        select(UserAccount.username, Notice.fresh)
        .join(Notice, Notice.user_id == UserAccount.id)
        .where(Notice.kind == kind)
    )
    return {row[0]: row[1] for row in rows}


def reserved(session: Session) -> int:
    return int(session.scalar(select(func.sum(StockBalance.reserved))) or 0)


def test_an_approval_nobody_picked_waits_again_and_both_sides_learn_it(
    session: Session, cast: Cast, item: Item
) -> None:
    requisition = an_approved_requisition(session, cast, {item: 96})
    (line,) = service.lines_of(session, requisition.id)

    assert service.lapse(session, now=NOW) == 0
    lapsed = service.lapse(session, now=LATER)

    assert (lapsed, reserved(session)) == (1, 0)
    waiting = waiting_of(session, requisition.id)
    assert waiting[line.id].quantity == 96
    assert told(session, NoticeKind.PROMISE_LAPSED) == {"clinic": 1, "clinic3": 1, "pharmacist": 1}
    for who in ("clinic", "pharmacist"):
        (row,) = list_waiting(session, cast.actor(who))
        assert (row.reference, row.lines) == (requisition.reference, 1)
    assert list_waiting(session, cast.actor("outsider")) == []
    assert service.lapse(session, now=LATER) == 0
    assert inventory.prove(session) == []


def test_what_waits_is_promised_anew_in_one_step(session: Session, cast: Cast, item: Item) -> None:
    requisition = an_approved_requisition(session, cast, {item: 96})
    service.lapse(session, now=LATER)

    task = task_of(session, requisition).reference
    service.reallocate(session, cast.actor("storekeeper"), task, now=LATER)

    assert waiting_of(session, requisition.id) == {}
    assert reserved(session) == 96
    assert session.scalars(select(RequisitionLine.shortage)).all() == [0]


def test_what_was_picked_does_not_lapse(session: Session, cast: Cast, item: Item) -> None:
    requisition = an_approved_requisition(session, cast, {item: 96})
    picked(session, cast, requisition)

    assert service.lapse(session, now=LATER) == 0
    assert sum(line.picked for line in pick_lines(session, requisition)) == 96


def test_a_granted_transfer_nobody_fetched_is_asked_again(
    session: Session, cast: Cast, item: Item
) -> None:
    clinic, holder = cast.actor("clinic"), cast.actor("clinic2")
    transfer = asked(session, clinic, (cast.yanchang.id, item, 48), now=NOW)
    transfers.approve(session, holder, Approval(reference=transfer.reference), now=NOW)

    assert transfers.lapse(session, now=NOW) == 0
    assert transfers.lapse(session, now=LATER) == 1

    session.refresh(transfer)
    assert (transfer.state, transfer.lapsed_at) == (TransferState.REQUESTED, LATER)
    assert reserved(session) == 0
    assert told(session, NoticeKind.TRANSFER_LAPSED) == {"clinic": 1, "clinic2": 1, "clinic3": 1}
    transfers.approve(session, holder, Approval(reference=transfer.reference), now=LATER)
    assert reserved(session) == 48


def test_a_held_lot_is_replaced_on_requisitions_and_transfers_at_once(
    session: Session, cast: Cast, item: Item
) -> None:
    clinic, holder = cast.actor("clinic"), cast.actor("clinic2")
    requisition = an_approved_requisition(session, cast, {item: 96})
    transfer = asked(session, clinic, (cast.yanchang.id, item, 264), now=NOW)
    transfers.approve(session, holder, Approval(reference=transfer.reference), now=NOW)
    lot = a_lot(session, item, "SOON", expires=date(2027, 9, 30))

    held = quality.hold_lot(
        session, cast.actor("quality"), lot.id, (LotHold.QUALITY, "供应商通知"), now=NOW
    )

    assert (held.lines, held.short) == (2, 24)
    open_lines = {line.lot_number: line.open_quantity for line in pick_lines(session, requisition)}
    assert open_lines == {"SOON": 0, "LATE": 96}
    picks = picks_of(session, transfer)
    assert picks == {"LATE": 240}
    assert [line.shortage for line in transfers.lines_of(session, transfer)] == [24]
    actions = [row.action for row in history.list_changes(session, "transfer", transfer.id)]
    assert "lot-frozen" in actions
    assert inventory.prove(session) == []


def picks_of(session: Session, transfer: Transfer) -> dict[str, int]:
    picks = transfers.picks_of(session, transfer, transfers.lines_of(session, transfer))
    return {pick.lot_number: pick.quantity for pick in picks}
