"""Rivals for one holder's goods: promised once, handed over once, given back once."""

from sqlalchemy.orm import Session, sessionmaker

from app.inventory import service as inventory
from app.inventory.models import PlaceKind
from app.kernel.actor import Actor
from app.kernel.errors import DomainError
from app.transfers import queries
from app.transfers import service as transfers
from app.transfers.errors import NothingToTransfer
from app.transfers.rules import TransferKind
from app.transfers.service import Approval, HandOver, Receipt
from tests.factories.cast import Cast
from tests.factories.stock import NOW, a_lot, an_item, spot, stocked
from tests.factories.transfers import asked, on_its_way
from tests.racing import at_once

Sessions = sessionmaker[Session]


def proved(rivals: Sessions) -> bool:
    with rivals() as session:
        return inventory.prove(session) == []


def test_two_clinics_are_not_promised_the_same_goods(rivals: Sessions, racing_cast: Cast) -> None:
    holder = racing_cast.actor("clinic2")
    with rivals.begin() as session:
        item = an_item(session)
        stocked(session, holder, a_lot(session, item), 100)
        goods = (holder.facility_id, item, 40)
        references = [
            asked(session, racing_cast.actor("clinic"), goods, now=NOW).reference for _ in range(4)
        ]

    def approve(reference: str) -> int:
        try:
            with rivals.begin() as session:
                granted = transfers.approve(session, holder, Approval(reference=reference), now=NOW)
                return sum(
                    (line.approved or 0) - line.shortage
                    for line in transfers.lines_of(session, granted)
                )
        except NothingToTransfer:
            return 0

    promised = at_once(
        *(lambda reference=reference: approve(reference) for reference in references)
    )

    assert sorted(promised) == [0, 20, 40, 40]
    assert proved(rivals)


def once(rivals: Sessions, act: str, actor: Actor, reference: str) -> bool:
    try:
        with rivals.begin() as session:
            if act == "hand over":
                handed = HandOver(reference=reference, carrier="x")
                transfers.hand_over(session, actor, handed, None, now=NOW)
            else:
                transfers.receive(session, actor, Receipt(reference=reference), None, now=NOW)
    except DomainError:
        return False
    return True


def test_goods_are_handed_over_and_received_once(rivals: Sessions, racing_cast: Cast) -> None:
    holder, clinic = racing_cast.actor("clinic2"), racing_cast.actor("clinic")
    with rivals.begin() as session:
        item = an_item(session)
        stocked(session, holder, a_lot(session, item), 100)
        transfer = asked(session, clinic, (holder.facility_id, item, 40), now=NOW)
        transfers.approve(session, holder, Approval(reference=transfer.reference), now=NOW)
        spot(session, clinic.facility_id)

    handed = at_once(lambda: once(rivals, "hand over", holder, transfer.reference), rivals=8)
    received = at_once(lambda: once(rivals, "receive", clinic, transfer.reference), rivals=8)

    assert (sum(handed), sum(received)) == (1, 1)
    assert proved(rivals)


def test_a_loan_is_not_given_back_twice(rivals: Sessions, racing_cast: Cast) -> None:
    lender, clinic = racing_cast.actor("clinic2"), racing_cast.actor("clinic")
    with rivals.begin() as session:
        item = an_item(session)
        stocked(session, lender, a_lot(session, item), 50)
        spot(session, lender.facility_id, PlaceKind.BIN)
        loan = asked(
            session, clinic, (lender.facility_id, item, 50), now=NOW, kind=TransferKind.LOAN
        )
        on_its_way(session, lender, loan, now=NOW)
        transfers.receive(session, clinic, Receipt(reference=loan.reference), None, now=NOW)
        (owed,) = queries.list_loans(session, clinic)
        stocked(session, clinic, a_lot(session, item, "B2"), 50)
        backs = []
        for _ in range(2):
            told = (loan.reference, [(owed.line_id, 50)])
            back = transfers.give_back(session, clinic, told, now=NOW)
            transfers.approve(session, lender, Approval(reference=back.reference), now=NOW)
            handed = HandOver(reference=back.reference, carrier="x")
            transfers.hand_over(session, clinic, handed, None, now=NOW)
            backs.append(back.reference)

    done = at_once(
        *(
            lambda reference=reference: once(rivals, "receive", lender, reference)
            for reference in backs
        )
    )

    assert sum(done) == 1
    assert proved(rivals)
