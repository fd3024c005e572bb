"""Which items were used up, at which facility, at the end of each day."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import (
    ARRAY,
    Date,
    Interval,
    SelectBase,
    and_,
    cast,
    column,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from app.inventory.models import (
    Condition,
    ConsumptionDay,
    Place,
    PlaceKind,
    StockBalance,
    StockMove,
    StockPosting,
)
from app.kernel.ids import FacilityId
from app.kernel.local_time import LOCAL, at_local, local_day
from app.kpi.models import StockOutDay
from app.network.models import Facility
from app.traceability.models import Lot, LotHold

USED_WITHIN_DAYS = 90
"""An item is on a facility's list while it was used there in the last 90 days."""
LONGEST_TRANSACTION = timedelta(minutes=10)
"""What was recorded just before a count may have been committed after it."""
STILL_THERE = date.max
"""Until when, at the earliest, what lies there now will stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockOut:
    """How many items of a township's facilities were out of stock at the end of a day."""

    day: date
    township: str
    listed: int
    out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityStockOut:
    """The same of one facility."""

    day: date
    facility_id: FacilityId
    listed: int
    out: int


def stock_outs(session: Session, days: Sequence[date], *, today: date) -> list[StockOut]:
    """Return, per day and township, the listed item × facility pairs without usable stock.

    Days that were counted when they were over are read; the others, today among them, are
    counted now.
    """
    counted = session.execute(
        select(
            StockOutDay.day,
            Facility.township,
            func.sum(StockOutDay.listed),
            func.sum(StockOutDay.out),
        )
        .join(Facility, Facility.id == StockOutDay.facility_id)
        .where(StockOutDay.day.in_(days))
        .group_by(StockOutDay.day, Facility.township)
    )
    figures = {(day, township): (int(listed), int(out)) for day, township, listed, out in counted}
    missing = sorted(set(days) - {day for day, _ in figures})
    figures |= _by_township(session, count_stock_outs(session, missing, today=today))
    return [
        StockOut(day=day, township=township, listed=listed, out=out)
        for (day, township), (listed, out) in sorted(figures.items())
    ]


def count_stock_outs(
    session: Session, days: Sequence[date], *, today: date
) -> list[FacilityStockOut]:
    """Count the ledger at the end of each of ``days``, ascending; today, as it stands."""
    if not days:
        return []
    calendar = (
        func.unnest(cast(list(days), ARRAY(Date)))
        .table_valued(column("day", Date), name="calendar")
        .render_derived()
    )
    day = calendar.c.day
    listed = (
        select(day, ConsumptionDay.facility_id, ConsumptionDay.item_id)
        .join(ConsumptionDay, ConsumptionDay.day.between(day - (USED_WITHIN_DAYS - 1), day))
        .group_by(day, ConsumptionDay.facility_id, ConsumptionDay.item_id)
        .having(func.sum(ConsumptionDay.quantity) > 0)
        .subquery("listed")
    )
    goods = _goods(days[0], today).subquery("goods")
    left = (
        select(day, goods.c.facility_id, goods.c.item_id)
        .join(goods, and_(goods.c.until > day, goods.c.expires_on >= day))
        .group_by(day, goods.c.facility_id, goods.c.item_id)
        .having(func.sum(goods.c.quantity) > 0)
        .subquery("left_over")
    )
    same = and_(*(listed.c[name] == left.c[name] for name in ("day", "facility_id", "item_id")))
    key = (listed.c.day, listed.c.facility_id)
    rows = session.execute(
        select(*key, func.count(), func.count().filter(left.c.day.is_(None)))
        .outerjoin(left, same)
        .group_by(*key)
        .order_by(*key)
    )
    return [
        FacilityStockOut(day=on, facility_id=facility_id, listed=listed_items, out=out)
        for on, facility_id, listed_items, out in rows
    ]


def first_day_posted_late(session: Session) -> date | None:
    """Return the earliest business day of what was posted since days were last counted."""
    last = select(func.max(StockOutDay.counted_at)).scalar_subquery()
    since = last - literal(LONGEST_TRANSACTION, Interval)
    first = session.scalar(
        select(func.min(StockPosting.occurred_at)).where(StockPosting.recorded_at > since)
    )
    return None if first is None else local_day(first)


def _goods(first: date, today: date) -> SelectBase:
    """Return what lies in the bins, and, to look back, what was moved since with its sign turned.

    A row counts on the days before ``until``. A lot that is on hold now counts as out
    throughout.
    """
    until = literal(STILL_THERE, Date).label("until")
    key = (StockBalance.facility_id, StockBalance.item_id, StockBalance.expires_on)
    countable = and_(
        StockBalance.condition == Condition.USABLE,
        StockBalance.expires_on >= first,
        Place.kind == PlaceKind.BIN,
        Lot.hold == LotHold.NONE,
    )
    now = (
        select(*key, until, StockBalance.on_hand.label("quantity"))
        .join(Place, Place.id == StockBalance.place_id)
        .join(Lot, Lot.id == StockBalance.lot_id)
        .where(countable, ~StockBalance.outside, StockBalance.on_hand > 0)
    )
    if first >= today:
        return now
    after = at_local(first + timedelta(days=1), time())
    moved_on = cast(func.timezone(LOCAL.key, StockMove.occurred_at), Date)
    moved = (
        select(*key, moved_on.label("until"), -StockMove.quantity)
        .join(StockBalance, StockBalance.id == StockMove.balance_id)
        .join(Place, Place.id == StockBalance.place_id)
        .join(Lot, Lot.id == StockBalance.lot_id)
        .where(countable, StockMove.occurred_at >= after)
    )
    return union_all(now, moved)


def _by_township(
    session: Session, counted: Sequence[FacilityStockOut]
) -> dict[tuple[date, str], tuple[int, int]]:
    rows = session.execute(select(Facility.id, Facility.township)).all()
    townships = {row.id: row.township for row in rows}
    figures: defaultdict[tuple[date, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in counted:
        listed, out = figures[row.day, townships[row.facility_id]]
        figures[row.day, townships[row.facility_id]] = (listed + row.listed, out + row.out)
    return dict(figures)
