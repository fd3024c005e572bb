"""How much there is: of some items at a facility, of one item across the county."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.inventory.models import Place, StockBalance, StockReservation
from app.kernel.arrays import array_of
from app.kernel.ids import FacilityId, ItemId, LotId, PlaceId
from app.network.models import Facility, FacilityKind
from app.traceability.models import Lot


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


_SUMS = """
    CAST(coalesce(sum(b.on_hand) FILTER (WHERE p.kind IN ('bin', 'staging')), 0) AS bigint),
    CAST(coalesce(sum(b.on_hand) FILTER (WHERE usable), 0) AS bigint),
    CAST(coalesce(sum(b.on_hand - b.reserved) FILTER (WHERE usable AND p.kind = 'bin'), 0)
        AS bigint),
    CAST(coalesce(sum(b.on_hand) FILTER (WHERE p.kind = 'receiving'), 0) AS bigint),
    min(b.expires_on) FILTER (WHERE usable)
"""
"""The figures of a level, for the local day bound as ``today``.

PostgreSQL widens sums of integers to decimals, which are slow to read.
"""
_INSIDE = """
    FROM stock_balance b JOIN place p ON p.id = b.place_id JOIN lot l ON l.id = b.lot_id
    CROSS JOIN LATERAL (SELECT p.kind IN ('bin', 'staging') AND b.condition = 'usable'
        AND b.expires_on >= :today AND l.hold = 'none' AS usable) state
    WHERE NOT b.outside AND b.on_hand > 0
"""
_ACROSS = text(f"""
    SELECT b.facility_id, b.item_id, {_SUMS} {_INSIDE}
    AND b.facility_id = ANY (CAST(:facilities AS bigint[]))
    AND b.item_id = ANY (CAST(:items AS bigint[])) GROUP BY b.facility_id, b.item_id""")
_COUNTY = text(f"""
    SELECT f.id, f.short_name, f.kind, f.township, sums.*
    FROM (SELECT b.facility_id, {_SUMS}, sum(b.on_hand) {_INSIDE} AND b.item_id = :item
        GROUP BY b.facility_id)
        AS sums (facility_id, on_hand, usable, available, arriving, nearest, all_of_it)
    JOIN facility f ON f.id = sums.facility_id ORDER BY sums.all_of_it DESC, f.id""")  # noqa: S608 - our own text
_KINDS = {kind.value: kind for kind in FacilityKind}


def stock_levels(
    session: Session, facility_id: FacilityId, item_ids: Collection[ItemId], *, today: date
) -> dict[ItemId, Level]:
    """Return the level of every item asked for, zero where there is none."""
    found = {
        item_id: level
        for (_, item_id), level in levels_across(
            session, [facility_id], item_ids, today=today
        ).items()
    }
    return {item_id: found.get(item_id, Level(item_id, 0, 0, 0, 0, None)) for item_id in item_ids}


def levels_across(
    session: Session,
    facility_ids: Collection[FacilityId],
    item_ids: Collection[ItemId],
    *,
    today: date,
) -> dict[tuple[FacilityId, ItemId], Level]:
    """Return the level of every item at every facility that holds some, in one query."""
    bound = {"facilities": array_of(facility_ids), "items": array_of(item_ids), "today": today}
    rows: Iterable[Any] = session.execute(_ACROSS, bound).all()
    return {(facility_id, level[0]): Level(*level) for facility_id, *level in rows}


def county_levels(
    session: Session, item_id: ItemId, also: Collection[FacilityId] = (), *, today: date
) -> list[CountyLevel]:
    """Return every facility that holds an item, most first, then those named in ``also``."""
    rows: Iterable[Any] = session.execute(_COUNTY, {"item": item_id, "today": today}).all()
    found = [
        CountyLevel(facility, name, _KINDS[kind], township, *level)
        for facility, name, kind, township, _, *level, _ in rows
    ]
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
