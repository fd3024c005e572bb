"""Codes beside the book, set-based: for a whole county, one facility, or chosen places and lots.

One statement sees both sides at one moment; both sides change in one transaction, so what it
finds is a difference and never a race.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, Select, and_, func, or_, select, true, union_all
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory.models import OUTSIDE, Place, StockBalance, StockMove
from app.kernel.ids import FacilityId, ItemId, LotId, PlaceId
from app.kernel.rows import as_table
from app.reconciliation.rules import Figures
from app.traceability import queries as traceability
from app.traceability.models import Lot, TraceEvent, Unit, UnitLevel


class Spot(NamedTuple):
    """A lot at a place."""

    place_id: PlaceId
    lot_id: LotId


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteTotal:
    """What all places of a facility came to, and where codes and book differ."""

    facility_id: FacilityId
    compared: int
    packs: int
    books: int
    codes: int
    differing: list[Spot]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One lot at one place, compared."""

    facility_id: FacilityId
    item_id: ItemId
    spot: Spot
    figures: Figures


def compare_sites(session: Session, facility_id: FacilityId | None = None) -> list[SiteTotal]:
    """Compare every place and lot of the county, or of one facility; one row per facility."""
    here = true() if facility_id is None else Place.facility_id == facility_id
    compared = _compared(here).cte("compared")
    differs = compared.c.books != compared.c.codes
    rows: Iterable[Any] = session.execute(
        select(
            Place.facility_id,
            func.count(),
            func.sum(compared.c.packs),
            func.sum(compared.c.books),
            func.sum(compared.c.codes),
            func.array_agg(compared.c.place_id).filter(differs),
            func.array_agg(compared.c.lot_id).filter(differs),
        )
        .join(Place, Place.id == compared.c.place_id)
        .group_by(Place.facility_id)
        .order_by(Place.facility_id)
    )
    return [
        SiteTotal(
            facility_id=row[0],
            compared=row[1],
            packs=int(row[2]),
            books=int(row[3]),
            codes=int(row[4]),
            differing=[Spot(*pair) for pair in zip(row[5] or (), row[6] or (), strict=True)],
        )
        for row in rows
    ]


def compare_spots(session: Session, spots: Collection[Spot]) -> list[Compared]:
    """Compare these lots at these places; a spot with neither book nor code counts as equal."""
    if not spots:
        return []
    wanted = as_table(
        [StockBalance.place_id, StockBalance.lot_id],
        [{"place_id": spot.place_id, "lot_id": spot.lot_id} for spot in spots],
        name="wanted",
    )
    at_places = Place.id.in_({spot.place_id for spot in spots})
    compared = _compared(at_places, {spot.lot_id for spot in spots}).cte("compared")
    of_spot = and_(compared.c.place_id == wanted.c.place_id, compared.c.lot_id == wanted.c.lot_id)
    rows: Iterable[Any] = session.execute(
        select(
            Place.facility_id,
            Lot.item_id,
            wanted.c.place_id,
            wanted.c.lot_id,
            func.coalesce(compared.c.books, 0),
            func.coalesce(compared.c.codes, 0),
            func.coalesce(compared.c.packs, 0),
        )
        .select_from(wanted)
        .join(Place, Place.id == wanted.c.place_id)
        .join(Lot, Lot.id == wanted.c.lot_id)
        .outerjoin(compared, of_spot)
        .order_by(wanted.c.place_id, wanted.c.lot_id)
    )
    return [
        Compared(
            facility_id=row[0],
            item_id=row[1],
            spot=Spot(row[2], row[3]),
            figures=Figures(int(row[4]), int(row[5]), int(row[6])),
        )
        for row in rows
    ]


