"""What lay where at any moment: the last month-end snapshot before it, and the moves since."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, select, tuple_
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory.models import (
    OUTSIDE,
    Condition,
    Place,
    PlaceKind,
    SnapshotMonth,
    StockBalance,
    StockMove,
    StockSnapshot,
)
from app.inventory.queries.shelves import is_item, key_of_row
from app.inventory.rules import end_of
from app.kernel.ids import FacilityId, ItemId, LotId
from app.kernel.local_time import local_day
from app.traceability.models import Lot


@dataclass(frozen=True, slots=True)
class PastRow:
    """One balance as it stood at a moment."""

    balance_id: int
    on_hand: int
    item_id: ItemId
    item_code: str
    item_name: str
    strength: str
    base_unit: str
    lot_id: LotId
    lot_number: str
    expires_on: date
    place_code: str
    place_name: str
    place_kind: PlaceKind
    condition: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A facility's stock at a moment; moves dated exactly then are not yet in it."""

    facility_id: FacilityId
    at: datetime
    text: str = ""


def held_at(session: Session, facility_id: FacilityId, at: datetime) -> Select[int, int]:
    """Return a query of (balance, base units) at ``at``; the caller adds what it shows."""
    month = _last_snapshot(session, facility_id, at)
    since = end_of(month) if month else datetime.min.replace(tzinfo=UTC)
    moved = (
        select(StockMove.balance_id, func.sum(StockMove.quantity).label("quantity"))
        .where(
            StockMove.facility_id == facility_id,
            StockMove.occurred_at >= since,
            StockMove.occurred_at < at,
        )
        .group_by(StockMove.balance_id)
        .subquery("moved")
    )
    kept = and_(
        StockSnapshot.facility_id == facility_id,
        StockSnapshot.month == month,
        StockSnapshot.balance_id == StockBalance.id,
    )
    total = func.coalesce(StockSnapshot.on_hand, 0) + func.coalesce(moved.c.quantity, 0)
    return (
        select(StockBalance.id, total.label("on_hand"))
        .join(Place, Place.id == StockBalance.place_id)
        .outerjoin(StockSnapshot, kept)
        .outerjoin(moved, moved.c.balance_id == StockBalance.id)
        .where(Place.facility_id == facility_id, Place.kind.not_in(OUTSIDE), total != 0)
    )


def _last_snapshot(session: Session, facility_id: FacilityId, at: datetime) -> date | None:
    return session.scalar(
        select(func.max(SnapshotMonth.month)).where(
            SnapshotMonth.facility_id == facility_id,
            SnapshotMonth.month < local_day(at).replace(day=1),
        )
    )


def list_held_at(
    session: Session, wanted: Moment, after: int | None, size: int | None
) -> list[PastRow]:
    """Return balances by pinyin key and expiry, at most ``size`` + 1; all without a size."""
    statement = (
        held_at(session, wanted.facility_id, wanted.at)
        .join(Item, Item.id == StockBalance.item_id)
        .join(Lot, Lot.id == StockBalance.lot_id)
        .add_columns(
            Item.id,
            Item.code,
            Item.name,
            Item.strength,
            Item.base_unit,
            Lot.id,
            Lot.lot_number,
            Lot.expires_on,
            Place.code,
            Place.name,
            Place.kind,
            StockBalance.condition,
        )
        .order_by(Item.pinyin, StockBalance.expires_on, StockBalance.id)
    )
    if wanted.text:
        statement = statement.where(is_item(wanted.text))
    if after is not None:
        statement = statement.where(
            tuple_(Item.pinyin, StockBalance.expires_on, StockBalance.id) > key_of_row(after)
        )
    if size is not None:
        statement = statement.limit(size + 1)
    rows: Iterable[Any] = session.execute(statement)
    return [PastRow(row[0], int(row[1]), *row[2:]) for row in rows]
