from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.inventory import service as inventory
from app.inventory.models import StockBalance
from app.kernel.errors import Forbidden, NotFound
from app.kernel.local_time import local_day
from app.traceability.errors import ReasonMissing
from app.transfers import queries
from app.transfers import service as transfers
from app.transfers.errors import (
    DueDateMissing,
    InspectionContradicts,
    MissingSettled,
    NothingToTransfer,
    SameFacility,
    TransferEmpty,
    TransferShort,
    TransferStateChanged,
)
from app.transfers.rules import (
    Inspected,
    TransferKind,
    TransferState,
    Whereabouts,
)
from app.transfers.service import (
    Approval,
    Ask,
    HandOver,
    Receipt,
    Settlement,
    Wish,
)
from tests.factories.cast import Cast
from tests.factories.stock import NOW, a_lot, an_item, stocked
from tests.factories.transfers import asked, contents, held, on_its_way

TODAY = local_day(NOW)


def test_goods_go_from_one_clinic_to_another(session: Session, cast: Cast) -> None:
    holder, clinic = cast.actor("clinic2"), cast.actor("clinic")
    item = an_item(session)
    stocked(session, holder, a_lot(session, item), 100)
    transfer = asked(session, clinic, (holder.facility_id, item, 60), now=NOW)

    transfers.approve(session, holder, Approval(reference=transfer.reference), now=NOW)
    promised = session.scalars(
        select(StockBalance.reserved).where(StockBalance.facility_id == holder.facility_id)
    ).all()
    handed = HandOver(reference=transfer.reference, carrier="王师傅")
    transfers.hand_over(session, holder, handed, None, now=NOW)
    on_the_way = (held(session, holder.facility_id), held(session, clinic.facility_id))
    done = transfers.receive(session, clinic, Receipt(reference=transfer.reference), None, now=NOW)

    assert sum(promised) == 60
    assert on_the_way == (40, 0)
    assert held(session, clinic.facility_id) == 60
    assert done.state is TransferState.CLOSED
    assert inventory.prove(session) == []


def test_only_the_two_facilities_and_the_county_see_it(session: Session, cast: Cast) -> None:
    holder, clinic = cast.actor("clinic2"), cast.actor("clinic")
    item = an_item(session)
    stocked(session, holder, a_lot(session, item), 100)
    transfer = asked(session, clinic, (holder.facility_id, item, 60), now=NOW)

    for name in ("clinic", "clinic2", "pharmacist", "director"):
        assert transfers.get_transfer(session, cast.actor(name), transfer.reference)
    for name in ("outsider", "village"):
        with pytest.raises(NotFound):
            transfers.get_transfer(session, cast.actor(name), transfer.reference)
        assert queries.find_transfer(session, cast.actor(name), transfer.reference) is None
    approval = Approval(reference=transfer.reference)
    for name in ("clinic", "pharmacist"):
        with pytest.raises(NotFound):
            transfers.approve(session, cast.actor(name), approval, now=NOW)
    transfers.approve(session, holder, approval, now=NOW)
    with pytest.raises(NotFound):
        transfers.hand_over(
            session, clinic, HandOver(reference=transfer.reference, carrier="x"), None, now=NOW
        )


def test_a_request_that_contradicts_itself_is_refused(session: Session, cast: Cast) -> None:
    clinic, holder = cast.actor("clinic"), cast.actor("clinic2")
    item = an_item(session)

    def ask(**changed: object) -> None:
        told: dict[str, object] = {
            "kind": TransferKind.TRANSFER,
            "sender_id": holder.facility_id,
            "receiver_id": clinic.facility_id,
            "asked_by_id": clinic.facility_id,
            "wishes": [Wish(item_id=item.id, quantity=1)],
        }
        transfers.ask(session, clinic, Ask(**{**told, **changed}), now=NOW)  # type: ignore[arg-type]

    with pytest.raises(SameFacility):
        ask(sender_id=clinic.facility_id)
    with pytest.raises(TransferEmpty):
        ask(wishes=[])
    with pytest.raises(TransferEmpty):
        ask(wishes=[Wish(item_id=item.id, quantity=1)] * 2)
    with pytest.raises(DueDateMissing):
        ask(kind=TransferKind.LOAN)
    with pytest.raises(DueDateMissing):
        ask(kind=TransferKind.LOAN, due_on=TODAY - timedelta(days=1))
    with pytest.raises(NotFound):
        ask(asked_by_id=holder.facility_id)
    with pytest.raises(Forbidden):
        ask(receiver_id=cast.outsider.id)


