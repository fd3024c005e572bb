"""Plans and alerts as lists, paged by key."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.orm import Session

from app.accounts.models import UserAccount
from app.catalogue.models import Item
from app.kernel.ids import FacilityId, ItemId, UserId
from app.network.models import Facility
from app.replenishment.models import ItemPlan, StockAlert
from app.replenishment.queries.inputs import MAXIMUM, MINIMUM
from app.replenishment.rules import AlertKind
from app.traceability.models import Lot
from optimizer.replenishment.methods import Method

Cursor = tuple[str | int, ...] | None
Scope = Collection[FacilityId] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """One item of a facility's plan, limits as they are in force."""

    item_id: ItemId
    code: str
    name: str
    strength: str
    pinyin: str
    base_unit: str
    pack_unit: str
    units_per_pack: int
    method: Method
    wape: float | None
    per_month: int
    minimum: int
    maximum: int
    by_hand: bool
    usable: int
    coming: int
    asked: int
    proposed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFilter:
    """Which plans of a facility."""

    facility_id: FacilityId
    text: str = ""
    only_proposed: bool = False
    only_by_hand: bool = False


def list_plans(session: Session, wanted: PlanFilter, after: Cursor, size: int) -> list[PlanRow]:
    """Return a facility's plans by pinyin, one more than ``size``."""
    query = (
        select(
            ItemPlan.item_id,
            Item.code,
            Item.name,
            Item.strength,
            Item.pinyin,
            Item.base_unit,
            Item.pack_unit,
            Item.units_per_pack,
            ItemPlan.method,
            ItemPlan.wape,
            ItemPlan.per_month,
            MINIMUM.label("minimum"),
            MAXIMUM.label("maximum"),
            ItemPlan.set_maximum.is_not(None).label("by_hand"),
            ItemPlan.usable,
            ItemPlan.coming,
            ItemPlan.asked,
            ItemPlan.proposed,
        )
        .join(Item, Item.id == ItemPlan.item_id)
        .where(*_conditions(wanted))
    )
    if after:
        query = query.where(tuple_(Item.pinyin, Item.id) > after)
    rows = session.execute(query.order_by(Item.pinyin, Item.id).limit(size + 1))
    return [PlanRow(**row) for row in rows.mappings()]


def _conditions(wanted: PlanFilter) -> list[ColumnElement[bool]]:
    conditions = [ItemPlan.facility_id == wanted.facility_id]
    if wanted.text:
        conditions.append(_is_item(wanted.text))
    if wanted.only_proposed:
        conditions.append(ItemPlan.proposed > 0)
    if wanted.only_by_hand:
        conditions.append(ItemPlan.set_maximum.is_not(None))
    return conditions


