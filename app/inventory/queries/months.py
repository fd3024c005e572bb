"""A facility's months: which are closed, and what came in and went out of each (进销存)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from app.accounts.models import UserAccount
from app.inventory.models import (
    OUTSIDE,
    ClosedMonth,
    Place,
    PostingKind,
    SnapshotMonth,
    StockBalance,
    StockMove,
)
from app.inventory.queries.as_at import held_at
from app.inventory.queries.shelves import ItemName
from app.kernel.ids import FacilityId, ItemId


@dataclass(frozen=True, slots=True)
class MonthState:
    """Whether a month is frozen, by whom and since when, and whether its end was kept."""

    month: date
    closed_at: datetime | None = None
    closed_by: str = ""
    kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFlow:
    """An item's month: opening plus what came in minus what went out is the closing stock.

    ``held`` is what stood there at the end, found another way: by the next snapshot.
    """

    item: ItemName
    opening: int
    came: dict[PostingKind, int] = field(default_factory=dict)
    went: dict[PostingKind, int] = field(default_factory=dict)
    held: int

    @property
    def received(self) -> int:
        """Everything that came in."""
        return sum(self.came.values())

    @property
    def issued(self) -> int:
        """Everything that went out."""
        return sum(self.went.values())

    @property
    def closing(self) -> int:
        """Opening plus received minus issued."""
        return self.opening + self.received - self.issued

    @property
    def foots(self) -> bool:
        """Say whether both ways to the closing stock meet."""
        return self.closing == self.held


def month_states(
    session: Session, facility_id: FacilityId, months: Sequence[date]
) -> list[MonthState]:
    """Return the state of each of these months."""
    closed = session.execute(
        select(ClosedMonth.month, ClosedMonth.closed_at, UserAccount.name)
        .join(UserAccount, UserAccount.id == ClosedMonth.user_id)
        .where(ClosedMonth.facility_id == facility_id, ClosedMonth.month.in_(months))
    )
    known = {month: (closed_at, name) for month, closed_at, name in closed}
    kept = set(
        session.scalars(
            select(SnapshotMonth.month).where(
                SnapshotMonth.facility_id == facility_id, SnapshotMonth.month.in_(months)
            )
        )
    )
    states = []
    for month in months:
        closed_at, name = known.get(month, (None, ""))
        states.append(MonthState(month, closed_at, name, kept=month in kept))
    return states


def item_flows(
    session: Session,
    facility_id: FacilityId,
    items: Sequence[ItemName],
    period: tuple[datetime, datetime],
) -> list[ItemFlow]:
    """Return what came and went of each item from ``period[0]`` until before ``period[1]``.

    Moves within the facility cancel out; a vehicle's load still belongs to its depot.
    """
    since, until = period
    ids = [item.item_id for item in items]
    opening = _held(session, facility_id, ids, since)
    closing = _held(session, facility_id, ids, until)
    came: defaultdict[ItemId, dict[PostingKind, int]] = defaultdict(dict)
    went: defaultdict[ItemId, dict[PostingKind, int]] = defaultdict(dict)
    for item_id, kind, received, issued in _flows(session, facility_id, ids, period):
        came[item_id].update({kind: received} if received else {})
        went[item_id].update({kind: issued} if issued else {})
    return [
        ItemFlow(
            item=item,
            opening=opening.get(item.item_id, 0),
            came=came[item.item_id],
            went=went[item.item_id],
            held=closing.get(item.item_id, 0),
        )
        for item in items
    ]


def _held(
    session: Session, facility_id: FacilityId, items: Collection[ItemId], at: datetime
) -> dict[ItemId, int]:
    held = (
        held_at(session, facility_id, at)
        .add_columns(StockBalance.item_id)
        .where(StockBalance.item_id.in_(items))
        .subquery("held")
    )
    rows = session.execute(
        select(held.c.item_id, cast(func.sum(held.c.on_hand), BigInteger)).group_by(held.c.item_id)
    )
    return {row[0]: row[1] for row in rows}


def _flows(
    session: Session,
    facility_id: FacilityId,
    items: Collection[ItemId],
    period: tuple[datetime, datetime],
) -> Sequence[tuple[ItemId, PostingKind, int, int]]:
    change = func.sum(StockMove.quantity)
    net = (
        select(StockMove.item_id, StockMove.kind, change.label("change"))
        .join(StockBalance, StockBalance.id == StockMove.balance_id)
        .join(Place, Place.id == StockBalance.place_id)
        .where(
            StockMove.facility_id == facility_id,
            StockMove.item_id.in_(items),
            StockMove.occurred_at >= period[0],
            StockMove.occurred_at < period[1],
            Place.kind.not_in(OUTSIDE),
        )
        .group_by(StockMove.posting_id, StockMove.item_id, StockMove.kind)
        .having(change != 0)
        .subquery("net")
    )
    came = func.coalesce(func.sum(net.c.change).filter(net.c.change > 0), 0)
    went = func.coalesce(-func.sum(net.c.change).filter(net.c.change < 0), 0)
    rows = session.execute(
        select(net.c.item_id, net.c.kind, cast(came, BigInteger), cast(went, BigInteger))
        .group_by(net.c.item_id, net.c.kind)
        .order_by(net.c.item_id, net.c.kind)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]
