"""The pharmacist takes another lot than the one that expires first, and says why."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from app.catalogue.models import Item
from app.fulfilment import service
from app.fulfilment.errors import DecisionContradicts, LotNeedsReason, LotNotFree, LotShortDated
from app.fulfilment.models import LotOverride, Requisition
from app.fulfilment.queries.overrides import overrides_of
from app.fulfilment.rules import Decision, LotReason, ReasonCode
from app.fulfilment.service import Approval, LineDecision, LotChoice
from app.inventory import service as inventory
from app.inventory.models import StockBalance
from app.kernel import history
from app.kernel.errors import DomainError
from app.kernel.local_time import local_day
from app.traceability.errors import AlreadyDone, LotExpired, LotHeld
from app.traceability.models import Lot, LotHold
from tests.factories.cast import Cast
from tests.factories.requisitions import (
    a_submitted_requisition,
    an_approved_requisition,
    pick_lines,
    task_of,
)
from tests.factories.stock import NOW, a_lot, an_item, stocked
from tests.racing import at_once

TODAY = local_day(NOW)
Lots = dict[str, Lot]


@pytest.fixture
def item(session: Session) -> Item:
    return an_item(session)


def laid(session: Session, cast: Cast, item: Item, **days: int) -> Lots:
    """Lay 120 base units of each lot into the centre's bin."""
    lots = {}
    for number, left in days.items():
        lots[number] = a_lot(session, item, number, expires=TODAY + timedelta(left))
        stocked(session, cast.actor("storekeeper"), lots[number], 120)
    return lots


def choice(lot: Lot, text: str = "机构电话确认") -> LotChoice:
    return LotChoice(lot_id=lot.id, reason_code=LotReason.CLINIC_ASKED, reason_text=text)


def approved(
    session: Session, cast: Cast, asked: tuple[Item, int], chosen: LotChoice
) -> Requisition:
    item, quantity = asked
    requisition = a_submitted_requisition(session, cast, {item: quantity})
    one = LineDecision(item_code=item.code, decision=Decision.FULL, quantity=quantity, lot=chosen)
    approval = Approval(reference=requisition.reference, decisions=[one])
    return service.approve(session, cast.actor("pharmacist"), approval, now=NOW)


def listed(session: Session, requisition: Requisition) -> dict[str, int]:
    lines = pick_lines(session, requisition)
    return {line.lot_number: line.quantity for line in lines if line.quantity}


def test_the_chosen_lot_goes_first_and_others_fill_the_rest(
    session: Session, cast: Cast, item: Item
) -> None:
    lots = laid(session, cast, item, SOON=100, MIDDLE=200, LATE=400)

    requisition = approved(session, cast, (item, 168), choice(lots["LATE"]))

    assert listed(session, requisition) == {"LATE": 120, "SOON": 48}
    ((kept,),) = overrides_of(session, requisition.id).values()
    assert (kept.lot_number, kept.quantity, kept.instead_of) == ("LATE", 120, ["MIDDLE"])
    assert (kept.reason_code, kept.reason_text) == (LotReason.CLINIC_ASKED, "机构电话确认")
    changes = history.list_changes(session, "requisition", requisition.id)
    assert ("lot-chosen", "机构电话确认") in [(one.action, one.reason) for one in changes]
    assert inventory.prove(session) == []


def test_a_lot_the_clinic_would_not_use_in_time_may_be_sent_for_a_reason(
    session: Session, cast: Cast, item: Item
) -> None:
    lots = laid(session, cast, item, SOON=60, LATE=400)
    stocked(session, cast.actor("clinic"), a_lot(session, item, "OWN"), 24)

    requisition = approved(session, cast, (item, 120), choice(lots["SOON"]))

    assert listed(session, requisition) == {"SOON": 120}