def _is_item(text: str) -> ColumnElement[bool]:
    return or_(
        Item.name.contains(text, autoescape=True),
        Item.pinyin.startswith(text.lower(), autoescape=True),
        Item.code == text.upper(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTotals:
    """How many items a facility plans and has proposals for, and when that was computed."""

    planned: int
    proposed: int
    computed_at: datetime | None


def plan_totals(session: Session, facility_id: FacilityId) -> PlanTotals:
    """Return the figures over a facility's plan."""
    row = session.execute(
        select(
            func.count().label("planned"),
            func.count().filter(ItemPlan.proposed > 0).label("proposed"),
            func.max(ItemPlan.computed_at).label("computed_at"),
        ).where(ItemPlan.facility_id == facility_id)
    ).mappings()
    return PlanTotals(**row.one())


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteProposals:
    """How many items one facility should order."""

    facility_id: FacilityId
    name: str
    proposed: int


def proposals_elsewhere(
    session: Session, facility_ids: Collection[FacilityId], shown: FacilityId
) -> list[SiteProposals]:
    """Return the other facilities one orders for that have something to order."""
    rows = session.execute(
        select(
            Facility.id.label("facility_id"),
            Facility.short_name.label("name"),
            func.count().label("proposed"),
        )
        .join(ItemPlan, ItemPlan.facility_id == Facility.id)
        .where(Facility.id.in_(facility_ids), Facility.id != shown, ItemPlan.proposed > 0)
        .group_by(Facility.id)
        .order_by(Facility.pinyin, Facility.id)
    )
    return [SiteProposals(**row) for row in rows.mappings()]


def find_plan(session: Session, facility_id: FacilityId, item_id: ItemId) -> ItemPlan | None:
    """Return the plan of one item."""
    return session.get(ItemPlan, (facility_id, item_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """A row of a nightly list; lot and expiry only where the list is by lot."""

    facility_id: FacilityId
    facility: str
    item_id: ItemId
    code: str
    name: str
    strength: str
    base_unit: str
    urgency: int
    quantity: int
    at_risk: int
    at_risk_fen: int
    since: date
    lot_id: int = 0
    lot_number: str = ""
    expires_on: date | None = None
    per_month: int = 0
    minimum: int = 0
    maximum: int = 0
    coming: int = 0
    asked: int = 0

    @property
    def key(self) -> list[str | int]:
        """The sort key of its list."""
        if self.expires_on is not None:
            return [self.expires_on.toordinal(), self.facility_id, self.lot_id]
        return [-self.urgency, self.facility_id, self.item_id]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFilter:
    """Which rows of a list; ``scope`` None is the whole county, ``urgency`` 0 any."""

    kind: AlertKind
    scope: Scope
    urgency: int = 0
    text: str = ""


def _alerts(wanted: AlertFilter, *more: Any) -> Select[Any]:
    columns: list[Any] = [
        StockAlert.facility_id,
        Facility.short_name.label("facility"),
        StockAlert.item_id,
        Item.code,
        Item.name,
        Item.strength,
        Item.base_unit,
        StockAlert.urgency,
        StockAlert.quantity,
        StockAlert.at_risk,
        (StockAlert.at_risk * Item.price_fen / Item.units_per_pack).label("at_risk_fen"),
        StockAlert.since,
        *more,
    ]
    query = (
        select(*columns)
        .join(Facility, Facility.id == StockAlert.facility_id)
        .join(Item, Item.id == StockAlert.item_id)
        .where(StockAlert.kind == wanted.kind)
    )
    if wanted.scope is not None:
        query = query.where(StockAlert.facility_id.in_(wanted.scope))
    if wanted.urgency:
        query = query.where(StockAlert.urgency == wanted.urgency)
    if wanted.text:
        query = query.where(_is_item(wanted.text))
    return query


ALERT_KEYS: dict[AlertKind, tuple[type, ...]] = {
    AlertKind.NEAR_EXPIRY: (int, int, int),
    AlertKind.LOW_STOCK: (int, int, int),
    AlertKind.OVER_STOCK: (int, int, int),
}
"""List → the types of its rows' sort key."""


def day_of(ordinal: int) -> date:
    """Return the day of an ordinal; one that no calendar has is the nearest it has."""
    return date.fromordinal(min(max(ordinal, date.min.toordinal()), date.max.toordinal()))


def list_alerts(session: Session, wanted: AlertFilter, after: Cursor, size: int) -> list[AlertRow]:
    """Return a page of a nightly list in its own order, one row more than ``size``."""
    if wanted.kind is AlertKind.NEAR_EXPIRY:
        return _list_lots(session, wanted, after, size)
    return _list_levels(session, wanted, after, size)


def _list_lots(session: Session, wanted: AlertFilter, after: Cursor, size: int) -> list[AlertRow]:
    """Return lots near their expiry, the first to expire first, one more than ``size``."""
    query = _alerts(wanted, StockAlert.lot_id, Lot.lot_number, Lot.expires_on).join(
        Lot, Lot.id == StockAlert.lot_id
    )
    key = (Lot.expires_on, StockAlert.facility_id, StockAlert.lot_id)
    if after:
        ordinal, facility_id, lot_id = after
        query = query.where(tuple_(*key) > tuple_(day_of(int(ordinal)), facility_id, lot_id))
    return _rows(session, query.order_by(*key).limit(size + 1))


def _list_levels(session: Session, wanted: AlertFilter, after: Cursor, size: int) -> list[AlertRow]:
    """Return items below their minimum or above their maximum, the worst first."""
    query = _alerts(
        wanted,
        ItemPlan.per_month,
        MINIMUM.label("minimum"),
        MAXIMUM.label("maximum"),
        ItemPlan.coming,
        ItemPlan.asked,
    ).join(
        ItemPlan,
        (ItemPlan.facility_id == StockAlert.facility_id) & (ItemPlan.item_id == StockAlert.item_id),
    )
    key = (-StockAlert.urgency, StockAlert.facility_id, StockAlert.item_id)
    if after:
        query = query.where(tuple_(*key) > after)
    return _rows(session, query.order_by(*key).limit(size + 1))


def _rows(session: Session, query: Select[Any]) -> list[AlertRow]:
    return [AlertRow(**row) for row in session.execute(query).mappings()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """How many rows of a list are equally urgent, and what is at risk there in fen."""

    urgency: int
    rows: int
    at_risk_fen: int


def count_by_urgency(session: Session, kind: AlertKind, scope: Scope) -> dict[int, Bucket]:
    """Return the figures over a list, by urgency."""
    worth = StockAlert.at_risk * Item.price_fen / Item.units_per_pack
    query = (
        select(StockAlert.urgency, func.count(), func.sum(worth))
        .join(Item, Item.id == StockAlert.item_id)
        .where(StockAlert.kind == kind)
        .group_by(StockAlert.urgency)
    )
    if scope is not None:
        query = query.where(StockAlert.facility_id.in_(scope))
    return {
        urgency: Bucket(urgency=urgency, rows=rows, at_risk_fen=int(fen))
        for urgency, rows, fen in session.execute(query)
    }


def user_name(session: Session, user_id: UserId | None) -> str:
    """Return who that is, nobody for None."""
    return session.scalar(select(UserAccount.name).where(UserAccount.id == user_id)) or ""
