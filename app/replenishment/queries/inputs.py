"""What a night's planning starts from: facilities, items, hand-set limits."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory.models import Condition, ConsumptionDay, Place, PlaceKind, StockBalance
from app.kernel.ids import FacilityId, ItemId
from app.network.models import Facility, FacilityKind
from app.replenishment.models import ItemPlan
from optimizer.replenishment.levels import Limits


@dataclass(frozen=True, slots=True)
class Site:
    """A facility to plan for."""

    facility_id: FacilityId
    kind: FacilityKind

    @property
    def is_centre(self) -> bool:
        """Whether it supplies the others: what it must cover is the use of all."""
        return self.kind is FacilityKind.CENTRAL_PHARMACY


def sites_after(session: Session, after: int, size: int) -> list[Site]:
    """Return active facilities by key, from the one after ``after``."""
    rows = session.execute(
        select(Facility.id, Facility.kind)
        .where(Facility.active, Facility.id > after)
        .order_by(Facility.id)
        .limit(size)
    )
    return [Site(FacilityId(row.id), row.kind) for row in rows]


def first_use(session: Session, site: Site) -> date | None:
    """Return the first day on which anything was used."""
    return session.scalar(select(func.min(ConsumptionDay.day)).where(_used_at(site)))


def planned_items(session: Session, site: Site, since: date) -> dict[ItemId, int]:
    """Return pack sizes of what was used since then, lies in the bins, or has limits by hand."""
    used = select(ConsumptionDay.item_id).where(_used_at(site), ConsumptionDay.day >= since)
    lying = (
        select(StockBalance.item_id)
        .join(Place, Place.id == StockBalance.place_id)
        .where(
            StockBalance.facility_id == site.facility_id,
            StockBalance.on_hand > 0,
            StockBalance.condition == Condition.USABLE,
            Place.kind == PlaceKind.BIN,
        )
    )
    by_hand = select(ItemPlan.item_id).where(
        ItemPlan.facility_id == site.facility_id, ItemPlan.set_maximum.is_not(None)
    )
    rows = session.execute(
        select(Item.id, Item.units_per_pack)
        .where(Item.id.in_(used.union(lying, by_hand)))
        .order_by(Item.id)
    )
    return {ItemId(row.id): row.units_per_pack for row in rows}


def _used_at(site: Site) -> ColumnElement[bool]:
    return true() if site.is_centre else ConsumptionDay.facility_id == site.facility_id


def limits_by_hand(session: Session, facility_id: FacilityId) -> dict[ItemId, Limits]:
    """Return the limits people set at a facility."""
    rows = session.execute(
        select(ItemPlan.item_id, ItemPlan.set_minimum, ItemPlan.set_maximum).where(
            ItemPlan.facility_id == facility_id, ItemPlan.set_maximum.is_not(None)
        )
    )
    return {
        item_id: Limits(safety=0, minimum=minimum or 0, maximum=maximum or 0)
        for item_id, minimum, maximum in rows
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The limits in force, whence they are, and the forecast behind them, in base units."""

    minimum: int
    maximum: int
    by_hand: bool
    in_horizon: int
    safety: int
    horizon_days: int


MINIMUM = func.coalesce(ItemPlan.set_minimum, ItemPlan.minimum)
MAXIMUM = func.coalesce(ItemPlan.set_maximum, ItemPlan.maximum)


def kept_limits(
    session: Session, facility_id: FacilityId, item_ids: Collection[ItemId]
) -> dict[ItemId, Kept]:
    """Return the limits in force of those items that have a plan."""
    rows = session.execute(
        select(
            ItemPlan.item_id,
            MINIMUM.label("minimum"),
            MAXIMUM.label("maximum"),
            ItemPlan.set_maximum.is_not(None).label("by_hand"),
            ItemPlan.in_horizon,
            ItemPlan.safety,
            (ItemPlan.lead_days + ItemPlan.cycle_days).label("horizon_days"),
        ).where(ItemPlan.facility_id == facility_id, ItemPlan.item_id.in_(item_ids))
    )
    return {
        row.item_id: Kept(
            minimum=row.minimum,
            maximum=row.maximum,
            by_hand=row.by_hand,
            in_horizon=row.in_horizon,
            safety=row.safety,
            horizon_days=row.horizon_days,
        )
        for row in rows
    }


def minimums_of(session: Session, item_id: ItemId) -> dict[FacilityId, int]:
    """Return what each facility that plans an item keeps at least of it."""
    rows = session.execute(
        select(ItemPlan.facility_id, MINIMUM.label("minimum")).where(ItemPlan.item_id == item_id)
    )
    return {row.facility_id: row.minimum for row in rows}
