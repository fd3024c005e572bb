"""Goods go back to the supplier they came from, once, and leave a credit that is settled once."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.catalogue.models import Item
from app.inventory import service as inventory
from app.inventory.models import Condition, PlaceKind, PostingKind, StockPosting
from app.kernel.actor import Actor
from app.kernel.errors import DomainError, NotFound
from app.kernel.local_time import local_day
from app.purchasing import queries
from app.purchasing import service as purchasing
from app.purchasing.errors import (
    ApproverIsTheBuyer,
    CreditSettled,
    CreditsExceedInvoices,
    OneSupplier,
    ReturnEmpty,
    ReturnExceedsReceipt,
    ReturnStateChanged,
)
from app.purchasing.models import (
    PurchaseOrder,
    Receipt,
    ReceiptLine,
    Supplier,
    SupplierReturnLine,
)
from app.purchasing.rules import SupplierReturnReason, SupplierReturnState
from app.purchasing.service import (
    BilledItem,
    InvoiceRequest,
    ReturnRequest,
    Sending,
    Settling,
    Unsending,
)
from app.traceability import service as traceability
from app.traceability.errors import PacksLacking, ReasonMissing
from app.traceability.models import Disposition
from tests.factories.cast import Cast
from tests.factories.disposal import held_at
from tests.factories.receiving import a_supplier, order_line, pack_code, received
from tests.factories.returning import approved_back, asked_back, goods_of, sent_back
from tests.factories.stock import NOW, an_item, stocked
from tests.racing import at_once, look_then_act

Sessions = sessionmaker[Session]


def people(cast: Cast) -> tuple[Actor, Actor]:
    return cast.actor("storekeeper"), cast.actor("quality")


def a_bill(session: Session, cast: Cast, receipt: Receipt, *, packs: int = 10) -> str:
    """Enter an invoice of a receipt's goods at 9.60 a pack; return our reference."""
    order = session.get_one(PurchaseOrder, receipt.order_id)
    bill = InvoiceRequest(
        order_reference=order.reference,
        number=f"FP-{receipt.id}",
        invoiced_on=local_day(NOW),
        total_fen=960 * packs,
        lines=[BilledItem(order_line_id=order_line(session, order).id, packs=packs, price_fen=960)],
    )
    return purchasing.enter_invoice(session, cast.actor("buyer"), bill, now=NOW).reference


def test_goods_go_back_to_their_supplier_and_leave_a_credit(session: Session, cast: Cast) -> None:
    keeper, quality = people(cast)
    item = an_item(session)
    receipt = received(session, keeper, item)

    wanted = asked_back(session, keeper, item, 60)
    with pytest.raises(ApproverIsTheBuyer), session.begin_nested():
        purchasing.approve_return(session, keeper, wanted.reference, "", now=NOW)
    sending = Sending(reference=wanted.reference, carrier="供应商司机")
    with pytest.raises(ReturnStateChanged), session.begin_nested():
        purchasing.send_return(session, keeper, sending, now=NOW)
    purchasing.approve_return(session, quality, wanted.reference, "同意", now=NOW)
    sent = purchasing.send_return(session, keeper, sending, now=NOW)

    assert (sent.state, sent.credit_fen) == (SupplierReturnState.SENT, 2_400)
    (line,) = session.scalars(select(ReceiptLine).where(ReceiptLine.receipt_id == receipt.id))
    session.refresh(line)
    assert (line.accepted, line.returned) == (240, 60)
    posting = session.scalars(
        select(StockPosting).where(StockPosting.document == sent.reference)
    ).one()
    assert posting.kind is PostingKind.RETURN
    assert (posting.user_id, posting.second_user_id) == (keeper.user_id, quality.user_id)
    lot = traceability.get_lot(session, line.lot_id)
    assert held_at(session, keeper.facility_id, PlaceKind.SUPPLIER, lot) == -180
    assert inventory.prove(session) == []


def test_no_more_goes_back_than_came_nor_than_is_there(session: Session, cast: Cast) -> None:
    keeper, quality = people(cast)
    item = an_item(session)
    received(session, keeper, item)
    (one,) = goods_of(session, keeper, item)
    lot = traceability.get_lot(session, one.lot_id)
    stocked(session, keeper, lot, 100)
    assert {row.most for row in goods_of(session, keeper, item)} == {240, 100}

    with pytest.raises(ReturnExceedsReceipt), session.begin_nested():
        asked_back(session, keeper, item, 241)
    first, second = (approved_back(session, (keeper, quality), item, 200) for _ in range(2))
    sending = Sending(reference=first.reference, carrier="司机")
    purchasing.send_return(session, keeper, sending, now=NOW)
    too_late = replace(sending, reference=second.reference)
    with pytest.raises(ReturnExceedsReceipt), session.begin_nested():
        purchasing.send_return(session, keeper, too_late, now=NOW)

    assert {row.most for row in goods_of(session, keeper, item)} == {40}