def test_a_refusal_has_a_reason_and_a_withdrawal_frees_the_goods(
    session: Session, cast: Cast
) -> None:
    holder, clinic = cast.actor("clinic2"), cast.actor("clinic")
    item = an_item(session)
    stocked(session, holder, a_lot(session, item), 100)
    first, second = (
        asked(session, clinic, (holder.facility_id, item, 60), now=NOW) for _ in range(2)
    )

    with pytest.raises(ReasonMissing):
        transfers.refuse(session, holder, first.reference, "", now=NOW)
    transfers.refuse(session, holder, first.reference, "本院急用", now=NOW)
    transfers.approve(session, holder, Approval(reference=second.reference), now=NOW)
    transfers.cancel(session, clinic, second.reference, "已到货", now=NOW)

    with pytest.raises(TransferStateChanged):
        transfers.approve(session, holder, Approval(reference=first.reference), now=NOW)
    free = asked(session, clinic, (holder.facility_id, item, 100), now=NOW)
    transfers.approve(session, holder, Approval(reference=free.reference), now=NOW)
    assert inventory.prove(session) == []


def test_what_is_not_there_is_a_shortage_and_less_needs_a_reason(
    session: Session, cast: Cast
) -> None:
    holder, clinic = cast.actor("clinic2"), cast.actor("clinic")
    item, none = an_item(session), an_item(session)
    stocked(session, holder, a_lot(session, item), 50)
    transfer = asked(session, clinic, (holder.facility_id, item, 80), now=NOW)
    empty = asked(session, clinic, (holder.facility_id, none, 5), now=NOW)

    with pytest.raises(NothingToTransfer), session.begin_nested():
        transfers.approve(session, holder, Approval(reference=empty.reference), now=NOW)
    transfers.approve(session, holder, Approval(reference=transfer.reference), now=NOW)
    (line,) = transfers.lines_of(session, transfer)
    less = {"reference": transfer.reference, "carrier": "x", "quantities": {line.id: 40}}
    with pytest.raises(TransferShort), session.begin_nested():
        transfers.hand_over(session, holder, HandOver(**less), None, now=NOW)  # type: ignore[arg-type]
    why = HandOver(**less, short_reason="破损")  # type: ignore[arg-type]
    transfers.hand_over(session, holder, why, None, now=NOW)

    assert (line.approved, line.shortage) == (80, 30)
    assert held(session, holder.facility_id) == 10
    assert inventory.prove(session) == []


def test_what_is_missing_stays_open_until_each_part_is_settled(
    session: Session, cast: Cast
) -> None:
    holder, clinic = cast.actor("clinic2"), cast.actor("clinic")
    item = an_item(session)
    for number in range(3):
        expires = TODAY + timedelta(days=200 + number)
        stocked(session, holder, a_lot(session, item, f"L{number}", expires=expires), 20)
    transfer = asked(session, clinic, (holder.facility_id, item, 60), now=NOW)
    on_its_way(session, holder, transfer, now=NOW)
    ids = contents(session, transfer)
    partly = {
        ids[0]: Inspected(usable=15),
        ids[1]: Inspected(usable=10, damaged=5),
        ids[2]: Inspected(quarantine=18),
    }

    too_much = Receipt(reference=transfer.reference, inspected={ids[0]: Inspected(usable=21)})
    with pytest.raises(InspectionContradicts), session.begin_nested():
        transfers.receive(session, clinic, too_much, None, now=NOW)
    transfers.receive(
        session, clinic, Receipt(reference=transfer.reference, inspected=partly), None, now=NOW
    )
    stages = []
    for actor, content_id, fate in (
        (clinic, ids[0], Whereabouts.ARRIVED),
        (holder, ids[1], Whereabouts.NOT_SENT),
        (holder, ids[2], Whereabouts.LOST),
    ):
        stages.append(transfer.state)
        told = Settlement(
            reference=transfer.reference, content_id=content_id, whereabouts=fate, reason="已查"
        )
        transfers.settle_missing(session, actor, told, None, now=NOW)
        with pytest.raises((MissingSettled, TransferStateChanged)), session.begin_nested():
            transfers.settle_missing(session, actor, told, None, now=NOW)

    assert stages == [TransferState.RECEIVED] * 3
    assert transfer.state is TransferState.CLOSED
    told_held = [
        held(session, clinic.facility_id, kind) for kind in ("usable", "quarantine", "damaged")
    ]
    assert told_held == [30, 18, 5]
    assert held(session, holder.facility_id) == 5
    assert inventory.prove(session) == []
