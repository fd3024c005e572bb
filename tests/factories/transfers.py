"""Ready-made transfers: asked, granted, handed over."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, TransferContentId
from app.kernel.local_time import local_day
from app.transfers import queries
from app.transfers import service as transfers
from app.transfers.models import Transfer
from app.transfers.rules import TransferKind
from app.transfers.service import Approval, Ask, HandOver, Wish


def asked(
    session: Session,
    actor: Actor,
    goods: tuple[FacilityId, Item, int],
    *,
    now: datetime,
    kind: TransferKind = TransferKind.TRANSFER,
) -> Transfer:
    """Let the actor's facility ask a holder for so much of an item; a loan is due in a week."""
    of, item, quantity = goods
    request = Ask(
        kind=kind,
        sender_id=of,
        receiver_id=actor.facility_id,
        asked_by_id=actor.facility_id,
        wishes=[Wish(item_id=item.id, quantity=quantity)],
        due_on=local_day(now) + timedelta(days=7) if kind is TransferKind.LOAN else None,
    )
    return transfers.ask(session, actor, request, now=now)


def on_its_way(
    session: Session, holder: Actor, transfer: Transfer, *codes: str, now: datetime
) -> Transfer:
    """Let the holder grant it and give it to the driver."""
    transfers.approve(session, holder, Approval(reference=transfer.reference), now=now)
    handed = HandOver(reference=transfer.reference, carrier="王师傅", codes=codes)
    return transfers.hand_over(session, holder, handed, None, now=now)


def held(session: Session, facility_id: FacilityId, condition: str = "usable") -> int:
    """Return what lies in a facility's bins in a condition."""
    found = session.scalar(
        text(
            "SELECT coalesce(sum(b.on_hand), 0) FROM stock_balance b JOIN place p"
            " ON p.id = b.place_id WHERE p.facility_id = :facility AND p.kind = 'bin'"
            " AND b.condition = :condition AND b.owner_id = :facility"
        ),
        {"facility": facility_id, "condition": condition},
    )
    return int(found or 0)


def contents(session: Session, transfer: Transfer) -> list[TransferContentId]:
    """Return what a transfer carries."""
    return [row.id for row in queries.list_contents(session, transfer.id)]