@pytest.mark.parametrize(
    ("days", "refusal"), [(-1, LotExpired), (5, LotShortDated), (300, LotHeld)]
)
def test_no_reason_sends_a_held_expired_or_short_dated_lot(
    session: Session, cast: Cast, item: Item, days: int, refusal: type[DomainError]
) -> None:
    lots = laid(session, cast, item, BAD=days, GOOD=400)
    if refusal is LotHeld:
        hold = (LotHold.QUALITY, "外观异常")
        inventory.freeze_lot(session, cast.actor("quality"), lots["BAD"].id, hold, now=NOW)

    with pytest.raises(refusal):
        approved(session, cast, (item, 24), choice(lots["BAD"]))


def test_a_choice_without_words_and_one_for_nothing_are_refused(
    session: Session, cast: Cast, item: Item
) -> None:
    lots = laid(session, cast, item, SOON=100, LATE=400)
    other = a_lot(session, an_item(session), "OTHER")
    requisition = a_submitted_requisition(session, cast, {item: 24})
    refused = LineDecision(
        item_code=item.code,
        decision=Decision.REFUSED,
        quantity=0,
        reason_code=ReasonCode.RATIONED,
        lot=choice(lots["LATE"]),
    )

    with pytest.raises(LotNeedsReason):
        approved(session, cast, (item, 24), choice(lots["LATE"], text=""))
    with pytest.raises(LotNotFree):
        approved(session, cast, (item, 24), choice(other))
    with pytest.raises(DecisionContradicts):
        service.approve(
            session,
            cast.actor("pharmacist"),
            Approval(reference=requisition.reference, decisions=[refused]),
            now=NOW,
        )


def test_a_pick_line_takes_another_lot_as_far_as_it_goes(
    session: Session, cast: Cast, item: Item
) -> None:
    lots = laid(session, cast, item, SOON=100, LATE=400)
    requisition = an_approved_requisition(session, cast, {item: 120})
    first = task_of(session, requisition).reference
    pharmacist = cast.actor("pharmacist")
    other = an_approved_requisition(session, cast, {item: 48})

    swap = service.swap_lot(session, pharmacist, (first, 1), choice(lots["LATE"]), now=NOW)

    assert (swap.taken, swap.left) == (72, 48)
    assert listed(session, requisition) == {"SOON": 48, "LATE": 72}
    assert listed(session, other) == {"LATE": 48}
    ((kept,),) = overrides_of(session, requisition.id).values()
    assert (kept.quantity, kept.instead_of) == (72, ["SOON"])
    assert inventory.prove(session) == []
    with pytest.raises(AlreadyDone):
        service.swap_lot(session, pharmacist, (first, 1), choice(lots["SOON"]), now=NOW)


def test_what_was_chosen_is_never_changed(session: Session, cast: Cast, item: Item) -> None:
    lots = laid(session, cast, item, SOON=100, LATE=400)
    approved(session, cast, (item, 24), choice(lots["LATE"]))

    with pytest.raises(DBAPIError, match="only grow"), session.begin_nested():
        session.execute(delete(LotOverride))


def test_of_four_pharmacists_who_want_the_last_of_a_lot_one_gets_it(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    with rivals.begin() as session:
        item = an_item(session)
        lots = laid(session, racing_cast, item, SOON=100, MIDDLE=200, MORE=300, OTHER=350, LATE=400)
        waiting = [
            task_of(session, an_approved_requisition(session, racing_cast, {item: 120})).reference
            for _ in range(4)
        ]

    def swap() -> str:
        reference = waiting.pop()
        try:
            with rivals.begin() as session:
                pharmacist = racing_cast.actor("pharmacist")
                late = choice(lots["LATE"])
                service.swap_lot(session, pharmacist, (reference, 1), late, now=NOW)
        except LotNotFree:
            return "told"
        return "taken"

    assert Counter(at_once(swap, rivals=4)) == {"taken": 1, "told": 3}
    with rivals.begin() as session:
        assert session.scalar(select(func.sum(StockBalance.reserved))) == 480
        assert inventory.prove(session) == []
