"""Pharmacists and storekeepers at the same instant: one wins, nothing is promised twice."""

from collections import Counter
from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from app.catalogue.models import StorageClass
from app.fulfilment import service
from app.fulfilment.errors import (
    NothingToDeliver,
    PickLineSettled,
    RequisitionStateChanged,
)
from app.fulfilment.models import PickLine, PickTask, Requisition, RequisitionLine, Tote
from app.fulfilment.rules import RequisitionState, ToteState
from app.fulfilment.service import CountPick
from app.inventory import service as inventory
from app.inventory.models import StockBalance
from app.kernel.errors import DomainError
from app.traceability.errors import AlreadyDone
from tests.factories.cast import Cast
from tests.factories.requisitions import (
    a_key,
    a_submitted_requisition,
    all_in_full,
    an_approved_requisition,
    picked,
    right_counts,
    task_of,
    totes_of,
)
from tests.factories.stock import NOW, a_lot, an_item, stocked
from tests.racing import at_once, look_then_act

Rivals = sessionmaker[Session]
TOMORROW: date = NOW.date() + timedelta(1)


@pytest.mark.parametrize("_round", range(3))
def test_of_four_pharmacists_one_approves(rivals: Rivals, racing_cast: Cast, _round: int) -> None:
    with rivals.begin() as session:
        item = an_item(session)
        stocked(session, racing_cast.actor("storekeeper"), a_lot(session, item), 480)
        requisition = a_submitted_requisition(session, racing_cast, {item: 240})
        approval = all_in_full(session, requisition)

    def approve() -> str:
        try:
            with rivals.begin() as session:
                service.approve(session, racing_cast.actor("pharmacist"), approval, now=NOW)
        except RequisitionStateChanged:
            return "told"
        return "approved"

    assert Counter(at_once(approve, rivals=4)) == {"approved": 1, "told": 3}
    with rivals.begin() as session:
        assert session.scalar(select(func.sum(StockBalance.reserved))) == 240
        assert session.scalar(select(func.count()).select_from(PickTask)) == 1


def test_requisitions_racing_for_the_same_lots_never_promise_more_than_there_is(
    rivals: Rivals, racing_cast: Cast
) -> None:
    with rivals.begin() as session:
        first, second = an_item(session), an_item(session)
        for item in (first, second):
            for number in ("A1", "A2", "A3"):
                stocked(session, racing_cast.actor("storekeeper"), a_lot(session, item, number), 96)
        orders = [{first: 96, second: 72}, {second: 96, first: 72}]
        approvals = [
            all_in_full(session, a_submitted_requisition(session, racing_cast, orders[n % 2]))
            for n in range(8)
        ]

    waiting = list(approvals)

    def approve() -> str:
        approval = waiting.pop()
        try:
            with rivals.begin() as session:
                service.approve(session, racing_cast.actor("pharmacist"), approval, now=NOW)
        except NothingToDeliver:
            return "nothing left"
        return "approved"

    at_once(approve, rivals=8)

    with rivals.begin() as session:
        promised = session.scalar(select(func.sum(StockBalance.reserved)))
        listed = session.scalar(select(func.sum(PickLine.quantity)))
        granted = session.scalar(
            select(func.sum(RequisitionLine.approved_quantity - RequisitionLine.shortage))
        )
        assert promised == listed == granted == 576
        assert inventory.prove(session) == []


def test_of_four_pickers_of_one_line_one_takes_it(rivals: Rivals, racing_cast: Cast) -> None:
    with rivals.begin() as session:
        item = an_item(session)
        stocked(session, racing_cast.actor("storekeeper"), a_lot(session, item), 480)
        requisition = an_approved_requisition(session, racing_cast, {item: 240})
        task = task_of(session, requisition).reference

    def pick() -> str:
        one = CountPick(task=task, position=1, lot_number="A1", quantity=240, key=a_key())
        try:
            with rivals.begin() as session:
                service.pick_counted(session, racing_cast.actor("storekeeper"), one, now=NOW)
        except PickLineSettled:
            return "told"
        return "picked"

    assert Counter(at_once(pick, rivals=4)) == {"picked": 1, "told": 3}
    with rivals.begin() as session:
        assert inventory.prove(session) == []


