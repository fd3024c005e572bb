"""Average monthly consumption: the one implementation behind every screen (月均消耗)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from itertools import product

from sqlalchemy.orm import Session

from app.inventory import queries
from app.inventory.queries import LotFlow, Scope, Subject, Used
from app.inventory.rules import (
    Amc,
    MonthUse,
    average_monthly_consumption,
    empty_days,
    periods_before,
)
from app.kernel.db import Json
from app.kernel.ids import FacilityId, ItemId

Periods = Sequence[tuple[date, int]]
"""First day and days of periods that follow each other, oldest first."""


def average_consumption(
    session: Session,
    facility_id: FacilityId,
    item_ids: Collection[ItemId],
    *,
    today: date,
    months: int = 3,
) -> dict[ItemId, Amc]:
    """Return each item's AMC over the last ``months`` periods of 30 days before ``today``."""
    scope = ([facility_id], item_ids)
    found = _averages(session, scope, today=today, months=months)
    return {item_id: found[facility_id, item_id] for item_id in item_ids}


def average_across(
    session: Session,
    facility_ids: Collection[FacilityId],
    item_id: ItemId,
    *,
    today: date,
    months: int = 3,
) -> dict[FacilityId, Amc]:
    """Return the AMC of one item at many facilities, in the same three queries."""
    found = _averages(session, (facility_ids, [item_id]), today=today, months=months)
    return {facility_id: found[facility_id, item_id] for facility_id in facility_ids}


def _averages(session: Session, scope: Scope, *, today: date, months: int) -> dict[Subject, Amc]:
    """Return the averages of a scope in three queries."""
    used = _use(session, scope, periods_before(today, months))
    return {subject: average_monthly_consumption(periods) for subject, periods in used.items()}


def use_by_period(
    session: Session,
    facility_id: FacilityId,
    item_ids: Collection[ItemId],
    periods: Periods,
) -> dict[ItemId, list[MonthUse]]:
    """Return routine use and stock-out days of each item over periods that follow each other."""
    used = _use(session, ([facility_id], item_ids), periods)
    return {item_id: used[facility_id, item_id] for item_id in item_ids}


def county_use(
    session: Session, item_ids: Collection[ItemId], periods: Periods
) -> dict[ItemId, list[MonthUse]]:
    """Return routine use of the whole alliance; its shelves are many, so no day is without."""
    used = queries.county_consumption_by_period(session, item_ids, *_bounds(periods))
    return {
        item_id: [
            MonthUse(since, days, given.routine, 0, given.one_off)
            for since, days in periods
            for given in [used.get((item_id, since), Used())]
        ]
        for item_id in item_ids
    }


def _use(session: Session, scope: Scope, periods: Periods) -> dict[Subject, list[MonthUse]]:
    starts, end = _bounds(periods)
    used = queries.consumption_by_period(session, scope, starts, end)
    flows: defaultdict[Subject, list[LotFlow]] = defaultdict(list)
    for flow in queries.lot_flows(session, scope, starts[0]):
        flows[flow.subject].append(flow)
    return {
        subject: _periods(subject, flows[subject], used, periods) for subject in product(*scope)
    }


def _bounds(periods: Periods) -> tuple[list[date], date]:
    since, days = periods[-1]
    return [start for start, _ in periods], since + timedelta(days=days)


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
    subject: Subject,
    flows: list[LotFlow],
    used: dict[tuple[Subject, date], Used],
    periods: Periods,
) -> list[MonthUse]:
    first = periods[0][0]
    opening, changes = queries.usable_run(flows, since=first)
    days_in_all = sum(days for _, days in periods)
    empty = empty_days(changes, opening, since=first, days=days_in_all)
    months, passed = [], 0
    for since, days in periods:
        given = used.get((subject, since), Used())
        out = sum(empty[passed : passed + days])
        months.append(MonthUse(since, days, given.routine, out, given.one_off))
        passed += days
    return months
