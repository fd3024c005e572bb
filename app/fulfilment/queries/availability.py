"""An item across the county: what every facility has, and how far away it is (跨机构余量)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, and_, cast, func, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.fulfilment.models import Tote, ToteContent
from app.fulfilment.rules import ToteState
from app.inventory.models import Condition, Place, PlaceKind, StockBalance
from app.kernel.ids import FacilityId, ItemId
from app.network.models import Facility, RoadLeg
from app.traceability.models import Lot, LotHold

MOST_HITS = 20


@dataclass(frozen=True, slots=True)
class ItemTotal:
    """An item found, and what the county has of it."""

    item_id: ItemId
    code: str
    name: str
    strength: str
    dose_form: str
    maker: str
    base_unit: str
    on_hand: int
    available: int
    facilities: int


@dataclass(frozen=True, slots=True)
class Nearby:
    """A facility as the asker sees it: where it is, and metres by road where one is known."""

    facility_id: FacilityId
    latitude: float
    longitude: float
    phone: str
    metres: int | None


def find_totals(session: Session, text: str, *, today: date) -> list[ItemTotal]:
    """Return items by name, pinyin initials or code, exact codes first, with county totals."""
    part = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    is_code = Item.code == text.upper()
    found = (
        select(Item.id, is_code.label("is_code"))
        .where(
            is_code | Item.pinyin.like(f"{part.lower()}%") | Item.name.like(f"%{part}%"),
            Item.is_stocked | is_code,
        )
        .order_by(is_code.desc(), Item.pinyin, Item.id)
        .limit(MOST_HITS)
        .cte("found")
    )
    free = StockBalance.on_hand - StockBalance.reserved
    usable = and_(
        Place.kind == PlaceKind.BIN,
        StockBalance.condition == Condition.USABLE,
        StockBalance.expires_on >= today,
        Lot.hold == LotHold.NONE,
    )
    in_bin = Place.kind.in_([PlaceKind.BIN, PlaceKind.STAGING])
    rows: Iterable[Any] = session.execute(
        select(
            Item.id,
            Item.code,
            Item.name,
            Item.strength,
            Item.dose_form,
            Item.maker,
            Item.base_unit,
            _whole(func.sum(StockBalance.on_hand).filter(in_bin)),
            _whole(func.sum(free).filter(usable)),
            func.count(StockBalance.facility_id.distinct()).filter(in_bin),
        )
        .join(found, found.c.id == Item.id)
        .outerjoin(
            StockBalance,
            and_(StockBalance.item_id == Item.id, ~StockBalance.outside, StockBalance.on_hand > 0),
        )
        .outerjoin(Place, Place.id == StockBalance.place_id)
        .outerjoin(Lot, Lot.id == StockBalance.lot_id)
        .group_by(Item.id, found.c.is_code)
        .order_by(found.c.is_code.desc(), Item.pinyin, Item.id)
    )
    return [ItemTotal(*row) for row in rows]


def on_the_way(session: Session, supplier_id: FacilityId, item_id: ItemId) -> dict[FacilityId, int]:
    """Return what lies on vehicles for each facility; what was handed over has arrived."""
    rows = session.execute(
        select(Tote.destination_id, _whole(func.sum(ToteContent.quantity)))
        .join(ToteContent, ToteContent.tote_id == Tote.id)
        .where(
            Tote.supplier_id == supplier_id,
            Tote.state == ToteState.LOADED,
            ToteContent.item_id == item_id,
            ToteContent.taken_out_at.is_(None),
        )
        .group_by(Tote.destination_id)
    )
    return {row[0]: row[1] for row in rows}


def nearby(
    session: Session, origin_id: FacilityId, facility_ids: Collection[FacilityId]
) -> dict[FacilityId, Nearby]:
    """Return positions and roads from one facility to others; to itself it is zero metres."""
    rows: Iterable[Any] = session.execute(
        select(Facility.id, Facility.latitude, Facility.longitude, Facility.phone, RoadLeg.metres)
        .outerjoin(RoadLeg, and_(RoadLeg.origin_id == origin_id, RoadLeg.target_id == Facility.id))
        .where(Facility.id.in_(facility_ids))
    )
    return {row[0]: Nearby(*row) for row in rows}


def townships(session: Session) -> list[str]:
    """Return the townships of the county, by pinyin of their first facility."""
    rows = session.scalars(
        select(Facility.township)
        .where(Facility.active, Facility.township != "")
        .group_by(Facility.township)
        .order_by(func.min(Facility.pinyin))
    )
    return list(rows)


def _whole(total: Any) -> Any:
    """PostgreSQL widens sums to numeric; these are whole base units."""
    return cast(func.coalesce(total, 0), BigInteger)
