"""Keep the temperatures goods travelled at; acceptance refuses what broke the limits."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.history import Change
from app.kernel.ids import ItemId, ReceiptId
from app.purchasing.models import Receipt, ReceiptState, TransportRecord
from app.purchasing.rules import Temperatures, ensure_kept_cool
from app.purchasing.service.opening import own_receipt, step


def keep_temperatures(
    session: Session, actor: Actor, reference: str, told: Temperatures, *, now: datetime
) -> Receipt:
    """Write the transport record of a receipt, or correct it; the change log keeps the old.

    Raises:
        NotFound: the receipt is unknown, or not the actor's to work on.
        ReceiptStateChanged: the count was finished.
    """
    receipt = own_receipt(session, actor, reference)
    step(session, receipt, ReceiptState.DRAFT)
    values = {
        "lowest": told.lowest,
        "highest": told.highest,
        "readings": told.readings,
        "gap": told.gap,
        "entered_at": now,
        "entered_by": actor.user_id,
    }
    written = insert(TransportRecord).values(receipt_id=receipt.id, **values)
    session.execute(
        written.on_conflict_do_update(index_elements=[TransportRecord.receipt_id], set_=values)
    )
    change = Change(
        subject=("receipt", receipt.id),
        action="temperatures-kept",
        after={"lowest": told.lowest, "highest": told.highest, "readings": told.readings},
    )
    history.record(session, actor, change, now=now)
    return receipt


def temperatures_of(session: Session, receipt_id: ReceiptId) -> Temperatures | None:
    """Return the extremes a receipt's goods travelled at, None without a record."""
    row = session.execute(
        select(
            TransportRecord.lowest,
            TransportRecord.highest,
            TransportRecord.readings,
            TransportRecord.gap,
        ).where(TransportRecord.receipt_id == receipt_id)
    ).first()
    return Temperatures(lowest=row[0], highest=row[1], readings=row[2], gap=row[3]) if row else None


def refuse_spoilt(session: Session, receipt_id: ReceiptId, item_ids: Collection[ItemId]) -> None:
    """Refuse to take in goods that were not kept cool on the road.

    Raises:
        TransportRecordMissing, ColdChainBroken: as they say.
    """
    rows = session.execute(
        select(Item.name, Item.storage_class).where(Item.id.in_(item_ids)).order_by(Item.code)
    )
    goods = [(name, storage.value) for name, storage in rows]
    ensure_kept_cool(goods, temperatures_of(session, receipt_id))
