"""Transfers of the demo: one to decide, one in transit, a loan that is owed, a return."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item, SpecialClass
from app.demo.load.people import somebody
from app.inventory.models import Condition, Place, PlaceKind, StockBalance
from app.kernel.ids import FacilityId, ItemId, LotId
from app.kernel.local_time import local_day
from app.traceability.models import Lot, LotHold
from app.transfers import service as transfers
from app.transfers.rules import ReturnReason, TransferKind
from app.transfers.service import Approval, Ask, HandOver, Receipt, Wish

_FEW = 4
_PLENTY = 20


def load_exchanges(session: Session, *, now: datetime) -> None:
    """Let Yudu and Yanchang exchange goods, and Yudu offer some to the centre."""
    yudu, yanchang = somebody(session, "clinic"), somebody(session, "clinic2")
    theirs = _plain(session, yanchang.facility_id, now=now)
    own = _plain(session, yudu.facility_id, now=now)

    def ask(kind: TransferKind, wish: Wish, notes: str) -> str:
        request = Ask(
            kind=kind,
            sender_id=yanchang.facility_id,
            receiver_id=yudu.facility_id,
            asked_by_id=yudu.facility_id,
            wishes=[wish],
            notes=notes,
            due_on=local_day(now) + timedelta(days=10) if kind is TransferKind.LOAN else None,
        )
        return transfers.ask(session, yudu, request, now=now).reference

    def send(reference: str) -> None:
        transfers.approve(session, yanchang, Approval(reference=reference), now=now)
        handed = HandOver(reference=reference, carrier="王师傅（演示）")
        transfers.hand_over(session, yanchang, handed, None, now=now)

    wishes = [Wish(item_id=item_id, quantity=5) for item_id, _ in theirs]
    ask(TransferKind.TRANSFER, wishes[0], "门诊用量增加，周转调拨")
    send(ask(TransferKind.TRANSFER, wishes[1], "缺货，等待下次配送"))
    loan = ask(TransferKind.LOAN, wishes[2], "急诊借用")
    send(loan)
    transfers.receive(session, yudu, Receipt(reference=loan), None, now=now)
    item_id, lot_id = own[0]
    offered = Ask(
        kind=TransferKind.RETURN,
        sender_id=yudu.facility_id,
        receiver_id=somebody(session, "pharmacist").facility_id,
        asked_by_id=yudu.facility_id,
        wishes=[Wish(item_id=item_id, quantity=3, lot_id=lot_id)],
        notes="近三个月无处方",
        return_reason=ReturnReason.SURPLUS,
    )
    transfers.ask(session, yudu, offered, now=now)


def _plain(
    session: Session, facility_id: FacilityId, *, now: datetime
) -> Sequence[tuple[ItemId, LotId]]:
    """Return a few items without codes that a facility has enough of, with a usable lot."""
    rows = session.execute(
        select(StockBalance.item_id, func.min(StockBalance.lot_id).label("lot_id"))
        .join(Place, Place.id == StockBalance.place_id)
        .join(Item, Item.id == StockBalance.item_id)
        .join(Lot, Lot.id == StockBalance.lot_id)
        .where(
            StockBalance.facility_id == facility_id,
            StockBalance.on_hand - StockBalance.reserved >= _PLENTY,
            StockBalance.condition == Condition.USABLE,
            StockBalance.expires_on > local_day(now) + timedelta(days=30),
            Place.kind == PlaceKind.BIN,
            Lot.hold == LotHold.NONE,
            ~Item.is_coded,
            Item.special_class == SpecialClass.NONE,
        )
        .group_by(StockBalance.item_id)
        .order_by(StockBalance.item_id)
        .limit(_FEW)
    )
    return [(row.item_id, row.lot_id) for row in rows]
