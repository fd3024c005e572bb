"""The book of chosen balances as it stood at a moment of its own for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.inventory.models import Condition, StockBalance, StockMove
from app.kernel.ids import FacilityId, LotId, PlaceId
from app.kernel.rows import as_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A balance, and when somebody counted it; what moved at that moment belongs to the book."""

    place_id: PlaceId
    lot_id: LotId
    owner_id: FacilityId
    condition: Condition
    counted_at: datetime


def book_as_at(session: Session, counted: Sequence[Counted]) -> list[int]:
    """Return what the book held of each at its moment, in the order given; 0 where nothing is."""
    if not counted:
        return []
    given = as_table(
        [
            StockMove.seq,
            StockBalance.place_id,
            StockBalance.lot_id,
            StockBalance.owner_id,
            StockBalance.condition,
            StockMove.occurred_at,
        ],
        [
            {
                "seq": number,
                "place_id": one.place_id,
                "lot_id": one.lot_id,
                "owner_id": one.owner_id,
                "condition": one.condition,
                "occurred_at": one.counted_at.isoformat(),
            }
            for number, one in enumerate(counted)
        ],
    )
    since = (
        select(func.coalesce(func.sum(StockMove.quantity), 0))
        .where(
            StockMove.balance_id == StockBalance.id,
            StockMove.occurred_at > given.c.occurred_at,
        )
        .correlate(StockBalance, given)
        .scalar_subquery()
    )
    same = and_(
        StockBalance.place_id == given.c.place_id,
        StockBalance.lot_id == given.c.lot_id,
        StockBalance.owner_id == given.c.owner_id,
        StockBalance.condition == given.c.condition,
    )
    rows = session.execute(
        select(func.coalesce(StockBalance.on_hand - since, 0))
        .select_from(given.outerjoin(StockBalance, same))
        .order_by(given.c.seq)
    )
    return [int(book) for (book,) in rows]
