from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.catalogue.models import Item
from app.fulfilment import service as fulfilment
from app.kernel.errors import DomainError, NotFound
from app.purchasing import queries
from app.purchasing import service as purchasing
from app.purchasing.errors import OrderEmpty, PlanOpen, PlanStateChanged, SupplierMissing
from app.purchasing.models import OrderState, PurchasePlanState
from app.purchasing.queries import PlanLineRow
from app.purchasing.service import PlanChoice
from app.replenishment import service as replenishment
from app.replenishment.service import OnTheWay
from tests.factories.buying import TODAY, a_contract
from tests.factories.cast import Cast
from tests.factories.planning import a_night, a_past, plan_of
from tests.factories.receiving import a_draft, a_supplier
from tests.factories.requisitions import a_submitted_requisition, an_approved_requisition
from tests.factories.stock import NOW, a_lot, an_item, stocked
from tests.racing import at_once


def line_of(session: Session, cast: Cast, item: Item) -> PlanLineRow:
    """Make a plan; return its line of an item."""
    plan = purchasing.make_plan(session, cast.actor("buyer"), now=NOW)
    return next(
        line for line in queries.list_plan_lines(session, plan.id) if line.item_id == item.id
    )


def test_what_clinics_ask_for_is_bought_less_what_the_centre_has_and_ordered(
    session: Session, cast: Cast
) -> None:
    buyer, item = cast.actor("buyer"), an_item(session)
    stocked(session, buyer, a_lot(session, item), 100)
    a_submitted_requisition(session, cast, {item: 240})
    a_submitted_requisition(session, cast, {item: 240}, by="clinic2")
    a_draft(session, buyer, (item, 48))

    line = line_of(session, cast, item)

    told = line.arithmetic
    assert (told["lacking"], told["available"], told["on_order"]) == (480, 100, 48)
    assert told["net"] == 332
    assert (line.suggested_packs, line.packs) == (14, 14)
    assert [each["need"] for each in told["facilities"]] == [240, 240]


def test_a_shortage_of_an_approved_requisition_stays_a_need(session: Session, cast: Cast) -> None:
    item = an_item(session)
    stocked(session, cast.actor("buyer"), a_lot(session, item), 100)
    an_approved_requisition(session, cast, {item: 240})

    told = line_of(session, cast, item).arithmetic

    assert (told["lacking"], told["available"]) == (140, 0)
    assert (told["facilities"][0]["coming"], told["facilities"][0]["asked"]) == (100, 140)


def test_a_plan_buys_what_replenishment_says_the_county_needs(session: Session, cast: Cast) -> None:
    clinic, item = cast.actor("clinic"), an_item(session)
    a_past(session, clinic, item, weekly=70, left=0)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item, "C"), 240)
    a_night(session, cast)
    proposed = plan_of(session, clinic.facility_id, item).proposed
    keep = plan_of(session, cast.central.id, item)

    told = line_of(session, cast, item).arithmetic

    assert (told["per_month"], told["keep"]) == (keep.per_month, keep.maximum)
    assert (told["lacking"], told["available"]) == (proposed, 240)
    (at_clinic,) = told["facilities"]
    assert (at_clinic["proposed"], at_clinic["asked"], at_clinic["need"]) == (
        proposed,
        0,
        proposed,
    )
    assert told["net"] == told["keep"] + proposed - 240


def test_what_was_granted_since_the_night_is_bought_once(session: Session, cast: Cast) -> None:
    clinic, item = cast.actor("clinic"), an_item(session)
    a_past(session, clinic, item, weekly=70, left=0)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item, "C"), 4800)
    a_night(session, cast)
    proposed = plan_of(session, clinic.facility_id, item).proposed
    an_approved_requisition(session, cast, {item: proposed})

    (need,) = replenishment.needs(
        session, OnTheWay(pipeline=fulfilment.pipeline(session, cast.central.id)), today=TODAY
    )

    assert (need.lacking, need.stock.available) == (0, 4800 - proposed)
    assert [each.coming for each in need.facilities if each.coming] == [proposed]


