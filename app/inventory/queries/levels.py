"""How much there is: of some items at a facility, of one item across the county."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    Text,
    and_,
    bindparam,
    cast,
    func,
    select,
)
from sqlalchemy.orm import Session

from app.inventory.models import Condition, Place, PlaceKind, StockBalance, StockReservation
from app.kernel.arrays import array_of
from app.kernel.ids import FacilityId, ItemId, LotId, PlaceId
from app.network.models import Facility, FacilityKind
from app.traceability.models import Lot, LotHold


@dataclass(frozen=True, slots=True)
class Level:
    """Base units of one item at one facility.

    ``on_hand`` is all in its bins; ``usable`` leaves out held, expired and damaged goods;
    ``available`` is usable minus promised; ``arriving`` was handed over, not yet accepted.
    """

    item_id: ItemId
    on_hand: int
    usable: int
    available: int
    arriving: int
    nearest_expiry: date | None


@dataclass(frozen=True, slots=True)
class CountyLevel:
    """One facility's line in the county-wide query (跨机构余量)."""

    facility_id: FacilityId
    facility_name: str
    kind: FacilityKind
    township: str
    on_hand: int
    usable: int
    available: int
    arriving: int
    nearest_expiry: date | None


@dataclass(frozen=True, slots=True)
class OpenReservation:
    """What a document line is still promised, and where it lies."""

    reservation_id: int
    line_id: int
    balance_id: int
    place_id: PlaceId
    place_code: str
    lot_id: LotId
    lot_number: str
    expires_on: date
    item_id: ItemId
    quantity: int


def _sums() -> list[ColumnElement[Any]]:
    """Return the figures of a level, for the local day bound as ``today``."""
    usable = and_(
        Place.kind.in_([PlaceKind.BIN, PlaceKind.STAGING]),
        StockBalance.condition == Condition.USABLE,
        StockBalance.expires_on >= bindparam("today", type_=Date),
        Lot.hold == LotHold.NONE,
    )
    in_bin = Place.kind.in_([PlaceKind.BIN, PlaceKind.STAGING])
    free = StockBalance.on_hand - StockBalance.reserved

    def total(amount: Any, condition: ColumnElement[bool]) -> ColumnElement[Any]:
        # PostgreSQL widens sums of integers to decimals, which are slow to read.
        return cast(func.coalesce(func.sum(amount).filter(condition), 0), BigInteger)

    return [
        total(StockBalance.on_hand, in_bin).label("on_hand"),
        total(StockBalance.on_hand, usable).label("usable"),
        total(free, and_(usable, Place.kind == PlaceKind.BIN)).label("available"),
        total(StockBalance.on_hand, Place.kind == PlaceKind.RECEIVING).label("arriving"),
        func.min(StockBalance.expires_on).filter(usable).label("nearest_expiry"),
    ]


def _inside(statement: Any) -> Any:
    return (
        statement.join(Place, Place.id == StockBalance.place_id)
        .join(Lot, Lot.id == StockBalance.lot_id)
        .where(~StockBalance.outside, StockBalance.on_hand > 0)
    )


@cache
def _of_facility() -> Any:
    """Build the query once: putting it together takes longer than answering it."""
    items = cast(bindparam("items", type_=Text), ARRAY(BigInteger))
    return (
        _inside(select(StockBalance.item_id, *_sums()))
        .where(
            StockBalance.facility_id == bindparam("facility", type_=BigInteger),
            StockBalance.item_id == func.any(items),
        )
        .group_by(StockBalance.item_id)
    )


@cache
def _of_county() -> Any:
    site = (Facility.id, Facility.short_name, Facility.kind, Facility.township)
    return (
        _inside(
            select(*site, *_sums()).join_from(
                StockBalance, Facility, Facility.id == StockBalance.facility_id
            )
        )
        .where(StockBalance.item_id == bindparam("item", type_=BigInteger))
        .group_by(Facility.id)
        .order_by(func.sum(StockBalance.on_hand).desc(), Facility.id)
    )


def stock_levels(
    session: Session, facility_id: FacilityId, item_ids: Collection[ItemId], *, today: date
) -> dict[ItemId, Level]:
    """Return the level of every item asked for, zero where there is none."""
    bound = {"facility": facility_id, "items": array_of(item_ids), "today": today}
    rows: Iterable[Any] = session.execute(_of_facility(), bound)
    found = {row[0]: Level(*row) for row in rows}
    return {item_id: found.get(item_id, Level(item_id, 0, 0, 0, 0, None)) for item_id in item_ids}


def levels_across(
    session: Session,
    facility_ids: Collection[FacilityId],
    item_ids: Collection[ItemId],
    *,
    today: date,
) -> dict[tuple[FacilityId, ItemId], Level]:
    """Return the level of every item at every facility that holds some, in one query."""
    rows: Iterable[Any] = session.execute(
        _inside(select(StockBalance.facility_id, StockBalance.item_id, *_sums()))
        .where(StockBalance.facility_id.in_(facility_ids), StockBalance.item_id.in_(item_ids))
        .group_by(StockBalance.facility_id, StockBalance.item_id),
        {"today": today},
    )
    return {(facility_id, level[0]): Level(*level) for facility_id, *level in rows}


def county_levels(
    session: Session, item_id: ItemId, also: Collection[FacilityId] = (), *, today: date
) -> list[CountyLevel]:
    """Return every facility that holds an item, most first, then those named in ``also``."""
    rows: Iterable[Any] = session.execute(_of_county(), {"item": item_id, "today": today})
    found = [CountyLevel(*row) for row in rows]
    missing = set(also) - {level.facility_id for level in found}
    return found + _empty_levels(session, missing)


def _empty_levels(session: Session, facility_ids: Collection[FacilityId]) -> list[CountyLevel]:
    if not facility_ids:
        return []
    rows = session.execute(
        select(Facility.id, Facility.short_name, Facility.kind, Facility.township)
        .where(Facility.id.in_(facility_ids))
        .order_by(Facility.id)
    )
    return [CountyLevel(*row, 0, 0, 0, 0, None) for row in rows]


def open_reservations(
    session: Session, line_kind: str, line_ids: Collection[int]
) -> list[OpenReservation]:
    """Return what is still promised to these lines, in walking order of the bins."""
    left = StockReservation.quantity - StockReservation.taken - StockReservation.released
    rows: Iterable[Any] = session.execute(
        select(
            StockReservation.id,
            StockReservation.line_id,
            StockBalance.id,
            StockBalance.place_id,
            Place.code,
            StockBalance.lot_id,
            Lot.lot_number,
            StockBalance.expires_on,
            StockBalance.item_id,
            left.label("quantity"),
        )
        .join(StockBalance, StockBalance.id == StockReservation.balance_id)
        .join(Place, Place.id == StockBalance.place_id)
        .join(Lot, Lot.id == StockBalance.lot_id)
        .where(
            StockReservation.line_kind == line_kind,
            StockReservation.line_id.in_(line_ids),
            left > 0,
        )
        .order_by(Place.code, StockBalance.item_id, StockBalance.expires_on, StockBalance.id)
    )
    return [OpenReservation(*row) for row in rows]
