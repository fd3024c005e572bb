"""Average monthly consumption: the one implementation behind every screen (月均消耗)."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy.orm import Session

from app.inventory import queries
from app.inventory.queries import LotFlow
from app.inventory.rules import (
    Amc,
    MonthUse,
    average_monthly_consumption,
    days_without_stock,
    periods_before,
)
from app.kernel.ids import FacilityId, ItemId


def average_consumption(
    session: Session,
    facility_id: FacilityId,
    item_ids: Collection[ItemId],
    *,
    today: date,
    months: int = 3,
) -> dict[ItemId, Amc]:
    """Return each item's AMC over the last ``months`` periods of 30 days before ``today``."""
    periods = periods_before(today, months)
    starts = [since for since, _ in periods]
    used = queries.consumption_by_period(session, facility_id, item_ids, starts, today)
    flows: defaultdict[ItemId, list[LotFlow]] = defaultdict(list)
    for flow in queries.lot_flows(session, facility_id, item_ids, starts[0]):
        flows[flow.item_id].append(flow)
    return {
        item_id: average_monthly_consumption(_periods(item_id, flows[item_id], used, periods))
        for item_id in item_ids
    }


def _periods(
    item_id: ItemId,
    flows: list[LotFlow],
    used: dict[tuple[ItemId, date], int],
    periods: list[tuple[date, int]],
) -> list[MonthUse]:
    opening, changes = queries.usable_run(flows, since=periods[0][0])
    months = []
    for since, days in periods:
        inside = [(day, change) for day, change in changes if since <= day]
        before = sum(change for day, change in changes if day < since)
        out = days_without_stock(inside, opening + before, since=since, days=days)
        months.append(MonthUse(since, days, used.get((item_id, since), 0), out))
    return months
