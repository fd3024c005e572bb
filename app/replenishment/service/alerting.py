"""The nightly lists: found in set-based SQL over the whole county, news pushed to people."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger, Date, Integer

from app.catalogue.models import Item
from app.inventory.models import Condition, Place, PlaceKind, StockBalance
from app.kernel.ids import FacilityId
from app.kernel.local_time import local_day
from app.notices import service as notices
from app.notices.rules import NoticeKind
from app.notices.service import News
from app.replenishment.models import ItemPlan, StockAlert
from app.replenishment.queries.inputs import MAXIMUM, MINIMUM
from app.replenishment.rules import DAYS_IN_MONTH, NEAR_MONTHS, AlertKind
from app.traceability.models import Lot, LotHold

EXPIRED = len(NEAR_MONTHS) + 1
OUT, LOW = 2, 1
COLUMNS = ("facility_id", "item_id", "lot_id", "urgency", "quantity", "at_risk")
Found = Select[Any]


def raise_alerts(session: Session, *, now: datetime) -> dict[str, int]:
    """Bring every list up to date and tell people what is new; return how many were told.

    A row that stays as urgent as it was is not told again; one that leaves its list and
    comes back is. A repeat of the job finds nothing new.
    """
    today = local_day(now)
    lists: dict[AlertKind, Found] = {
        AlertKind.NEAR_EXPIRY: _near_expiry(today),
        AlertKind.LOW_STOCK: _low_stock(),
        AlertKind.OVER_STOCK: _over_stock(),
        AlertKind.PROPOSALS: _proposals(),
    }
    told = {}
    for kind, found in lists.items():
        _merge(session, kind, found, today)
        news = _announce(session, kind)
        told[kind.value] = notices.push(session, NoticeKind(kind.value), news, now=now)
    return told


def _near_expiry(today: date) -> Found:
    """Lots in bins that expire within nine months, and what of them will not be used by then.

    Earlier lots are used first: what a lot leaves is all up to it, less the use till its
    last day, and at most itself.
    """
    lying = _lying(today)
    left = lying.c.expires_on - cast(today, Date)
    up_to_it = func.sum(lying.c.quantity).over(
        partition_by=(lying.c.facility_id, lying.c.item_id),
        order_by=(lying.c.expires_on, lying.c.lot_id),
    )
    used = func.coalesce(ItemPlan.per_month, 0) * func.greatest(left, 0) / DAYS_IN_MONTH
    return select(
        lying.c.facility_id,
        lying.c.item_id,
        lying.c.lot_id,
        _group(lying.c.expires_on, today).label("urgency"),
        cast(lying.c.quantity, BigInteger).label("quantity"),
        cast(func.least(lying.c.quantity, func.greatest(0, up_to_it - used)), BigInteger).label(
            "at_risk"
        ),
    ).outerjoin(
        ItemPlan,
        and_(ItemPlan.facility_id == lying.c.facility_id, ItemPlan.item_id == lying.c.item_id),
    )


def _lying(today: date) -> Subquery:
    """Usable goods in bins by lot, as far as they expire within nine months."""
    return (
        select(
            StockBalance.facility_id,
            StockBalance.item_id,
            StockBalance.lot_id,
            StockBalance.expires_on,
            func.sum(StockBalance.on_hand).label("quantity"),
        )
        .join(Place, Place.id == StockBalance.place_id)
        .join(Lot, Lot.id == StockBalance.lot_id)
        .where(
            ~StockBalance.outside,
            StockBalance.on_hand > 0,
            StockBalance.condition == Condition.USABLE,
            StockBalance.expires_on < _months_ahead(today, NEAR_MONTHS[0]),
            Place.kind == PlaceKind.BIN,
            Lot.hold == LotHold.NONE,
        )
        .group_by(
            StockBalance.facility_id,
            StockBalance.item_id,
            StockBalance.lot_id,
            StockBalance.expires_on,
        )
        .subquery()
    )


def _group(expires_on: ColumnElement[date], today: date) -> ColumnElement[int]:
    """Return the nearest group a last day falls into: 1 within nine months … 5 expired."""
    within = (
        (expires_on < _months_ahead(today, months), rank)
        for rank, months in sorted(enumerate(NEAR_MONTHS, start=1), reverse=True)
    )
    return case((expires_on < today, EXPIRED), *within, else_=1)


def _months_ahead(today: date, months: int) -> date:
    return today + timedelta(days=round(months * 365 / 12))


def _low_stock() -> Found:
    return _planned(
        case((ItemPlan.usable == 0, OUT), else_=LOW), ItemPlan.usable, literal(0)
    ).where(MAXIMUM > 0, ItemPlan.usable <= MINIMUM)


def _over_stock() -> Found:
    """More than the maximum by at least a pack; twice the maximum, or no use at all, is worse."""
    over = ItemPlan.usable - MAXIMUM
    return (
        _planned(case((ItemPlan.usable > 2 * MAXIMUM, OUT), else_=LOW), ItemPlan.usable, over)
        .join(Item, Item.id == ItemPlan.item_id)
        .where(over >= Item.units_per_pack)
    )


def _proposals() -> Found:
    return _planned(
        case((ItemPlan.usable == 0, OUT), else_=LOW), ItemPlan.proposed, literal(0)
    ).where(ItemPlan.proposed > 0)


def _planned(urgency: Any, quantity: Any, at_risk: Any) -> Found:
    return select(
        ItemPlan.facility_id,
        ItemPlan.item_id,
        literal(0).label("lot_id"),
        urgency.label("urgency"),
        quantity.label("quantity"),
        cast(at_risk, BigInteger).label("at_risk"),
    )


def _merge(session: Session, kind: AlertKind, found: Found, today: date) -> None:
    """Drop what left the list, add what is new, and note what became more urgent."""
    rows = found.subquery("found")
    stays = exists().where(
        rows.c.facility_id == StockAlert.facility_id,
        rows.c.item_id == StockAlert.item_id,
        rows.c.lot_id == StockAlert.lot_id,
    )
    gone = delete(StockAlert).where(StockAlert.kind == kind, ~stays)
    session.execute(gone.execution_options(synchronize_session=False))
    given = select(
        *(rows.c[name] for name in COLUMNS),
        literal(kind.value),
        cast(today, Date),
        literal(value=False),
    ).order_by(rows.c.facility_id, rows.c.item_id, rows.c.lot_id)
    added = insert(StockAlert).from_select([*COLUMNS, "kind", "since", "announced"], given)
    worse = cast(added.excluded.urgency, Integer) > StockAlert.urgency
    session.execute(
        added.on_conflict_do_update(
            index_elements=["facility_id", "kind", "item_id", "lot_id"],
            set_={
                "urgency": added.excluded.urgency,
                "quantity": added.excluded.quantity,
                "at_risk": added.excluded.at_risk,
                "since": case((worse, added.excluded.since), else_=StockAlert.since),
                "announced": and_(StockAlert.announced, ~worse),
            },
        )
    )


def _announce(session: Session, kind: AlertKind) -> list[News]:
    """Claim what nobody was told of yet: a rival run finds it claimed."""
    claimed = (
        update(StockAlert)
        .where(StockAlert.kind == kind, ~StockAlert.announced)
        .values(announced=True)
        .returning(StockAlert.facility_id)
        .execution_options(synchronize_session=False)
    )
    fresh: Counter[FacilityId] = Counter(session.scalars(claimed).all())
    totals = session.execute(
        select(StockAlert.facility_id, func.count())
        .where(StockAlert.kind == kind, StockAlert.facility_id.in_(fresh))
        .group_by(StockAlert.facility_id)
    )
    return [
        News(facility_id=facility_id, fresh=fresh[facility_id], total=total)
        for facility_id, total in totals
    ]