def test_what_went_back_is_not_released_from_quarantine(session: Session, cast: Cast) -> None:
    keeper, quality = people(cast)
    item = an_item(session)
    a_supplier(session).quarantine = True
    receipt = received(session, keeper, item)
    sent_back(session, (keeper, quality), item, 60)
    (waiting,) = queries.list_waiting(session, quality)

    purchasing.release_line(session, quality, receipt.reference, waiting.line_id, now=NOW)

    assert waiting.quantity == 180
    assert {row.condition for row in goods_of(session, keeper, item)} == {Condition.USABLE}
    assert inventory.prove(session) == []


def test_a_request_that_makes_no_sense_is_refused(session: Session, cast: Cast) -> None:
    keeper, _ = people(cast)
    item, other = an_item(session), an_item(session)
    received(session, keeper, item)
    (one,) = goods_of(session, keeper, item)
    foreign = Supplier(
        code="S002",
        name="外地公司",
        city="汉中",
        latitude=33,
        longitude=107,
        position_source="test",
        phone="",
        is_demo=True,
    )
    session.add(foreign)
    session.flush()
    theirs = received(session, keeper, other, first=100)
    session.get_one(PurchaseOrder, theirs.order_id).supplier_id = foreign.id
    session.flush()
    (two,) = goods_of(session, keeper, other)

    def refused(refusal: type[DomainError], actor: Actor, *goods: tuple[int, int]) -> None:
        quantities = dict.fromkeys(goods, 1)
        request = ReturnRequest(reason=SupplierReturnReason.QUALITY, quantities=quantities)
        with pytest.raises(refusal), session.begin_nested():
            purchasing.request_return(session, actor, request, now=NOW)

    mine = (one.line_id, one.balance_id)
    refused(ReturnEmpty, keeper)
    refused(NotFound, keeper, (one.line_id, two.balance_id))
    refused(NotFound, cast.actor("outsider"), mine)
    refused(OneSupplier, keeper, mine, (two.line_id, two.balance_id))


def test_coded_packs_are_scanned_and_come_home_when_the_supplier_does_not_take_them(
    session: Session, cast: Cast
) -> None:
    keeper, quality = people(cast)
    item = an_item(session, coded=True)
    received(session, keeper, item, packs=3)
    codes = [pack_code(1), pack_code(3)]
    wanted = approved_back(session, (keeper, quality), item, 48)
    sending = Sending(reference=wanted.reference, carrier="司机", codes=codes[:1])
    with pytest.raises(PacksLacking), session.begin_nested():
        purchasing.send_return(session, keeper, sending, now=NOW)

    purchasing.send_return(session, keeper, replace(sending, codes=codes), now=NOW)

    units = traceability.get_units(session, codes).values()
    assert {unit.disposition for unit in units} == {Disposition.SENT_BACK}
    assert inventory.prove(session) == []
    with pytest.raises(ReasonMissing), session.begin_nested():
        purchasing.take_back_return(
            session, keeper, wanted.reference, Unsending(reason=" "), now=NOW
        )
    because = Unsending(reason="供应商拒收")
    undone = purchasing.take_back_return(session, keeper, wanted.reference, because, now=NOW)

    assert undone.state is SupplierReturnState.REVERSED
    session.expire_all()
    assert {unit.disposition for unit in units} == {Disposition.IN_STOCK}
    assert {row.most for row in goods_of(session, keeper, item)} == {72}
    assert inventory.prove(session) == []


def test_a_return_is_refused_or_withdrawn_before_anything_moves(
    session: Session, cast: Cast
) -> None:
    keeper, quality = people(cast)
    item = an_item(session)
    received(session, keeper, item)
    refused, withdrawn = (asked_back(session, keeper, item, 24) for _ in range(2))

    with pytest.raises(ReasonMissing), session.begin_nested():
        purchasing.refuse_return(session, quality, refused.reference, "", now=NOW)
    purchasing.refuse_return(session, quality, refused.reference, "仍可使用", now=NOW)
    purchasing.withdraw_return(session, keeper, withdrawn.reference, "填错", now=NOW)

    assert (refused.state, withdrawn.state) == (
        SupplierReturnState.REFUSED,
        SupplierReturnState.WITHDRAWN,
    )
    assert {row.most for row in goods_of(session, keeper, item)} == {240}


