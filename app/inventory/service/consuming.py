"""Average monthly consumption: the one implementation behind every screen (月均消耗)."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from itertools import product

from sqlalchemy.orm import Session

from app.inventory import queries
from app.inventory.queries import LotFlow, Scope, Subject, Used
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


def averages_of_all(
    session: Session,
    facility_ids: Collection[FacilityId],
    item_ids: Collection[ItemId],
    *,
    today: date,
    months: int = 3,
) -> dict[Subject, Amc]:
    """Return the AMC of many items at many facilities; where nothing was used there is none."""
    return _averages(session, (facility_ids, item_ids), today=today, months=months, idle=False)


def _averages(
    session: Session, scope: Scope, *, today: date, months: int, idle: bool = True
) -> dict[Subject, Amc]:
    """Return the averages of a scope in three queries; ``idle`` ones are computed too."""
    periods = periods_before(today, months)
    starts = [since for since, _ in periods]
    used = queries.consumption_by_period(session, scope, starts, today)
    subjects = product(*scope) if idle else {subject for subject, _ in used}
    flows: defaultdict[Subject, list[LotFlow]] = defaultdict(list)
    for flow in queries.lot_flows(session, scope, starts[0]):
        flows[flow.subject].append(flow)
    return {
        subject: average_monthly_consumption(_periods(subject, flows[subject], used, periods))
        for subject in subjects
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
    subject: Subject,
    flows: list[LotFlow],
    used: dict[tuple[Subject, date], Used],
    periods: list[tuple[date, int]],
) -> list[MonthUse]:
    opening, changes = queries.usable_run(flows, since=periods[0][0])
    months = []
    for since, days in periods:
        inside = [(day, change) for day, change in changes if since <= day]
        before = sum(change for day, change in changes if day < since)
        out = days_without_stock(inside, opening + before, since=since, days=days)
        given = used.get((subject, since), Used())
        months.append(MonthUse(since, days, given.routine, out, given.one_off))
    return months
