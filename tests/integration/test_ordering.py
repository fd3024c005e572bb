from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from app.kernel.errors import DomainError, NotFound
from app.purchasing import queries
from app.purchasing import service as purchasing
from app.purchasing.errors import (
    ApproverIsTheBuyer,
    OrderClosed,
    OrderEmpty,
    OrderStateChanged,
    PriceAboveContract,
    ReceiptOpen,
    SupplierNotQualified,
)
from app.purchasing.models import OrderState, PurchaseOrder, Receipt
from app.purchasing.rules import LicenceKind
from app.purchasing.service import Count, Licence, OrderedItem
from app.traceability.errors import ReasonMissing
from tests.factories.buying import TODAY, a_contract
from tests.factories.cast import Cast
from tests.factories.receiving import (
    a_draft,
    a_notice,
    a_supplier,
    an_order,
    announced,
    lines_of,
    order_line,
)
from tests.factories.stock import NOW, an_item
from tests.racing import at_once


def counted_receipt(session: Session, cast: Cast, order: PurchaseOrder, found: int) -> Receipt:
    """Receive ``found`` base units of the only line of an order."""
    actor = cast.actor("storekeeper")
    receipt = purchasing.open_receipt(session, actor, order.reference, now=NOW)
    (line,) = lines_of(session, receipt)
    count = Count(line_id=line.id, quantity=found)
    purchasing.count_line(session, actor, receipt.reference, count)
    purchasing.finish_count(session, actor, receipt.reference)
    return receipt


def test_an_order_takes_the_price_of_the_contract_in_force(session: Session, cast: Cast) -> None:
    buyer, item = cast.actor("buyer"), an_item(session)
    a_contract(session, buyer, a_supplier(session), (item, 700, 1000))
    order = a_draft(session, buyer)

    line = OrderedItem(item_id=item.id, packs=10)
    purchasing.set_lines(session, buyer, order.reference, [line], now=NOW)
    (row,) = queries.list_order_lines(session, order.id)
    assert (row.price_fen, row.packs, row.quantity, row.amount_fen) == (700, 10, 240, 7000)
    assert row.contract is not None

    dear = OrderedItem(item_id=item.id, packs=10, price_fen=701)
    with pytest.raises(PriceAboveContract):
        purchasing.set_lines(session, buyer, order.reference, [dear], now=NOW)
    none = OrderedItem(item_id=item.id, packs=0)
    purchasing.set_lines(session, buyer, order.reference, [none], now=NOW)
    assert queries.list_order_lines(session, order.id) == []


def test_a_contract_that_came_into_force_meanwhile_stops_the_dear_order(
    session: Session, cast: Cast
) -> None:
    buyer, item = cast.actor("buyer"), an_item(session)
    order = a_draft(session, buyer, (item, 240))
    supplier = session.get_one(PurchaseOrder, order.id).supplier_id
    purchasing.submit_order(session, buyer, order.reference, now=NOW)
    sold_by = next(s for s in queries.list_suppliers(session, today=TODAY))
    assert sold_by.supplier_id == supplier
    a_contract(session, buyer, purchasing.get_supplier(session, sold_by.code), (item, 700, 1000))

    with pytest.raises(PriceAboveContract):
        purchasing.approve_order(session, cast.actor("pharmacist"), order.reference, now=NOW)


def test_an_order_needs_lines_and_a_licensed_supplier(session: Session, cast: Cast) -> None:
    buyer, item = cast.actor("buyer"), an_item(session)
    order = a_draft(session, buyer)
    with pytest.raises(OrderEmpty), session.begin_nested():
        purchasing.submit_order(session, buyer, order.reference, now=NOW)
    line = OrderedItem(item_id=item.id, packs=1)
    purchasing.set_lines(session, buyer, order.reference, [line], now=NOW)
    lapsed = Licence(
        kind=LicenceKind.DRUG_WHOLESALE, number="2", expires_on=TODAY - timedelta(days=1)
    )
    purchasing.keep_licence(session, cast.actor("quality"), "S001", lapsed, now=NOW)

    with pytest.raises(SupplierNotQualified), session.begin_nested():
        purchasing.submit_order(session, buyer, order.reference, now=NOW)