def test_of_four_who_seal_one_does_and_the_requisition_is_released(
    rivals: Rivals, racing_cast: Cast
) -> None:
    with rivals.begin() as session:
        item = an_item(session)
        stocked(session, racing_cast.actor("storekeeper"), a_lot(session, item), 480)
        requisition = an_approved_requisition(session, racing_cast, {item: 240})
        picked(session, racing_cast, requisition)
        (tote,) = totes_of(session, requisition)
        pharmacist = racing_cast.actor("pharmacist")
        service.check(session, pharmacist, tote.code, right_counts(session, tote), now=NOW)

    def seal() -> str:
        try:
            with rivals.begin() as session:
                service.seal(session, racing_cast.actor("pharmacist"), tote.code, now=NOW)
        except AlreadyDone:
            return "told"
        except DomainError as error:
            return error.code
        return "sealed"

    assert Counter(at_once(seal, rivals=4)) == {"sealed": 1, "told": 3}
    with rivals.begin() as session:
        released = service.list_released_totes(session, racing_cast.central.id, TOMORROW)
        assert [row.code for row in released] == [tote.code]


def two_checked_totes(rivals: Rivals, cast: Cast) -> tuple[Requisition, list[Tote]]:
    """Bring a requisition of two compartments to its last two seals."""
    with rivals.begin() as session:
        dry, cold = an_item(session), an_item(session, storage=StorageClass.COLD)
        for item in (dry, cold):
            stocked(session, cast.actor("storekeeper"), a_lot(session, item), 480)
        requisition = an_approved_requisition(session, cast, {dry: 240, cold: 240})
        picked(session, cast, requisition)
        totes = totes_of(session, requisition)
        for tote in totes:
            counts = right_counts(session, tote)
            service.check(session, cast.actor("pharmacist"), tote.code, counts, now=NOW)
        return requisition, totes


def test_of_the_last_two_totes_sealed_at_once_one_releases_the_requisition(
    rivals: Rivals, racing_cast: Cast
) -> None:
    requisition, totes = two_checked_totes(rivals, racing_cast)

    def seal(tote: Tote) -> None:
        with rivals.begin() as session:
            service.seal(session, racing_cast.actor("pharmacist"), tote.code, now=NOW)

    at_once(*(partial(seal, tote) for tote in totes))

    with rivals() as session:
        assert session.get_one(Requisition, requisition.id).state is RequisitionState.SEALED


def test_two_who_seal_and_then_look_both_leave_the_release_to_the_other(
    rivals: Rivals, racing_cast: Cast
) -> None:
    """The naive control: neither sees the other's seal, and the requisition waits for ever."""
    requisition, totes = two_checked_totes(rivals, racing_cast)
    waiting = [tote.id for tote in totes]

    def look(session: Session) -> bool:
        session.execute(update(Tote).where(Tote.id == waiting.pop()).values(state=ToteState.SEALED))
        unsealed = Tote.requisition_id == requisition.id, Tote.state != ToteState.SEALED
        return session.scalars(select(Tote.id).where(*unsealed)).first() is None

    def act(session: Session, _all_sealed: bool) -> None:  # noqa: FBT001 - what it saw
        release = update(Requisition).where(Requisition.id == requisition.id)
        session.execute(release.values(state=RequisitionState.SEALED))

    assert look_then_act(rivals, look, act, count=2) == {"let be": 2}
    with rivals() as session:
        assert {tote.state for tote in totes_of(session, requisition)} == {ToteState.SEALED}
        assert session.get_one(Requisition, requisition.id).state is RequisitionState.PICKING
