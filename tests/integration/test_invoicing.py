from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from app.catalogue.models import Item
from app.kernel.errors import DomainError, NotFound
from app.purchasing import queries
from app.purchasing import service as purchasing
from app.purchasing.errors import (
    ApproverIsTheBuyer,
    InvoiceKnown,
    InvoiceStateChanged,
    NotOrdered,
    SettlementReversed,
)
from app.purchasing.models import (
    DifferenceOutcome,
    Invoice,
    InvoiceState,
    PurchaseOrder,
    Settlement,
)
from app.purchasing.service import BilledItem, InvoiceRequest, Settling
from app.traceability.errors import ReasonMissing
from tests.factories.buying import TODAY
from tests.factories.cast import Cast
from tests.factories.receiving import a_notice, an_order, announced, order_line
from tests.factories.stock import NOW, an_item
from tests.integration.test_ordering import counted_receipt
from tests.racing import at_once, look_then_act


def delivered(session: Session, cast: Cast, packs: int = 10) -> PurchaseOrder:
    """Order 20 packs of 24 at 9.60; accept some."""
    buyer, item = cast.actor("buyer"), an_item(session)
    order = an_order(session, buyer, (item, 480))
    deliver(session, cast, order, packs)
    return order


def deliver(session: Session, cast: Cast, order: PurchaseOrder, packs: int) -> None:
    """Accept so many packs of the only line of an order."""
    item = queries.list_order_lines(session, order.id)[0]
    stock = session.get_one(Item, item.item_id)
    announced(session, cast.actor("buyer"), order, a_notice(stock, packs=packs))
    receipt = counted_receipt(session, cast, order, packs * 24)
    purchasing.accept(session, cast.actor("storekeeper"), receipt.reference, None, now=NOW)


def a_bill(
    session: Session, order: PurchaseOrder, *, packs: int = 10, price: int = 960, number: str = "A"
) -> InvoiceRequest:
    return InvoiceRequest(
        order_reference=order.reference,
        number=number,
        invoiced_on=TODAY,
        total_fen=packs * price,
        lines=[
            BilledItem(order_line_id=order_line(session, order).id, packs=packs, price_fen=price)
        ],
    )


def entered(session: Session, cast: Cast, bill: InvoiceRequest) -> Invoice:
    return purchasing.enter_invoice(session, cast.actor("buyer"), bill, now=NOW)


def test_an_invoice_that_agrees_is_matched_at_once(session: Session, cast: Cast) -> None:
    order = delivered(session, cast)
    invoice = entered(session, cast, a_bill(session, order))

    assert invoice.state is InvoiceState.MATCHED
    assert queries.list_differences(session, invoice.id) == []
    assert queries.list_billable(session, order.id) == []


def test_the_same_goods_are_not_billed_twice(session: Session, cast: Cast) -> None:
    order = delivered(session, cast)
    entered(session, cast, a_bill(session, order))
    again = entered(session, cast, a_bill(session, order, number="B"))

    (one,) = queries.list_differences(session, again.id)
    assert (one.kind.value, one.expected, one.found) == ("more_than_received", 0, 240)
    with pytest.raises(InvoiceKnown):
        entered(session, cast, a_bill(session, order))


def test_goods_that_come_later_clear_the_difference(session: Session, cast: Cast) -> None:
    order = delivered(session, cast)
    invoice = entered(session, cast, a_bill(session, order, packs=20))
    assert invoice.state.value == "differing"

    deliver(session, cast, order, 10)
    purchasing.match_again(session, cast.actor("buyer"), invoice.reference, now=NOW)

    assert invoice.state is InvoiceState.MATCHED
    (one,) = queries.list_differences(session, invoice.id)
    assert one.resolution is DifferenceOutcome.CLEARED


def test_a_difference_is_accepted_by_a_second_person_with_a_reason(
    session: Session, cast: Cast
) -> None:
    order = delivered(session, cast)
    invoice = entered(session, cast, a_bill(session, order, packs=11, price=970))
    first, second = queries.list_differences(session, invoice.id)
    pharmacist, reference = cast.actor("pharmacist"), invoice.reference

    def accept(who: str, which: int, reason: str = "供应商补差") -> Invoice:
        named = (reference, which)
        return purchasing.accept_difference(session, cast.actor(who), named, reason, now=NOW)

    with pytest.raises(ApproverIsTheBuyer):
        accept("buyer", first.difference_id)
    with pytest.raises(ReasonMissing):
        accept("pharmacist", first.difference_id, " ")
    assert accept("pharmacist", first.difference_id).state is InvoiceState.DIFFERING
    with pytest.raises(InvoiceStateChanged), session.begin_nested():
        accept("pharmacist", first.difference_id)
    assert accept("pharmacist", second.difference_id).state is InvoiceState.MATCHED
    told = queries.list_differences(session, invoice.id)
    assert {one.resolved_by for one in told} == {pharmacist.name}


def test_an_invoice_sent_back_may_come_again(session: Session, cast: Cast) -> None:
    order = delivered(session, cast)
    invoice = entered(session, cast, a_bill(session, order, price=970))
    buyer = cast.actor("buyer")

    purchasing.reject_invoice(session, buyer, invoice.reference, "单价有误", now=NOW)
    better = entered(session, cast, a_bill(session, order))

    assert (invoice.state, better.state) == (InvoiceState.REJECTED, InvoiceState.MATCHED)
    with pytest.raises(InvoiceStateChanged):
        purchasing.match_again(session, buyer, invoice.reference, now=NOW)


