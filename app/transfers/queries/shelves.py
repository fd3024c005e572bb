"""What lies on whose shelves, as far as transfers need to know."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory.models import Condition, ConsumptionDay, Place, PlaceKind, StockBalance
from app.kernel.ids import FacilityId, ItemId, LotId, PlaceId
from app.network.models import Facility
from app.traceability.models import Lot, LotHold
from app.transfers.models import TransferLine
from app.transfers.rules import User

USE_DAYS = 90


@dataclass(frozen=True, slots=True)
class LotSpot:
    """Where a lot lies in one condition, and how much of it nobody was promised."""

    place_id: PlaceId
    place_code: str
    lot_id: LotId
    lot_number: str
    free: int


@dataclass(frozen=True, slots=True)
class HolderRow:
    """A lot near its expiry on a facility's shelves."""

    facility_id: FacilityId
    facility: str
    item_id: ItemId
    item_name: str
    strength: str
    base_unit: str
    lot_id: LotId
    lot_number: str
    expires_on: date
    free: int
    cost_fen: int
    units_per_pack: int


def lot_spots(session: Session, facility_id: FacilityId, line: TransferLine) -> list[LotSpot]:
    """Return the bins in which a line's lot lies in its condition, in walking order."""
    rows = session.execute(
        select(
            StockBalance.place_id,
            Place.code,
            StockBalance.lot_id,
            Lot.lot_number,
            StockBalance.on_hand - StockBalance.reserved,
        )
        .join(Place, Place.id == StockBalance.place_id)
        .join(Lot, Lot.id == StockBalance.lot_id)
        .where(
            StockBalance.facility_id == facility_id,
            StockBalance.owner_id == facility_id,
            StockBalance.lot_id == line.lot_id,
            StockBalance.condition == line.condition,
            Place.kind == PlaceKind.BIN,
            StockBalance.on_hand > StockBalance.reserved,
        )
        .order_by(Place.code, StockBalance.id)
    )
    return [LotSpot(*row) for row in rows]


def fullest_bins(
    session: Session, facility_id: FacilityId, item_ids: Collection[ItemId]
) -> dict[ItemId, PlaceId]:
    """Return in which bin of a facility most of each item lies."""
    rows = session.execute(
        select(StockBalance.item_id, StockBalance.place_id)
        .join(Place, Place.id == StockBalance.place_id)
        .where(
            StockBalance.facility_id == facility_id,
            StockBalance.item_id.in_(item_ids),
            Place.kind == PlaceKind.BIN,
        )
        .group_by(StockBalance.item_id, StockBalance.place_id)
        .order_by(func.sum(StockBalance.on_hand), StockBalance.place_id.desc())
    )
    return {row[0]: row[1] for row in rows}


def near_expiry(session: Session, *, today: date, within_days: int) -> list[HolderRow]:
    """Return the usable lots on all shelves that expire within so many days."""
    free = cast(func.sum(StockBalance.on_hand - StockBalance.reserved), BigInteger)
    rows: Iterable[Any] = session.execute(
        select(
            StockBalance.facility_id,
            Facility.short_name,
            Item.id,
            Item.name,
            Item.strength,
            Item.base_unit,
            Lot.id,
            Lot.lot_number,
            Lot.expires_on,
            free,
            Lot.cost_fen,
            Item.units_per_pack,
        )
        .join(Place, Place.id == StockBalance.place_id)
        .join(Facility, Facility.id == StockBalance.facility_id)
        .join(Lot, Lot.id == StockBalance.lot_id)
        .join(Item, Item.id == StockBalance.item_id)
        .where(
            ~StockBalance.outside,
            StockBalance.on_hand > StockBalance.reserved,
            StockBalance.owner_id == StockBalance.facility_id,
            StockBalance.condition == Condition.USABLE,
            StockBalance.expires_on.between(today, today + timedelta(days=within_days)),
            Lot.hold == LotHold.NONE,
            Place.kind == PlaceKind.BIN,
        )
        .group_by(StockBalance.facility_id, Facility.short_name, Item.id, Lot.id)
        .order_by(Lot.expires_on, Lot.id, StockBalance.facility_id)
    )
    return [HolderRow(*row) for row in rows]


def users_of(
    session: Session, item_ids: Collection[ItemId], *, today: date
) -> dict[ItemId, list[User]]:
    """Return who used these items in the last 90 days: base units a month, and the stock."""
    used = (
        select(
            ConsumptionDay.item_id,
            ConsumptionDay.facility_id,
            (func.sum(ConsumptionDay.quantity) * 30 / USE_DAYS).label("monthly"),
        )
        .where(
            ConsumptionDay.item_id.in_(item_ids),
            ConsumptionDay.day > today - timedelta(days=USE_DAYS),
        )
        .group_by(ConsumptionDay.item_id, ConsumptionDay.facility_id)
        .subquery()
    )
    held = (
        select(
            StockBalance.item_id,
            StockBalance.facility_id,
            func.sum(StockBalance.on_hand).label("on_hand"),
        )
        .join(Place, Place.id == StockBalance.place_id)
        .where(StockBalance.item_id.in_(item_ids), Place.kind == PlaceKind.BIN)
        .group_by(StockBalance.item_id, StockBalance.facility_id)
        .subquery()
    )
    rows = session.execute(
        select(
            used.c.item_id,
            used.c.facility_id,
            used.c.monthly,
            func.coalesce(held.c.on_hand, 0),
        )
        .outerjoin(
            held,
            (held.c.item_id == used.c.item_id) & (held.c.facility_id == used.c.facility_id),
        )
        .order_by(used.c.item_id, used.c.facility_id)
    )
    found: dict[ItemId, list[User]] = {}
    for item_id, facility_id, monthly, on_hand in rows:
        user = User(facility_id=facility_id, monthly=int(monthly), on_hand=int(on_hand))
        found.setdefault(item_id, []).append(user)
    return found
