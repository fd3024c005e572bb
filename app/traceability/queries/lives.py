"""What a code is and what happened to it: facts, events, stays in containers."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Subquery,
    bindparam,
    case,
    column,
    func,
    literal,
    select,
    table,
    union_all,
)
from sqlalchemy.dialects.postgresql import array, distinct_on
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.catalogue.models import Item
from app.kernel.ids import FacilityId, ItemId, LotId, PlaceId, UnitId
from app.network.models import Facility
from app.traceability.models import (
    Aggregation,
    BizStep,
    Disposition,
    EventUnit,
    Lot,
    LotHold,
    TraceCorrection,
    TraceEvent,
    Unit,
    UnitLevel,
)

END = 2**31 - 1
PLACE = table("place", column("id", BigInteger), column("name"), column("kind"), column("code"))
"""The stock domain above owns places; a life line only reads their names."""
_PLACE_NAME = func.coalesce(
    func.nullif(PLACE.c.name, ""),
    case((PLACE.c.kind == "bin", PLACE.c.code)),
)
"""A place made on first use has no name of its own; a bin is known by its code."""


ALERT = table("alert", column("code"), column("level"), column("state"))
"""Whoever raises alerts stands above; what was scanned is suspected while one is open."""
GRAVE = 3


def is_suspected() -> ColumnElement[bool]:
    """Say, of the unit of the query around it, whether a grave alert about its code is open."""
    return (
        select(ALERT.c.code)
        .where(ALERT.c.code == Unit.code, ALERT.c.level >= GRAVE, ALERT.c.state != "closed")
        .correlate(Unit)
        .exists()
    )


def named_since(session: Session, event_id: int) -> dict[UnitId, set[LotId]]:
    """Return the units that later events name, each with its lot; a tote with those inside."""
    event, child = named_units(), aliased(Unit)
    of_lot = func.coalesce(Unit.lot_id, child.lot_id)
    rows = session.execute(
        select(Unit.id, of_lot)
        .join(event, event.c.unit_id == Unit.id)
        .outerjoin(child, (child.parent_id == Unit.id) & Unit.lot_id.is_(None))
        .where(event.c.event_id > event_id, of_lot.is_not(None))
        .distinct()
    )
    found: dict[UnitId, set[LotId]] = {}
    for unit_id, lot_id in rows:
        found.setdefault(unit_id, set()).add(lot_id)
    return found


@dataclass(frozen=True, slots=True)
class StandingPack:
    """A pack the record places somewhere; ``since`` is when it was last seen or moved."""

    unit_id: UnitId
    code: str
    item_id: ItemId
    lot_id: LotId
    remaining: int
    since: datetime


def named_units() -> Subquery:
    """Return which events name which units, and how many base units of each they took.

    To be joined by unit. An event of several has a row without a unit, too: to leave it out
    here would keep PostgreSQL from the indexes, so who joins by event leaves it out there.
    """
    alone = select(TraceEvent.id.label("event_id"), TraceEvent.unit_id, TraceEvent.quantity)
    several = select(EventUnit.event_id, EventUnit.unit_id, EventUnit.quantity)
    return union_all(alone, several).subquery()


def standing_packs(
    session: Session, place_id: PlaceId, lot_ids: Collection[LotId]
) -> list[StandingPack]:
    """Return the packs of these lots whose outermost container, or who, lie at the place."""
    own = (Unit.id, Unit.lot_id, Unit.level)
    root = select(*own, array([Unit.id]).label("path")).where(
        Unit.place_id == place_id,
        (Unit.lot_id.in_(lot_ids)) | (Unit.level == UnitLevel.TOTE),
    )
    tree = root.cte("tree", recursive=True)
    tree = tree.union_all(
        select(*own, tree.c.path + array([Unit.id])).join(tree, Unit.parent_id == tree.c.id)
    )
    named = named_units()
    seen = (
        select(func.max(TraceEvent.event_time))
        .join(named, named.c.event_id == TraceEvent.id)
        .where(named.c.unit_id == func.any(tree.c.path))
        .correlate(tree)
        .scalar_subquery()
    )
    rows: Iterable[Any] = session.execute(
        select(Unit.id, Unit.code, Unit.item_id, Unit.lot_id, Unit.capacity - Unit.consumed, seen)
        .join(tree, tree.c.id == Unit.id)
        .where(tree.c.level == UnitLevel.PACK, tree.c.lot_id.in_(lot_ids))
        .order_by(Unit.code)
    )
    return [StandingPack(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """One line of a life line; ``via`` is the container whose scan the pack shared."""

    event_id: int
    step: BizStep
    disposition: Disposition
    event_time: datetime
    recorded_at: datetime
    facility_id: FacilityId
    facility_name: str
    place_name: str | None
    place_kind: str | None
    actor_name: str
    document: str
    reason: str
    quantity: int
    via: str | None
    corrected_by: int | None


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What a code is: its item, lot and what is left inside."""

    unit_id: UnitId
    code: str
    item_name: str | None
    strength: str | None
    maker: str | None
    base_unit: str | None
    lot_id: LotId | None
    lot_number: str | None
    expires_on: date | None
    hold: LotHold | None
    capacity: int
    consumed: int
    disposition: Disposition
    is_demo: bool | None
    is_suspected: bool


