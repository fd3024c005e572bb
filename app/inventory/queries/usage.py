"""What was used, and on which days there was nothing to use."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ARRAY, ColumnElement, Date, and_, cast, func, select
from sqlalchemy.orm import Session

from app.inventory.models import (
    Condition,
    ConsumptionDay,
    Place,
    PlaceKind,
    StockBalance,
    StockMove,
)
from app.kernel.ids import FacilityId, ItemId, LotId
from app.kernel.local_time import LOCAL
from app.traceability.models import Lot, LotHold

Subject = tuple[FacilityId, ItemId]
"""Whose use of what."""
Scope = tuple[Collection[FacilityId], Collection[ItemId]]
"""Facilities and items: some items of one facility, or one item of the county."""


@dataclass(frozen=True, slots=True)
class Used:
    """Base units of routine use in a period, and what went to something that will not recur."""

    routine: int = 0
    one_off: int = 0


def consumption_by_period(
    session: Session,
    scope: Scope,
    starts: Sequence[date],
    end: date,
) -> dict[tuple[Subject, date], Used]:
    """Return what was consumed from each start (ascending) to the next, the last to ``end``."""
    facility_ids, item_ids = scope
    slot = func.width_bucket(ConsumptionDay.day, cast(list(starts), ARRAY(Date)))
    rows = session.execute(
        select(
            ConsumptionDay.facility_id,
            ConsumptionDay.item_id,
            slot,
            func.sum(ConsumptionDay.quantity - ConsumptionDay.one_off),
            func.sum(ConsumptionDay.one_off),
        )
        .where(
            ConsumptionDay.facility_id.in_(facility_ids),
            ConsumptionDay.item_id.in_(item_ids),
            ConsumptionDay.day >= starts[0],
            ConsumptionDay.day < end,
        )
        .group_by(ConsumptionDay.facility_id, ConsumptionDay.item_id, slot)
    )
    return {
        ((facility_id, item_id), starts[index - 1]): Used(int(routine), int(one_off))
        for facility_id, item_id, index, routine, one_off in rows
    }


def county_consumption_by_period(
    session: Session, item_ids: Collection[ItemId], starts: Sequence[date], end: date
) -> dict[tuple[ItemId, date], Used]:
    """Return what all facilities together consumed from each start to the next."""
    slot = func.width_bucket(ConsumptionDay.day, cast(list(starts), ARRAY(Date)))
    rows = session.execute(
        select(
            ConsumptionDay.item_id,
            slot,
            func.sum(ConsumptionDay.quantity - ConsumptionDay.one_off),
            func.sum(ConsumptionDay.one_off),
        )
        .where(
            ConsumptionDay.item_id.in_(item_ids),
            ConsumptionDay.day >= starts[0],
            ConsumptionDay.day < end,
        )
        .group_by(ConsumptionDay.item_id, slot)
    )
    return {
        (item_id, starts[index - 1]): Used(int(routine), int(one_off))
        for item_id, index, routine, one_off in rows
    }


@dataclass(frozen=True, slots=True)
class LotFlow:
    """One lot at a facility: what it began with, its net change by local day, its last day."""

    subject: Subject
    expires_on: date
    opening: int
    changes: dict[date, int]


def lot_flows(session: Session, scope: Scope, since: date) -> list[LotFlow]:
    """Return how the bins' usable stock of each lot ran from the morning of ``since`` on.

    A lot that is on hold now counts as out of stock throughout.
    """
    countable = _countable(scope)
    now = session.execute(
        select(
            StockBalance.facility_id,
            StockBalance.item_id,
            StockBalance.lot_id,
            StockBalance.expires_on,
            func.sum(StockBalance.on_hand).label("on_hand"),
        )
        .join(Place, Place.id == StockBalance.place_id)
        .join(Lot, Lot.id == StockBalance.lot_id)
        .where(countable)
        .group_by(
            StockBalance.facility_id,
            StockBalance.item_id,
            StockBalance.lot_id,
            StockBalance.expires_on,
        )
    ).all()
    changes = _changes(session, countable, since)
    return [
        LotFlow(
            (row.facility_id, row.item_id),
            row.expires_on,
            int(row.on_hand) - sum(changes[row.facility_id, row.lot_id].values()),
            dict(changes[row.facility_id, row.lot_id]),
        )
        for row in now
    ]


def _countable(scope: Scope) -> ColumnElement[bool]:
    facility_ids, item_ids = scope
    return and_(
        StockBalance.facility_id.in_(facility_ids),
        StockBalance.item_id.in_(item_ids),
        StockBalance.condition == Condition.USABLE,
        Place.kind == PlaceKind.BIN,
        Lot.hold == LotHold.NONE,
    )


def _changes(
    session: Session, countable: ColumnElement[bool], since: date
) -> defaultdict[tuple[FacilityId, LotId], dict[date, int]]:
    day = cast(func.timezone(LOCAL.key, StockMove.occurred_at), Date)
    rows = session.execute(
        select(StockMove.facility_id, StockMove.lot_id, day, func.sum(StockMove.quantity))
        .join(StockBalance, StockBalance.id == StockMove.balance_id)
        .join(Place, Place.id == StockBalance.place_id)
        .join(Lot, Lot.id == StockBalance.lot_id)
        .where(
            countable,
            StockMove.facility_id == StockBalance.facility_id,
            StockMove.occurred_at >= datetime.combine(since, time(), tzinfo=LOCAL),
        )
        .group_by(StockMove.facility_id, StockMove.lot_id, day)
    )
    changes: defaultdict[tuple[FacilityId, LotId], dict[date, int]] = defaultdict(dict)
    for facility_id, lot_id, on_day, change in rows:
        changes[facility_id, lot_id][on_day] = int(change)
    return changes


def usable_run(flows: Sequence[LotFlow], *, since: date) -> tuple[int, list[tuple[date, int]]]:
    """Add lots up to an opening and daily net changes; a lot drops out after its last day."""
    opening = 0
    changes: defaultdict[date, int] = defaultdict(int)
    for flow in flows:
        if flow.expires_on < since:
            continue
        opening += flow.opening
        left = flow.opening
        for day, change in flow.changes.items():
            if day <= flow.expires_on:
                changes[day] += change
                left += change
        changes[flow.expires_on + timedelta(days=1)] -= left
    return opening, sorted(changes.items())
