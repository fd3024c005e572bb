from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.catalogue.models import Item
from app.inventory import service as inventory
from app.inventory.models import PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.errors import DomainError, NotFound
from app.purchasing import queries
from app.purchasing import service as purchasing
from app.purchasing.errors import OrderEmpty, PlanOpen, PlanStateChanged, SupplierMissing
from app.purchasing.models import OrderState, PurchasePlanState
from app.purchasing.queries import PlanLineRow
from app.purchasing.rules import Cover
from app.purchasing.service import PlanChoice
from tests.factories.buying import TODAY, a_contract
from tests.factories.cast import Cast
from tests.factories.receiving import a_draft, a_supplier
from tests.factories.requisitions import a_submitted_requisition, an_approved_requisition
from tests.factories.stock import NOW, a_lot, an_item, spot, stocked
from tests.racing import at_once


def used(session: Session, actor: Actor, item: Item, quantity: int) -> None:
    """Let the actor's facility have used half of what it got of an item, three days ago."""
    before = NOW - timedelta(days=3)
    lot = a_lot(session, item, "USED")
    stocked(session, actor, lot, 2 * quantity, now=NOW - timedelta(days=5))
    shelf = inventory.shelves_for(session, actor.facility_id, [item.id])[item.id]
    move = Movement(
        lot_id=lot.id,
        quantity=quantity,
        source=Spot(shelf.id, actor.facility_id),
        target=spot(session, actor.facility_id, PlaceKind.PATIENT),
    )
    request = PostingRequest(
        kind=PostingKind.CONSUME,
        key=f"use-{item.id}-{actor.facility_id}",
        facility_id=actor.facility_id,
        document="USE",
        occurred_at=before,
        movements=[move],
    )
    inventory.post(session, actor, request, now=before)


def line_of(session: Session, cast: Cast, item: Item) -> PlanLineRow:
    """Make a plan without days to cover; return its line of an item."""
    cover = Cover(clinic_days=1, centre_days=0)
    plan = purchasing.make_plan(session, cast.actor("buyer"), cover, now=NOW)
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
    assert (told["clinics"], told["available"], told["on_order"]) == (480, 100, 48)
    assert told["net"] == 332
    assert (line.suggested_packs, line.packs) == (14, 14)
    assert [each["need"] for each in told["facilities"]] == [240, 240]


def test_a_shortage_of_an_approved_requisition_stays_a_need(session: Session, cast: Cast) -> None:
    item = an_item(session)
    stocked(session, cast.actor("buyer"), a_lot(session, item), 100)
    an_approved_requisition(session, cast, {item: 240})

    told = line_of(session, cast, item).arithmetic

    assert (told["clinics"], told["available"]) == (140, 0)
    assert (told["facilities"][0]["coming"], told["facilities"][0]["asked"]) == (100, 140)


def test_use_sets_the_target_of_clinics_and_of_the_centre(session: Session, cast: Cast) -> None:
    clinic, item = cast.actor("clinic"), an_item(session)
    used(session, clinic, item, 300)
    amc = inventory.average_consumption(session, clinic.facility_id, [item.id], today=TODAY)

    cover = Cover(clinic_days=30, centre_days=60)
    plan = purchasing.make_plan(session, cast.actor("buyer"), cover, now=NOW)
    (line,) = queries.list_plan_lines(session, plan.id)

    told, monthly = line.arithmetic, amc[item.id].amc
    assert monthly > 300
    assert (told["amc"], told["clinics"], told["reserve"]) == (monthly, monthly - 300, 2 * monthly)


def test_a_plan_is_split_into_orders_at_contract_prices(session: Session, cast: Cast) -> None:
    buyer, item, other = cast.actor("buyer"), an_item(session), an_item(session, "纱布")
    supplier = a_supplier(session)
    a_contract(session, buyer, supplier, (item, 700, 1000))
    a_submitted_requisition(session, cast, {item: 240, other: 24})
    plan = purchasing.make_plan(session, buyer, Cover(), now=NOW)
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
    first = purchasing.make_plan(session, buyer, Cover(), now=NOW)

    with pytest.raises(PlanOpen):
        purchasing.make_plan(session, buyer, Cover(), now=NOW)
    with pytest.raises(OrderEmpty), session.begin_nested():
        purchasing.order_plan(session, buyer, first.reference, TODAY, now=NOW)
    purchasing.drop_plan(session, buyer, first.reference, now=NOW)
    purchasing.make_plan(session, buyer, Cover(), now=NOW)


def test_another_facilitys_plan_is_not_there(session: Session, cast: Cast) -> None:
    plan = purchasing.make_plan(session, cast.actor("buyer"), Cover(), now=NOW)
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
        plan = purchasing.make_plan(session, buyer, Cover(), now=NOW)

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