def test_only_lines_of_the_order_can_be_billed(session: Session, cast: Cast) -> None:
    order, other = delivered(session, cast), delivered(session, cast)
    strange = a_bill(session, other)
    mixed = InvoiceRequest(
        order_reference=order.reference,
        number="X",
        invoiced_on=TODAY,
        total_fen=1,
        lines=strange.lines,
    )
    with pytest.raises(NotOrdered):
        entered(session, cast, mixed)
    with pytest.raises(NotFound):
        purchasing.enter_invoice(session, cast.actor("clinic"), strange, now=NOW)


def test_settled_money_is_reversed_and_never_edited(session: Session, cast: Cast) -> None:
    order = delivered(session, cast)
    invoice = entered(session, cast, a_bill(session, order))
    pharmacist = cast.actor("pharmacist")
    settling = Settling(supplier_code="S001", invoices=[invoice.reference])

    with pytest.raises(ApproverIsTheBuyer):
        purchasing.settle_invoices(session, cast.actor("buyer"), settling, now=NOW)
    paid = purchasing.settle_invoices(session, pharmacist, settling, now=NOW)
    session.refresh(invoice)
    assert (paid.total_fen, invoice.state) == (9600, InvoiceState.SETTLED)
    with pytest.raises(InvoiceStateChanged):
        purchasing.reject_invoice(session, cast.actor("buyer"), invoice.reference, "错", now=NOW)
    for change in (
        "UPDATE supplier_settlement SET total_fen = 1",
        "DELETE FROM supplier_settlement",
    ):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(text(change))

    undone = purchasing.reverse_settlement(session, pharmacist, paid.reference, "重复", now=NOW)
    session.refresh(invoice)
    assert (undone.total_fen, invoice.state) == (-9600, InvoiceState.MATCHED)
    with pytest.raises(SettlementReversed):
        purchasing.reverse_settlement(session, pharmacist, paid.reference, "再冲", now=NOW)
    with pytest.raises(NotFound):
        purchasing.reverse_settlement(session, pharmacist, undone.reference, "冲红冲", now=NOW)
    again = purchasing.settle_invoices(session, pharmacist, settling, now=NOW)
    assert again.total_fen == 9600


def test_suppliers_are_judged_by_what_they_did(session: Session, cast: Cast) -> None:
    order = delivered(session, cast)
    entered(session, cast, a_bill(session, order, price=970))
    tomorrow = TODAY + timedelta(days=1)

    (row,) = queries.list_performance(session, NOW - timedelta(days=1), today=tomorrow)

    assert (row.orders, row.lead_days, row.fill_percent) == (1, 0.0, 50)
    assert (row.lines_due, row.lines_on_time, row.on_time_percent) == (1, 0, 0)
    assert (row.lots, row.lots_faulty, row.sound_percent) == (1, 0, 100)
    assert (row.invoices, row.invoices_differing, row.matching_percent) == (1, 1, 0)


def test_two_invoices_for_the_same_goods_at_once_do_not_both_match(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    with rivals.begin() as session:
        order = delivered(session, racing_cast)
        bills = iter([a_bill(session, order, number=number) for number in "ABCD"])

    def enter() -> str:
        with rivals.begin() as session:
            return entered(session, racing_cast, next(bills)).state.value

    assert sorted(at_once(enter, rivals=4)) == ["differing"] * 3 + ["matched"]


def test_asking_first_what_is_owed_lets_four_invoices_match(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    """The naive control: the order is not locked, so all four find the same goods unbilled."""
    with rivals.begin() as session:
        order = delivered(session, racing_cast)
        first = entered(session, racing_cast, a_bill(session, order, packs=1, number="A"))
    numbers = iter("BCDE")

    def look(session: Session) -> bool:
        return bool(queries.list_billable(session, order.id))

    def act(session: Session, _unbilled: bool) -> None:  # noqa: FBT001 - what it saw
        number = next(numbers)
        session.add(
            Invoice(
                reference=f"NAIVE-{number}",
                number=number,
                supplier_id=order.supplier_id,
                order_id=order.id,
                facility_id=order.facility_id,
                state=InvoiceState.MATCHED,
                invoiced_on=TODAY,
                total_fen=9 * 960,
                entered_at=NOW,
                entered_by=first.entered_by,
            )
        )

    assert look_then_act(rivals, look, act) == {"acted": 4}
    with rivals() as session:
        assert session.scalar(select(func.sum(Invoice.total_fen))) == (1 + 4 * 9) * 960


def test_one_number_entered_twice_at_once_is_kept_once(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    with rivals.begin() as session:
        order = delivered(session, racing_cast)
        bill = a_bill(session, order)

    def enter() -> str:
        try:
            with rivals.begin() as session:
                return entered(session, racing_cast, bill).state.value
        except DomainError as refusal:
            return refusal.code

    assert sorted(at_once(enter, rivals=6)) == ["invoice-known"] * 5 + ["matched"]


def test_an_invoice_settled_twice_at_once_is_paid_once(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    with rivals.begin() as session:
        order = delivered(session, racing_cast)
        invoice = entered(session, racing_cast, a_bill(session, order))

    def settle() -> str:
        who = racing_cast.actor("pharmacist")
        settling = Settling(supplier_code="S001", invoices=[invoice.reference])
        try:
            with rivals.begin() as session:
                purchasing.settle_invoices(session, who, settling, now=NOW)
                return "paid"
        except DomainError as refusal:
            return refusal.code

    assert sorted(at_once(settle, rivals=6)) == ["invoice-state-changed"] * 5 + ["paid"]
    with rivals() as session:
        assert session.scalars(select(Settlement.total_fen)).all() == [9600]
