"""Which items were used up, at which facility, at the end of each day."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import ColumnElement, Date, and_, cast, func, select
from sqlalchemy.orm import Session

from app.inventory.models import (
    Condition,
    ConsumptionDay,
    Place,
    PlaceKind,
    StockBalance,
    StockMove,
)
from app.kernel.ids import FacilityId, ItemId
from app.kernel.local_time import LOCAL, at_local
from app.kpi.rules import Shelf, empty_on
from app.network.models import Facility
from app.traceability.models import Lot, LotHold

USED_WITHIN = timedelta(days=90)
"""An item is on a facility's list while it was used there in the last 90 days."""

Pair = tuple[FacilityId, ItemId]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockOut:
    """How many items of a township's facilities were out of stock at the end of a day."""

    day: date
    township: str
    listed: int
    out: int


def stock_outs(session: Session, days: Sequence[date]) -> list[StockOut]:
    """Return, per day and township, the listed item × facility pairs without usable stock."""
    townships = _listed(session, days[-1])
    shelves = _shelves(session, days[0])
    listed: defaultdict[str, int] = defaultdict(int)
    out: defaultdict[tuple[date, str], int] = defaultdict(int)
    for pair, township in townships.items():
        listed[township] += 1
        for day in days:
            out[day, township] += empty_on(shelves.get(pair, ()), day)
    return [
        StockOut(day=day, township=township, listed=listed[township], out=out[day, township])
        for day in days
        for township in sorted(listed)
    ]


def _listed(session: Session, today: date) -> dict[Pair, str]:
    rows = session.execute(
        select(ConsumptionDay.facility_id, ConsumptionDay.item_id, Facility.township)
        .join(Facility, Facility.id == ConsumptionDay.facility_id)
        .where(ConsumptionDay.day > today - USED_WITHIN)
        .group_by(ConsumptionDay.facility_id, ConsumptionDay.item_id, Facility.township)
        .having(func.sum(ConsumptionDay.quantity) > 0)
    )
    return {(facility_id, item_id): township for facility_id, item_id, township in rows}


def _countable() -> ColumnElement[bool]:
    return and_(
        StockBalance.condition == Condition.USABLE,
        Place.kind == PlaceKind.BIN,
        Lot.hold == LotHold.NONE,
    )


def _shelves(session: Session, since: date) -> dict[Pair, list[Shelf]]:
    key = (StockBalance.facility_id, StockBalance.item_id, StockBalance.expires_on)
    day = cast(func.timezone(LOCAL.key, StockMove.occurred_at), Date)
    changes: defaultdict[tuple[FacilityId, ItemId, date], dict[date, int]] = defaultdict(dict)
    for facility_id, item_id, expires_on, on, change in session.execute(
        select(*key, day, func.sum(StockMove.quantity))
        .join(StockBalance, StockBalance.id == StockMove.balance_id)
        .join(Place, Place.id == StockBalance.place_id)
        .join(Lot, Lot.id == StockBalance.lot_id)
        .where(_countable(), StockMove.occurred_at >= at_local(since, time()))
        .group_by(*key, day)
    ):
        changes[facility_id, item_id, expires_on][on] = int(change)
    shelves: defaultdict[Pair, list[Shelf]] = defaultdict(list)
    for facility_id, item_id, expires_on, now in session.execute(
        select(*key, func.sum(StockBalance.on_hand))
        .join(Place, Place.id == StockBalance.place_id)
        .join(Lot, Lot.id == StockBalance.lot_id)
        .where(_countable(), StockBalance.expires_on >= since)
        .group_by(*key)
    ):
        later = changes.get((facility_id, item_id, expires_on), {})
        shelves[facility_id, item_id].append(Shelf(expires_on, int(now), later))
    return shelves
