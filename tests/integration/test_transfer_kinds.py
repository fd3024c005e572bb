from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts.errors import SecondPersonNeeded
from app.catalogue.models import SpecialClass
from app.inventory import service as inventory
from app.inventory.errors import InsufficientStock, ScanRequired
from app.inventory.models import Condition, PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.ids import LotId, PlaceId
from app.kernel.local_time import local_day
from app.traceability import service as traceability
from app.transfers import queries
from app.transfers import service as transfers
from app.transfers.errors import (
    LoanSettled,
    NothingToTransfer,
    NotOnTransfer,
    TransferShort,
)
from app.transfers.models import Transfer
from app.transfers.rules import (
    Inspected,
    ReturnReason,
    TransferKind,
    TransferState,
    Whereabouts,
)
from app.transfers.service import (
    Approval,
    Ask,
    Chosen,
    HandOver,
    Receipt,
    Settlement,
    Wish,
)
from tests.factories.cast import Cast
from tests.factories.counting import sold
from tests.factories.packs import CARTON, received
from tests.factories.stock import NOW, a_lot, an_item, somebody_else, spot, stocked
from tests.factories.transfers import asked, contents, held, on_its_way

TODAY = local_day(NOW)


def test_coded_goods_are_handed_over_by_scanning_and_keep_their_carton(
    session: Session, cast: Cast
) -> None:
    holder, clinic = cast.actor("clinic2"), cast.actor("clinic")
    item = an_item(session, coded=True)
    lot = a_lot(session, item)
    packs = received(session, holder, lot, item)
    transfer = asked(session, clinic, (holder.facility_id, item, 96), now=NOW)
    transfers.approve(session, holder, Approval(reference=transfer.reference), now=NOW)

    def hand(*codes: str) -> None:
        handed = HandOver(reference=transfer.reference, carrier="王师傅", codes=codes)
        with session.begin_nested():
            transfers.hand_over(session, holder, handed, None, now=NOW)

    with pytest.raises(ScanRequired):
        hand()
    with pytest.raises(NotOnTransfer):
        hand("89990009999999999999")
    with pytest.raises(TransferShort):
        hand(packs[0].code)
    hand(CARTON)
    ids = contents(session, transfer)
    lost = {ids[3]: Inspected()}
    transfers.receive(
        session, clinic, Receipt(reference=transfer.reference, inspected=lost), None, now=NOW
    )

    shelf = spot(session, clinic.facility_id).place_id
    places = traceability.place_of(session, [pack.id for pack in packs])
    assert [places[pack.id] == shelf for pack in packs] == [True] * 3 + [False]
    settled = Settlement(
        reference=transfer.reference,
        content_id=ids[3],
        whereabouts=Whereabouts.NOT_SENT,
        reason="留在货架",
    )
    transfers.settle_missing(session, holder, settled, None, now=NOW)
    assert held(session, holder.facility_id) == 24
    assert inventory.prove(session) == []


def test_a_loan_is_settled_by_giving_the_same_item_back(session: Session, cast: Cast) -> None:
    lender, clinic = cast.actor("clinic2"), cast.actor("clinic")
    item = an_item(session)
    stocked(session, lender, a_lot(session, item), 100)
    loan = asked(session, clinic, (lender.facility_id, item, 50), now=NOW, kind=TransferKind.LOAN)
    on_its_way(session, lender, loan, now=NOW)
    transfers.receive(session, clinic, Receipt(reference=loan.reference), None, now=NOW)
    (owed,) = queries.list_loans(session, clinic)
    sold(session, clinic, (a_lot(session, item), 50, "used"), now=NOW)
    stocked(session, clinic, a_lot(session, item, "B2"), 50)

    with pytest.raises(LoanSettled), session.begin_nested():
        transfers.give_back(session, clinic, (loan.reference, [(owed.line_id, 51)]), now=NOW)
    backs = [
        transfers.give_back(session, clinic, (loan.reference, [(owed.line_id, part)]), now=NOW)
        for part in (30, 20)
    ]
    for back in backs:
        on_its_way_back(session, lender, clinic, back)

    assert (owed.open, owed.due_on) == (50, TODAY + timedelta(days=7))
    assert queries.list_loans(session, lender) == []
    assert held(session, lender.facility_id) == 100
    assert inventory.prove(session) == []


def on_its_way_back(session: Session, lender: Actor, clinic: Actor, back: Transfer) -> None:
    transfers.approve(session, lender, Approval(reference=back.reference), now=NOW)
    handed = HandOver(reference=back.reference, carrier="王师傅")
    transfers.hand_over(session, clinic, handed, None, now=NOW)
    transfers.receive(session, lender, Receipt(reference=back.reference), None, now=NOW)


