"""What the ledger itself must know before it writes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.inventory.models import (
    Condition,
    PostingKind,
    StockBalance,
    StockMove,
    StockPosting,
)
from app.kernel.ids import FacilityId, LotId, PlaceId, PostingId


@dataclass(frozen=True, slots=True)
class MovementRow:
    """One movement of a posting, read back from its two legs."""

    lot_id: LotId
    quantity: int
    line_id: int
    source_place_id: PlaceId
    source_owner_id: FacilityId
    source_condition: Condition
    target_place_id: PlaceId
    target_owner_id: FacilityId
    target_condition: Condition


def movements_of(session: Session, posting_id: PostingId) -> list[MovementRow]:
    """Return the movements of a posting in the order they were written."""
    rows = session.execute(
        select(
            StockMove.lot_id,
            StockMove.quantity,
            StockMove.line_id,
            StockBalance.place_id,
            StockBalance.owner_id,
            StockBalance.condition,
        )
        .join(StockBalance, StockBalance.id == StockMove.balance_id)
        .where(StockMove.posting_id == posting_id)
        .order_by(StockMove.id)
    ).all()
    return [
        MovementRow(into.lot_id, into.quantity, into.line_id, *out[3:], *into[3:])
        for out, into in zip(rows[::2], rows[1::2], strict=True)
    ]


def last_posting(session: Session, document: str, kind: PostingKind) -> PostingId | None:
    """Return the newest posting of a kind under a document, or None without one."""
    return session.scalar(
        select(StockPosting.id)
        .where(StockPosting.document == document, StockPosting.kind == kind)
        .order_by(StockPosting.id.desc())
        .limit(1)
    )


def business_time(session: Session, posting_id: PostingId | None) -> datetime | None:
    """Return when the posting happened, or None without one."""
    if posting_id is None:
        return None
    return session.scalar(select(StockPosting.occurred_at).where(StockPosting.id == posting_id))


def lowest_running(
    session: Session, balance_ids: Collection[int], *, since: datetime
) -> dict[int, int]:
    """Return the least each balance ever held at or after ``since``, by business time."""
    later = (
        select(
            StockMove.balance_id,
            StockMove.quantity,
            func.sum(StockMove.quantity)
            .over(
                partition_by=StockMove.balance_id,
                order_by=(StockMove.occurred_at, StockMove.id),
            )
            .label("running"),
        )
        .where(StockMove.balance_id.in_(balance_ids), StockMove.occurred_at > since)
        .cte("later")
    )
    rows = session.execute(
        select(
            StockBalance.id,
            StockBalance.on_hand
            - func.coalesce(func.sum(later.c.quantity), 0)
            + func.least(0, func.coalesce(func.min(later.c.running), 0)),
        )
        .outerjoin(later, later.c.balance_id == StockBalance.id)
        .where(StockBalance.id.in_(balance_ids))
        .group_by(StockBalance.id)
    )
    return {balance_id: int(lowest) for balance_id, lowest in rows}