def find_facts(session: Session, code: str) -> UnitFacts | None:
    """Return what a code is, or None when nobody announced it."""
    rows: Iterable[Any] = session.execute(_facts(), {"code": code})
    return next((UnitFacts(*row) for row in rows), None)


@cache
def _facts() -> Any:
    return (
        select(
            Unit.id,
            Unit.code,
            Item.name,
            Item.strength,
            Lot.maker,
            Item.base_unit,
            Lot.id,
            Lot.lot_number,
            Lot.expires_on,
            Lot.hold,
            Unit.capacity,
            Unit.consumed,
            Unit.disposition,
            Item.is_demo,
            is_suspected(),
        )
        .outerjoin(Lot, Lot.id == Unit.lot_id)
        .outerjoin(Item, Item.id == Unit.item_id)
        .where(Unit.code == bindparam("code"))
    )


def life_events(session: Session, unit_id: UnitId) -> list[LifeEvent]:
    """Return a unit's own events and, while it lay inside, those of its containers."""
    rows: Iterable[Any] = session.execute(_life(), {"unit_id": unit_id})
    return [LifeEvent(*row) for row in rows]


@cache
def _life() -> Any:
    """Return the question of a life line; to put one together takes longer than to answer it."""
    mine, carrier = _told_of(), aliased(Unit)
    return (
        select(
            TraceEvent.id,
            TraceEvent.step,
            TraceEvent.disposition,
            TraceEvent.event_time,
            TraceEvent.recorded_at,
            TraceEvent.facility_id,
            Facility.short_name,
            _PLACE_NAME,
            PLACE.c.kind,
            UserAccount.name,
            TraceEvent.document,
            TraceEvent.reason,
            case((mine.c.depth == 0, mine.c.quantity), else_=0),
            case((mine.c.depth > 0, carrier.code)),
            TraceCorrection.event_id,
        )
        .join(mine, mine.c.event_id == TraceEvent.id)
        .join(carrier, carrier.id == mine.c.unit_id)
        .join(Facility, Facility.id == TraceEvent.facility_id)
        .join(UserAccount, UserAccount.id == TraceEvent.user_id)
        .outerjoin(PLACE, PLACE.c.id == TraceEvent.place_id)
        .outerjoin(TraceCorrection, TraceCorrection.corrects_id == TraceEvent.id)
        .order_by(TraceEvent.id)
    )


def _told_of() -> Subquery:
    """Return each event of a unit's life once, by the innermost thing that it names."""
    chain, named = _chain(), named_units()
    return (
        select(named.c.event_id, named.c.unit_id, named.c.quantity, chain.c.depth)
        .join(chain, named.c.unit_id == chain.c.unit_id)
        .where(named.c.event_id.between(chain.c.since, chain.c.until))
        .ext(distinct_on(named.c.event_id))
        .order_by(named.c.event_id, chain.c.depth, named.c.unit_id)
        .subquery()
    )


def _chain() -> Any:
    """Return the unit and its containers, each with the events between which it was inside."""
    start = select(
        bindparam("unit_id", type_=Integer).label("unit_id"),
        literal(0, Integer).label("since"),
        literal(END, Integer).label("until"),
        literal(0).label("depth"),
    ).cte("chain", recursive=True)
    since = func.greatest(start.c.since, Aggregation.from_event_id)
    until = func.least(start.c.until, func.coalesce(Aggregation.until_event_id, END))
    return start.union_all(
        select(Aggregation.parent_id, since, until, start.c.depth + 1)
        .join(start, Aggregation.child_id == start.c.unit_id)
        .where(since < until)
    )


@dataclass(frozen=True, slots=True)
class Stay:
    """Time a unit spent in a container, or in what that container lay in; None is until now."""

    code: str
    level: UnitLevel
    depth: int
    since: datetime
    until: datetime | None


def list_stays(session: Session, unit_id: UnitId) -> list[Stay]:
    """Return in which containers a unit lay from when to when, in the order of time."""
    rows: Iterable[Any] = session.execute(_stays(), {"unit_id": unit_id})
    return [Stay(*row) for row in rows]


@cache
def _stays() -> Any:
    chain, began, ended = _chain(), aliased(TraceEvent), aliased(TraceEvent)
    return (
        select(Unit.code, Unit.level, chain.c.depth, began.event_time, ended.event_time)
        .join(chain, chain.c.unit_id == Unit.id)
        .join(began, began.id == chain.c.since)
        .outerjoin(ended, ended.id == chain.c.until)
        .where(chain.c.depth > 0)
        .order_by(chain.c.since, chain.c.depth)
    )