def test_whoever_writes_an_order_cannot_approve_it(session: Session, cast: Cast) -> None:
    buyer = cast.actor("buyer")
    order = a_draft(session, buyer, (an_item(session), 240))
    purchasing.submit_order(session, buyer, order.reference, now=NOW)

    with pytest.raises(ApproverIsTheBuyer):
        purchasing.approve_order(session, buyer, order.reference, now=NOW)
    with pytest.raises(ReasonMissing):
        purchasing.send_back_order(session, cast.actor("pharmacist"), order.reference, " ", now=NOW)
    purchasing.send_back_order(session, cast.actor("pharmacist"), order.reference, "贵", now=NOW)
    assert (order.state, order.reason) == (OrderState.DRAFT, "贵")


def test_only_what_the_supplier_has_can_be_received(session: Session, cast: Cast) -> None:
    buyer = cast.actor("buyer")
    order = a_draft(session, buyer, (an_item(session), 240))

    with pytest.raises(OrderClosed):
        purchasing.open_receipt(session, cast.actor("storekeeper"), order.reference, now=NOW)
    with pytest.raises(NotFound):
        purchasing.submit_order(session, cast.actor("clinic"), order.reference, now=NOW)


def test_part_deliveries_keep_the_order_open_until_the_rest_is_given_up(
    session: Session, cast: Cast
) -> None:
    buyer, item = cast.actor("buyer"), an_item(session)
    order = an_order(session, buyer, (item, 480))
    announced(session, buyer, order, a_notice(item))
    receipt = counted_receipt(session, cast, order, 240)

    with pytest.raises(ReceiptOpen):
        purchasing.close_order(session, buyer, order.reference, "停产", now=NOW)
    purchasing.accept(session, cast.actor("storekeeper"), receipt.reference, None, now=NOW)
    session.refresh(order)
    assert order.state is OrderState.PARTIALLY_RECEIVED
    with pytest.raises(OrderStateChanged):
        purchasing.cancel_order(session, buyer, order.reference, "停产", now=NOW)

    purchasing.close_order(session, buyer, order.reference, "停产", now=NOW)
    assert (order.state, order_line(session, order).received) == (OrderState.CLOSED, 240)
    with pytest.raises(OrderClosed):
        purchasing.open_receipt(session, cast.actor("storekeeper"), order.reference, now=NOW)


def test_an_order_nobody_delivered_can_be_cancelled(session: Session, cast: Cast) -> None:
    buyer = cast.actor("buyer")
    order = an_order(session, buyer, (an_item(session), 240))

    purchasing.cancel_order(session, buyer, order.reference, "供应商缺货", now=NOW)

    assert order.state is OrderState.CANCELLED


def answer(rivals: sessionmaker[Session], step: Callable[[Session], object]) -> str:
    try:
        with rivals.begin() as session:
            step(session)
            return "done"
    except DomainError as refusal:
        return refusal.code


def test_of_two_approvals_at_once_one_counts(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    buyer = racing_cast.actor("buyer")
    with rivals.begin() as session:
        order = a_draft(session, buyer, (an_item(session), 240))
        purchasing.submit_order(session, buyer, order.reference, now=NOW)

    def approve() -> str:
        who = racing_cast.actor("pharmacist")
        return answer(rivals, lambda s: purchasing.approve_order(s, who, order.reference, now=NOW))

    answers = at_once(approve, rivals=8)

    assert sorted(answers) == ["done"] + ["order-state-changed"] * 7


def test_an_order_is_never_cancelled_while_somebody_opens_its_receipt(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    buyer, keeper = racing_cast.actor("buyer"), racing_cast.actor("storekeeper")
    with rivals.begin() as session:
        order = an_order(session, buyer, (an_item(session), 240))

    def cancel() -> str:
        return answer(
            rivals, lambda s: purchasing.cancel_order(s, buyer, order.reference, "错", now=NOW)
        )

    def receive() -> str:
        return answer(
            rivals, lambda s: purchasing.open_receipt(s, keeper, order.reference, now=NOW)
        )

    cancelled, received = at_once(cancel, receive)

    assert {cancelled, received} in ({"done", "order-closed"}, {"done", "receipt-open"})
    with rivals() as session:
        state = session.get_one(PurchaseOrder, order.id).state
        assert (state is OrderState.CANCELLED) == (session.scalar(select(Receipt.id)) is None)


def test_a_closed_order_says_so_in_the_list(session: Session, cast: Cast) -> None:
    buyer = cast.actor("buyer")
    order = an_order(session, buyer, (an_item(session), 240))

    (row,) = queries.list_bought(session, buyer, OrderState.SENT, None, 10)

    assert (row.reference, row.total_fen, row.lines, row.received_lines) == (
        order.reference,
        9600,
        1,
        0,
    )