def _compared(here: ColumnElement[bool], lots: Collection[LotId] | None = None) -> Select[Any]:
    """Return place, lot, books, codes and packs of every place and lot that has either."""
    ours = select(Place.id).where(here, Place.kind.not_in(OUTSIDE)).cte("ours")
    coded, held = _coded(ours, lots), _held(ours, lots)
    same = and_(coded.c.place_id == held.c.place_id, coded.c.lot_id == held.c.lot_id)
    either = select(
        func.coalesce(held.c.place_id, coded.c.place_id).label("place_id"),
        func.coalesce(held.c.lot_id, coded.c.lot_id).label("lot_id"),
        func.coalesce(held.c.books, 0).label("books"),
        func.coalesce(coded.c.codes, 0).label("codes"),
        func.coalesce(coded.c.packs, 0).label("packs"),
    ).select_from(held.join(coded, same, full=True))
    return either.where(or_(held.c.books != 0, coded.c.packs > 0))


def _coded(ours: CTE, lots: Collection[LotId] | None) -> CTE:
    """Sum what is left in live packs by place and lot; containers hand their place down.

    Only containers are climbed through, and there are few of them; packs are read once.
    """
    of_lots = true() if lots is None else Unit.lot_id.in_(lots)
    holds = or_(of_lots, Unit.level == UnitLevel.TOTE)
    container = Unit.level != UnitLevel.PACK
    inside = (
        select(Unit.id, Unit.place_id)
        .join(ours, ours.c.id == Unit.place_id)
        .where(container, holds)
        .cte("container", recursive=True)
    )
    inside = inside.union_all(
        select(Unit.id, inside.c.place_id)
        .join(inside, Unit.parent_id == inside.c.id)
        .where(container, holds)
    )
    left = (Unit.lot_id, (Unit.capacity - Unit.consumed).label("remaining"))
    a_pack = and_(Unit.level == UnitLevel.PACK, of_lots)
    loose = select(Unit.place_id, *left).join(ours, ours.c.id == Unit.place_id).where(a_pack)
    packed = select(inside.c.place_id, *left).join(inside, Unit.parent_id == inside.c.id)
    packs = union_all(loose, packed.where(a_pack)).subquery()
    return (
        select(
            packs.c.place_id,
            packs.c.lot_id,
            func.sum(packs.c.remaining).label("codes"),
            func.count().label("packs"),
        )
        .group_by(packs.c.place_id, packs.c.lot_id)
        .cte("coded")
    )


def _held(ours: CTE, lots: Collection[LotId] | None) -> CTE:
    query = (
        select(
            StockBalance.place_id,
            StockBalance.lot_id,
            func.sum(StockBalance.on_hand).label("books"),
        )
        .join(ours, ours.c.id == StockBalance.place_id)
        .join(Item, Item.id == StockBalance.item_id)
        .where(Item.is_coded)
        .group_by(StockBalance.place_id, StockBalance.lot_id)
    )
    if lots is not None:
        query = query.where(StockBalance.lot_id.in_(lots))
    return query.cte("held")


def moved_since(session: Session, moves: int, events: int) -> set[Spot]:
    """Return what ledger and events touched after these, as lots at places.

    An event says where a code came to, not where it was: so its lot is looked at wherever
    the book has it.
    """
    named = traceability.named_since(session, events)
    lots = {lot for of_unit in named.values() for lot in of_unit}
    touched = or_(
        StockBalance.id.in_(select(StockMove.balance_id).where(StockMove.id > moves)),
        and_(StockBalance.lot_id.in_(lots), StockBalance.on_hand != 0),
    )
    booked = (
        select(StockBalance.place_id, StockBalance.lot_id)
        .join(Item, Item.id == StockBalance.item_id)
        .where(touched, Item.is_coded, ~StockBalance.outside)
        .distinct()
    )
    spots = {Spot(*row) for row in session.execute(booked)}
    places = traceability.outermost_places(session, named.keys())
    return spots | {Spot(places[unit], lot) for unit, of_unit in named.items() for lot in of_unit}


def how_far(session: Session) -> tuple[int, int]:
    """Return the newest move and the newest event there are."""
    move = session.scalar(select(func.coalesce(func.max(StockMove.id), 0)))
    event = session.scalar(select(func.coalesce(func.max(TraceEvent.id), 0)))
    return move or 0, event or 0