def test_a_clinic_sends_a_lot_back_and_the_centre_inspects_it(session: Session, cast: Cast) -> None:
    clinic, keeper = cast.actor("clinic"), cast.actor("storekeeper")
    item = an_item(session)
    lot = a_lot(session, item, expires=TODAY - timedelta(days=1))
    stocked(session, clinic, lot, 40)
    request = Ask(
        kind=TransferKind.RETURN,
        sender_id=clinic.facility_id,
        receiver_id=keeper.facility_id,
        asked_by_id=clinic.facility_id,
        wishes=[Wish(item_id=item.id, quantity=30, lot_id=lot.id)],
        return_reason=ReturnReason.NEAR_EXPIRY,
    )
    back = transfers.ask(session, clinic, request, now=NOW)
    transfers.approve(session, keeper, Approval(reference=back.reference), now=NOW)
    transfers.hand_over(
        session, clinic, HandOver(reference=back.reference, carrier="王师傅"), None, now=NOW
    )
    (content,) = contents(session, back)
    inspected = {content: Inspected(quarantine=20, damaged=10)}
    transfers.receive(
        session, keeper, Receipt(reference=back.reference, inspected=inspected), None, now=NOW
    )

    assert held(session, clinic.facility_id) == 10
    assert held(session, keeper.facility_id, "quarantine") == 20
    assert held(session, keeper.facility_id, "damaged") == 10
    assert inventory.prove(session) == []


def test_controlled_medicines_leave_with_two_people(session: Session, cast: Cast) -> None:
    holder, clinic, village = cast.actor("clinic2"), cast.actor("clinic"), cast.actor("village")
    item = an_item(session, "吗啡注射液", special=SpecialClass.NARCOTIC)
    lot = a_lot(session, item)
    cupboard = inventory.locked_place(session, holder.facility_id)
    opening(session, holder, (lot.id, 10, cupboard.id))
    transfer = asked(session, clinic, (holder.facility_id, item, 4), now=NOW)
    transfers.approve(session, holder, Approval(reference=transfer.reference), now=NOW)
    handed = HandOver(reference=transfer.reference, carrier="王师傅")

    with pytest.raises(SecondPersonNeeded), session.begin_nested():
        transfers.hand_over(session, holder, handed, None, now=NOW)
    transfers.hand_over(session, holder, handed, village.user_id, now=NOW)
    done = transfers.receive(
        session, clinic, Receipt(reference=transfer.reference), village.user_id, now=NOW
    )

    assert done.state is TransferState.CLOSED
    assert inventory.prove(session) == []


def opening(session: Session, holder: Actor, stock: tuple[LotId, int, PlaceId]) -> None:
    lot_id, quantity, place_id = stock
    facility_id = holder.facility_id
    inventory.post(
        session,
        holder,
        PostingRequest(
            kind=PostingKind.OPENING,
            key="opening-locked",
            facility_id=facility_id,
            document="OPENING",
            occurred_at=NOW,
            movements=[
                Movement(
                    lot_id=lot_id,
                    quantity=quantity,
                    source=spot(session, facility_id, PlaceKind.SUPPLIER),
                    target=Spot(place_id, facility_id),
                )
            ],
            second_user_id=somebody_else(session, holder),
        ),
        now=NOW,
    )


def test_a_lot_that_will_expire_is_sent_where_it_is_used(session: Session, cast: Cast) -> None:
    slow, fast, centre = cast.actor("clinic2"), cast.actor("clinic"), cast.actor("pharmacist")
    item = an_item(session)
    near = a_lot(session, item, "NEAR", expires=TODAY + timedelta(days=60))
    other = a_lot(session, item, "FAR")
    stocked(session, slow, near, 500, now=NOW - timedelta(days=5))
    stocked(session, fast, other, 900, now=NOW - timedelta(days=5))
    sold(session, fast, (other, 900, "used"), now=NOW - timedelta(days=4))

    (proposal,) = transfers.propose_pull_back(session, now=NOW)
    chosen = Chosen(
        lot_id=near.id,
        item_id=item.id,
        sender_id=slow.facility_id,
        receiver_id=proposal.to_id,
        quantity=proposal.quantity,
    )
    (transfer,) = transfers.ask_pull_back(session, centre, [chosen], "近效期调回", now=NOW)
    on_its_way(session, slow, transfer, now=NOW)
    transfers.receive(session, fast, Receipt(reference=transfer.reference), None, now=NOW)

    assert (proposal.to_id, proposal.quantity) == (fast.facility_id, 500)
    assert proposal.saved_fen == 20_000
    assert held(session, fast.facility_id) == 500
    assert inventory.prove(session) == []


def test_goods_sold_before_the_hand_over_of_a_named_lot_stop_it(
    session: Session, cast: Cast
) -> None:
    clinic, keeper = cast.actor("clinic"), cast.actor("storekeeper")
    item = an_item(session)
    lot = a_lot(session, item)
    stocked(session, clinic, lot, 40)
    request = Ask(
        kind=TransferKind.RETURN,
        sender_id=clinic.facility_id,
        receiver_id=keeper.facility_id,
        asked_by_id=clinic.facility_id,
        wishes=[Wish(item_id=item.id, quantity=30, lot_id=lot.id, condition=Condition.USABLE)],
        return_reason=ReturnReason.SURPLUS,
    )
    back = transfers.ask(session, clinic, request, now=NOW)
    transfers.approve(session, keeper, Approval(reference=back.reference), now=NOW)
    sold(session, clinic, (lot, 40, "all"), now=NOW)

    with pytest.raises((NothingToTransfer, InsufficientStock)):
        transfers.hand_over(
            session, clinic, HandOver(reference=back.reference, carrier="x"), None, now=NOW
        )
