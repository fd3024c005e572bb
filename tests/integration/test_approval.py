"""The pharmacist's decisions: what may stand, what is promised, and who signs."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.errors import SecondPersonIsTheFirst, SecondPersonNeeded, SecondPersonRefused
from app.accounts.service import Credentials
from app.catalogue.models import Item, SpecialClass
from app.fulfilment import service
from app.fulfilment.errors import (
    DecisionContradicts,
    DecisionIncomplete,
    DecisionNeedsReason,
    ItemAlreadyListed,
    NothingToDeliver,
    NotWholePacks,
    RequisitionStateChanged,
)
from app.fulfilment.models import Requisition, RequisitionLine
from app.fulfilment.rules import Decision, ReasonCode, RequisitionState
from app.fulfilment.service import Approval, LineDecision
from app.inventory import service as inventory
from app.kernel.errors import NotFound
from app.kernel.local_time import local_day
from app.traceability.models import LotHold
from tests.factories.cast import PASSWORD, Cast
from tests.factories.requisitions import (
    a_submitted_requisition,
    all_in_full,
    an_approved_requisition,
    pick_lines,
    state_of,
)
from tests.factories.stock import NOW, a_lot, an_item, stocked

TODAY = local_day(NOW)


def lines_of(session: Session, requisition: Requisition) -> list[RequisitionLine]:
    return service.lines_of(session, requisition.id)


def decide(session: Session, cast: Cast, requisition: Requisition, *made: LineDecision) -> None:
    approval = Approval(reference=requisition.reference, decisions=made)
    service.approve(session, cast.actor("pharmacist"), approval, now=NOW)


def test_approval_takes_the_lot_that_expires_first(session: Session, cast: Cast) -> None:
    item = an_item(session)
    for number, days in (("LATE", 400), ("SOON", 100)):
        lot = a_lot(session, item, number, expires=TODAY + timedelta(days))
        stocked(session, cast.actor("storekeeper"), lot, 120)

    requisition = an_approved_requisition(session, cast, {item: 168})

    picks = [(line.lot_number, line.quantity) for line in pick_lines(session, requisition)]
    assert sorted(picks) == [("LATE", 48), ("SOON", 120)]


def test_held_expired_and_short_dated_lots_are_never_promised(session: Session, cast: Cast) -> None:
    item, keeper = an_item(session), cast.actor("storekeeper")
    for number, days in (("OLD", -1), ("NEAR", 5), ("HELD", 300), ("GOOD", 400)):
        lot = a_lot(session, item, number, expires=TODAY + timedelta(days))
        stocked(session, keeper, lot, 120)
        if number == "HELD":
            hold = (LotHold.QUALITY, "外观异常")
            inventory.freeze_lot(session, cast.actor("quality"), lot.id, hold, now=NOW)

    requisition = an_approved_requisition(session, cast, {item: 240})

    assert [line.lot_number for line in pick_lines(session, requisition)] == ["GOOD"]
    (line,) = lines_of(session, requisition)
    assert (line.approved_quantity, line.shortage) == (240, 120)


def test_a_shortage_stays_on_the_line(session: Session, cast: Cast) -> None:
    item = an_item(session)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 96)

    requisition = an_approved_requisition(session, cast, {item: 240})

    assert [line.shortage for line in lines_of(session, requisition)] == [144]


def test_nothing_in_stock_is_refused_and_nothing_changes(session: Session, cast: Cast) -> None:
    requisition = a_submitted_requisition(session, cast, {an_item(session): 24})
    approval = all_in_full(session, requisition)

    with pytest.raises(NothingToDeliver), session.begin_nested():
        service.approve(session, cast.actor("pharmacist"), approval, now=NOW)

    assert state_of(session, requisition) is RequisitionState.SUBMITTED


def test_a_cut_line_gets_less_and_says_why(session: Session, cast: Cast) -> None:
    item = an_item(session)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 480)
    requisition = a_submitted_requisition(session, cast, {item: 240})

    cut = LineDecision(
        item_code=item.code,
        decision=Decision.CUT,
        quantity=120,
        reason_code=ReasonCode.RATIONED,
    )
    decide(session, cast, requisition, cut)

    (line,) = lines_of(session, requisition)
    assert (line.decision, line.approved_quantity) == (Decision.CUT, 120)
    assert line.reason_code is ReasonCode.RATIONED


def test_a_substitute_is_a_line_of_its_own(session: Session, cast: Cast) -> None:
    wanted, other = an_item(session), an_item(session, "阿莫西林颗粒")
    stocked(session, cast.actor("storekeeper"), a_lot(session, other), 480)
    requisition = a_submitted_requisition(session, cast, {wanted: 48})

    substitution = LineDecision(
        item_code=wanted.code,
        decision=Decision.SUBSTITUTED,
        quantity=72,
        reason_code=ReasonCode.OUT_OF_STOCK,
        substitute_code=other.code,
    )
    decide(session, cast, requisition, substitution)

    original, substitute = lines_of(session, requisition)
    assert (original.approved_quantity, substitute.approved_quantity) == (0, 72)
    assert substitute.substitutes_line_id == original.id
    assert [line.item_id for line in pick_lines(session, requisition)] == [other.id]


def bad_decisions(item: Item, other: Item) -> list[tuple[type[Exception], list[LineDecision]]]:
    def one(
        decision: Decision,
        quantity: int,
        code: ReasonCode | None = ReasonCode.RATIONED,
        substitute: str | None = None,
    ) -> LineDecision:
        return LineDecision(
            item_code=item.code,
            decision=decision,
            quantity=quantity,
            reason_code=code,
            substitute_code=substitute,
        )

    return [
        (DecisionIncomplete, []),
        (DecisionIncomplete, [one(Decision.FULL, 48), one(Decision.FULL, 48)]),
        (DecisionContradicts, [one(Decision.CUT, 48)]),
        (DecisionNeedsReason, [one(Decision.CUT, 24, None)]),
        (NotWholePacks, [one(Decision.CUT, 25)]),
        (ItemAlreadyListed, [one(Decision.SUBSTITUTED, 24, substitute=item.code)]),
        (NotWholePacks, [one(Decision.SUBSTITUTED, 25, substitute=other.code)]),
    ]


def test_decisions_that_cannot_stand_change_nothing(session: Session, cast: Cast) -> None:
    item, other = an_item(session), an_item(session)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 480)
    requisition = a_submitted_requisition(session, cast, {item: 48})

    for refusal, made in bad_decisions(item, other):
        with pytest.raises(refusal), session.begin_nested():
            decide(session, cast, requisition, *made)

    assert state_of(session, requisition) is RequisitionState.SUBMITTED
    assert pick_lines(session, requisition) == []


def a_controlled_requisition(session: Session, cast: Cast) -> Requisition:
    item = an_item(session, "盐酸吗啡注射液", special=SpecialClass.NARCOTIC)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 240)
    requisition = a_submitted_requisition(session, cast, {item: 24})
    session.commit()
    return requisition


@pytest.mark.parametrize(
    ("username", "password", "refusal"),
    [
        (None, "", SecondPersonNeeded),
        ("quality", "wrong", SecondPersonRefused),
        ("pharmacist", PASSWORD, SecondPersonIsTheFirst),
        ("storekeeper", PASSWORD, SecondPersonRefused),
    ],
)
def test_controlled_medicines_need_an_entitled_second_person(
    session: Session,
    cast: Cast,
    *,
    username: str | None,
    password: str,
    refusal: type[Exception],
) -> None:
    requisition = a_controlled_requisition(session, cast)
    given = Credentials(username=username, password=password, address="") if username else None
    approval = Approval(
        reference=requisition.reference,
        decisions=all_in_full(session, requisition).decisions,
        second=given,
    )

    with pytest.raises(refusal), session.begin_nested():
        service.approve(session, cast.actor("pharmacist"), approval, now=NOW)

    assert state_of(session, requisition) is RequisitionState.SUBMITTED


def test_the_second_persons_name_stands_beside_the_first(session: Session, cast: Cast) -> None:
    requisition = a_controlled_requisition(session, cast)
    approval = Approval(
        reference=requisition.reference,
        decisions=all_in_full(session, requisition).decisions,
        second=Credentials(username="quality", password=PASSWORD, address=""),
    )

    service.approve(session, cast.actor("pharmacist"), approval, now=NOW)

    assert requisition.second_user_id == cast.actor("quality").user_id
    assert requisition.approved_by_id == cast.actor("pharmacist").user_id


def test_a_rejected_requisition_tells_the_clinic_why(session: Session, cast: Cast) -> None:
    requisition = a_submitted_requisition(session, cast, {an_item(session): 24})

    service.reject(session, cast.actor("pharmacist"), requisition.reference, "请分月请领", now=NOW)

    assert (requisition.state, requisition.answer) == (RequisitionState.REJECTED, "请分月请领")


def test_a_withdrawn_approval_gives_its_promises_back(session: Session, cast: Cast) -> None:
    item = an_item(session)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 240)
    requisition = an_approved_requisition(session, cast, {item: 240})

    service.withdraw(session, cast.actor("pharmacist"), requisition.reference, "误批", now=NOW)

    level = inventory.stock_levels(session, cast.central.id, [item.id], today=TODAY)[item.id]
    assert level.available == 240
    with pytest.raises(RequisitionStateChanged):
        service.withdraw(session, cast.actor("pharmacist"), requisition.reference, "再", now=NOW)


def test_a_clinic_cannot_approve_its_own_requisition(session: Session, cast: Cast) -> None:
    requisition = a_submitted_requisition(session, cast, {an_item(session): 24})

    with pytest.raises(NotFound):
        service.approve(session, cast.actor("clinic"), all_in_full(session, requisition), now=NOW)
    assert session.scalars(select(Requisition.state)).one() is RequisitionState.SUBMITTED
