"""Average monthly consumption: the one implementation behind every screen (月均消耗)."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy.orm import Session

from app.inventory import queries
from app.inventory.queries import LotFlow, Used
from app.inventory.rules import (
    Amc,
    MonthUse,
    average_monthly_consumption,
    days_without_stock,
    periods_before,
)
from app.kernel.db import Json
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


def arithmetic_of(average: Amc) -> Json:
    """Return every piece of an average, so that a person can check it and a line can keep it."""
    return {
        "amc": average.amc if average.is_known else None,
        "consumed": average.consumed,
        "one_off": average.one_off,
        "days": average.days,
        "stock_out_days": average.stock_out_days,
        "left_out": average.left_out,
        "periods": [
            {
                "since": period.since.isoformat(),
                "days": period.days,
                "consumed": period.consumed,
                "one_off": period.one_off,
                "stock_out_days": period.stock_out_days,
                "adjusted": period.adjusted,
            }
            for period in average.periods
        ],
    }


def _periods(
    item_id: ItemId,
    flows: list[LotFlow],
    used: dict[tuple[ItemId, date], Used],
    periods: list[tuple[date, int]],
) -> list[MonthUse]:
    opening, changes = queries.usable_run(flows, since=periods[0][0])
    months = []
    for since, days in periods:
        inside = [(day, change) for day, change in changes if since <= day]
        before = sum(change for day, change in changes if day < since)
        out = days_without_stock(inside, opening + before, since=since, days=days)
        given = used.get((item_id, since), Used())
        months.append(MonthUse(since, days, given.routine, out, given.one_off))
    return months