def test_a_settlement_deducts_a_credit_once(session: Session, cast: Cast) -> None:
    keeper, quality = people(cast)
    pharmacist = cast.actor("pharmacist")
    item = an_item(session)
    receipt = received(session, keeper, item)
    invoice = a_bill(session, cast, receipt)
    sent = sent_back(session, (keeper, quality), item, 60)
    (owed,) = queries.list_credits(session, pharmacist)
    assert (owed.reference, owed.credit_fen) == (sent.reference, 2_400)
    settling = Settling(supplier_code="S001", invoices=[invoice], credits=[sent.reference])

    paid = purchasing.settle_invoices(session, pharmacist, settling, now=NOW)

    assert paid.total_fen == 9_600 - 2_400
    assert [row.amount_fen for row in queries.list_deducted(session, paid.id)] == [2_400]
    assert queries.list_credits(session, pharmacist) == []
    because = Unsending(reason="供应商拒收")
    with pytest.raises(CreditSettled), session.begin_nested():
        purchasing.take_back_return(session, keeper, sent.reference, because, now=NOW)

    undone = purchasing.reverse_settlement(session, pharmacist, paid.reference, "重复", now=NOW)
    assert [row.amount_fen for row in queries.list_deducted(session, undone.id)] == [-2_400]
    again = purchasing.settle_invoices(session, pharmacist, settling, now=NOW)
    assert again.total_fen == 7_200


def test_a_credit_that_is_not_open_or_not_less_is_refused(session: Session, cast: Cast) -> None:
    keeper, quality = people(cast)
    pharmacist = cast.actor("pharmacist")
    item = an_item(session)
    receipt = received(session, keeper, item)
    invoice = a_bill(session, cast, receipt)
    waiting = asked_back(session, keeper, item, 24)
    everything = sent_back(session, (keeper, quality), item, 240)

    for credit, refusal in (
        (waiting.reference, CreditSettled),
        (everything.reference, CreditsExceedInvoices),
        ("TH-20200101-0001", NotFound),
    ):
        settling = Settling(supplier_code="S001", invoices=[invoice], credits=[credit])
        with pytest.raises(refusal), session.begin_nested():
            purchasing.settle_invoices(session, pharmacist, settling, now=NOW)


def two_approved(rivals: Sessions, cast: Cast) -> tuple[Item, list[str]]:
    """Leave two approved returns of 200 of the 240 base units that came."""
    with rivals.begin() as session:
        item = an_item(session)
        received(session, people(cast)[0], item)
        returns = [approved_back(session, people(cast), item, 200) for _ in range(2)]
        return item, [one.reference for one in returns]


def test_the_same_goods_do_not_go_back_twice_at_once(rivals: Sessions, racing_cast: Cast) -> None:
    _, references = two_approved(rivals, racing_cast)

    def send(reference: str) -> str:
        sending = Sending(reference=reference, carrier="司机")
        try:
            with rivals.begin() as session:
                purchasing.send_return(session, people(racing_cast)[0], sending, now=NOW)
        except DomainError as refusal:
            return refusal.code
        return "sent"

    done = at_once(*(lambda one=one: send(one) for one in references for _ in range(2)))

    assert sorted(set(done)) == ["return-exceeds-receipt", "return-state-changed", "sent"] or (
        sorted(set(done)) == ["return-exceeds-receipt", "sent"]
    )
    assert done.count("sent") == 1
    with rivals() as session:
        assert session.scalars(select(func.sum(ReceiptLine.returned))).one() == 200
        assert inventory.prove(session) == []


def test_looking_first_and_counting_later_sends_too_much(
    rivals: Sessions, racing_cast: Cast
) -> None:
    """The naive control: the test above is known to bite."""
    two_approved(rivals, racing_cast)
    line = select(SupplierReturnLine.receipt_line_id).limit(1)

    def look(session: Session) -> bool:
        one = session.scalars(select(ReceiptLine).where(ReceiptLine.id == line.scalar_subquery()))
        found = one.one()
        return (found.accepted or 0) - found.returned >= 200

    def act(session: Session, _: bool) -> None:  # noqa: FBT001 - what was seen
        found = session.scalars(
            select(ReceiptLine).where(ReceiptLine.id == line.scalar_subquery())
        ).one()
        found.returned += 200

    outcomes = look_then_act(rivals, look, act, count=2)

    assert outcomes == {"acted": 2}
