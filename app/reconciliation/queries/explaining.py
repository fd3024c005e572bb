"""Which codes and documents may explain a difference between codes and book."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import CTE, Subquery, and_, case, func, or_, select, union
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session

from app.inventory.models import Place, StockBalance, StockMove, StockPosting
from app.network.models import Facility
from app.reconciliation.queries.comparing import Spot
from app.reconciliation.rules import Clue
from app.traceability.models import Aggregation, BizStep, Disposition, TraceEvent, Unit, UnitLevel
from app.traceability.queries import named_units

MOST_CLUES = 20
"""Of a kind: enough to see what went wrong, and to go there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A code or a document that may explain a difference, with the base units it is about."""

    kind: Clue
    code: str = ""
    document: str = ""
    quantity: int = 0
    where: str = ""

    @property
    def effect(self) -> int:
        """What it adds to the codes beyond the book."""
        return self.quantity if self.kind is Clue.STRANGER else -self.quantity


def explain(session: Session, spot: Spot, difference: int) -> list[Lead]:
    """Return what may explain that codes and book of a lot differ at a place by so much.

    Where leads of one kind explain it to the last unit, the others are left out.
    """
    by_kind = (
        list(_contents(session, spot)),
        list(_unexplained(session, spot, Clue.STRANGER)),
        list(_unexplained(session, spot, Clue.GONE)),
        list(_documents(session, spot)),
    )
    for leads in by_kind:
        if leads and sum(lead.effect for lead in leads) == difference:
            return leads
    return [lead for leads in by_kind for lead in leads]


def _unexplained(session: Session, spot: Spot, kind: Clue) -> Iterable[Lead]:
    """Return packs that no document known to the book brought to where they stand."""
    paths = _paths(spot)
    event = named_units()
    posted = _posted(spot)
    known = (
        select(1)
        .select_from(event)
        .join(TraceEvent, TraceEvent.id == event.c.event_id)
        .join(
            posted,
            and_(posted.c.document == TraceEvent.document, posted.c.place_id == paths.c.place_id),
        )
        .where(event.c.unit_id == func.any(paths.c.path))
        .correlate(paths)
        .exists()
    )
    here = paths.c.place_id == spot.place_id
    around = (
        select(Aggregation.parent_id)
        .where(Aggregation.child_id == paths.c.unit_id)
        .correlate(paths)
        .scalar_subquery()
    )
    was_here = (
        select(1)
        .select_from(event)
        .join(TraceEvent, TraceEvent.id == event.c.event_id)
        .where(
            or_(event.c.unit_id == paths.c.unit_id, event.c.unit_id.in_(around)),
            TraceEvent.place_id == spot.place_id,
        )
        .correlate(paths)
        .exists()
    )
    rows = session.execute(
        select(Unit.code, Unit.capacity - Unit.consumed, Facility.short_name, Place.name)
        .join(paths, paths.c.unit_id == Unit.id)
        .join(Place, Place.id == paths.c.place_id)
        .join(Facility, Facility.id == Place.facility_id)
        .where(here if kind is Clue.STRANGER else and_(~here, was_here), ~known)
        .order_by(Unit.code)
        .limit(MOST_CLUES)
    )
    for code, left, facility, place in rows:
        yield Lead(kind=kind, code=code, quantity=left, where=f"{facility} {place}".strip())


def _paths(spot: Spot) -> CTE:
    """Return each pack of the lot with its containers, and the place of the outermost."""
    stands = (Unit.parent_id, Unit.place_id)
    climb = (
        select(Unit.id.label("unit_id"), *stands, array([Unit.id]).label("path"))
        .where(
            Unit.lot_id == spot.lot_id,
            Unit.level == UnitLevel.PACK,
            Unit.disposition != Disposition.ANNOUNCED,
        )
        .cte("climb", recursive=True)
    )
    climb = climb.union_all(
        select(
            climb.c.unit_id, Unit.parent_id, Unit.place_id, climb.c.path + array([Unit.id])
        ).join(climb, Unit.id == climb.c.parent_id)
    )
    return (
        select(climb.c.unit_id, climb.c.place_id, climb.c.path)
        .where(climb.c.place_id.is_not(None))
        .cte("paths")
    )


def _posted(spot: Spot) -> Subquery:
    """Return which documents moved the lot in the book, and where."""
    return (
        select(StockBalance.place_id, StockPosting.document)
        .join(StockMove, StockMove.balance_id == StockBalance.id)
        .join(StockPosting, StockPosting.id == StockMove.posting_id)
        .where(StockBalance.lot_id == spot.lot_id)
        .distinct()
        .subquery("posted")
    )


def _documents(session: Session, spot: Spot) -> Iterable[Lead]:
    """Return documents that moved the lot here in the book, under which no code of it moved."""
    event = named_units()
    of_lot = select(Unit.id).where(Unit.lot_id == spot.lot_id)
    around = select(Aggregation.parent_id).where(Aggregation.child_id.in_(of_lot))
    told = (
        select(TraceEvent.document)
        .join(event, event.c.event_id == TraceEvent.id)
        .where(event.c.unit_id.in_(union(of_lot, around).scalar_subquery()))
    )
    moved = func.sum(StockMove.quantity)
    rows = session.execute(
        select(StockPosting.document, moved)
        .join(StockMove, StockMove.posting_id == StockPosting.id)
        .join(StockBalance, StockBalance.id == StockMove.balance_id)
        .where(
            StockBalance.place_id == spot.place_id,
            StockBalance.lot_id == spot.lot_id,
            StockPosting.document.not_in(told),
        )
        .group_by(StockPosting.document)
        .having(moved != 0)
        .order_by(StockPosting.document)
        .limit(MOST_CLUES)
    )
    for document, quantity in rows:
        yield Lead(kind=Clue.DOCUMENT, document=document, quantity=int(quantity))


def _contents(session: Session, spot: Spot) -> Iterable[Lead]:
    """Return packs of the lot whose content is not what their events left of it."""
    event = named_units()
    sign = case((TraceEvent.step == BizStep.DISPENSING, 1), else_=-1)
    taken = func.coalesce(func.sum(event.c.quantity * sign), 0)
    acts = or_(TraceEvent.step == BizStep.DISPENSING, TraceEvent.step == BizStep.RETURNING)
    used = (
        select(event.c.unit_id, taken.label("taken"))
        .join(TraceEvent, TraceEvent.id == event.c.event_id)
        .join(Unit, Unit.id == event.c.unit_id)
        .where(Unit.lot_id == spot.lot_id, acts, event.c.quantity > 0)
        .group_by(event.c.unit_id)
        .subquery("used")
    )
    told = func.coalesce(used.c.taken, 0)
    rows = session.execute(
        select(Unit.code, Unit.consumed - told)
        .outerjoin(used, used.c.unit_id == Unit.id)
        .where(Unit.lot_id == spot.lot_id, Unit.level == UnitLevel.PACK, Unit.consumed != told)
        .order_by(Unit.code)
        .limit(MOST_CLUES)
    )
    for code, quantity in rows:
        yield Lead(kind=Clue.CONTENT, code=code, quantity=int(quantity))