def test_what_lapsed_is_needed_again(session: Session, cast: Cast) -> None:
    item = an_item(session)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 240)
    an_approved_requisition(session, cast, {item: 240})
    fulfilment.lapse(session, now=NOW + timedelta(days=30))

    told = line_of(session, cast, item).arithmetic

    assert (told["lacking"], told["available"], told["net"]) == (240, 240, 0)
    assert (told["facilities"][0]["coming"], told["facilities"][0]["asked"]) == (0, 240)


def test_a_plan_is_split_into_orders_at_contract_prices(session: Session, cast: Cast) -> None:
    buyer, item, other = cast.actor("buyer"), an_item(session), an_item(session, "纱布")
    supplier = a_supplier(session)
    a_contract(session, buyer, supplier, (item, 700, 1000))
    a_submitted_requisition(session, cast, {item: 240, other: 24})
    plan = purchasing.make_plan(session, buyer, now=NOW)
    reference = plan.reference

    with pytest.raises(SupplierMissing), session.begin_nested():
        purchasing.order_plan(session, buyer, reference, TODAY, now=NOW)
    choices = [
        PlanChoice(item_id=item.id, packs=12, supplier_id=supplier.id),
        PlanChoice(item_id=other.id, packs=2, supplier_id=supplier.id),
    ]
    purchasing.adjust_plan(session, buyer, reference, choices, now=NOW)
    (share,) = queries.plan_shares(session, plan.id)
    assert (share.items, share.total_fen) == (2, 12 * 700 + 2 * 960)
    (order,) = purchasing.order_plan(session, buyer, reference, TODAY, now=NOW)

    lines = queries.list_order_lines(session, order.id)
    assert sorted((line.packs, line.price_fen) for line in lines) == [(2, 960), (12, 700)]
    assert (order.state, order.plan_id, plan.state) == (
        OrderState.DRAFT,
        plan.id,
        PurchasePlanState.ORDERED,
    )
    with pytest.raises(PlanStateChanged):
        purchasing.adjust_plan(session, buyer, reference, choices, now=NOW)


def test_a_second_plan_waits_until_the_first_is_closed(session: Session, cast: Cast) -> None:
    buyer = cast.actor("buyer")
    first = purchasing.make_plan(session, buyer, now=NOW)

    with pytest.raises(PlanOpen):
        purchasing.make_plan(session, buyer, now=NOW)
    with pytest.raises(OrderEmpty), session.begin_nested():
        purchasing.order_plan(session, buyer, first.reference, TODAY, now=NOW)
    purchasing.drop_plan(session, buyer, first.reference, now=NOW)
    purchasing.make_plan(session, buyer, now=NOW)


def test_another_facilitys_plan_is_not_there(session: Session, cast: Cast) -> None:
    plan = purchasing.make_plan(session, cast.actor("buyer"), now=NOW)
    with pytest.raises(NotFound):
        purchasing.get_plan(session, cast.actor("outsider"), plan.reference)


def test_a_plan_ordered_twice_at_once_makes_its_orders_once(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    buyer = racing_cast.actor("buyer")
    with rivals.begin() as session:
        item = an_item(session)
        a_contract(session, buyer, a_supplier(session), (item, 700, 1000))
        a_submitted_requisition(session, racing_cast, {item: 240})
        plan = purchasing.make_plan(session, buyer, now=NOW)

    def order() -> str:
        try:
            with rivals.begin() as session:
                purchasing.order_plan(session, buyer, plan.reference, TODAY, now=NOW)
                return "done"
        except DomainError as refusal:
            return refusal.code

    assert sorted(at_once(order, rivals=6)) == ["done"] + ["plan-state-changed"] * 5
    with rivals() as session:
        assert len(queries.orders_of_plan(session, plan.id)) == 1
