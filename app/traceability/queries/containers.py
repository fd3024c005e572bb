"""What lies in what, and where the outermost of them lies."""

from collections.abc import Collection

from sqlalchemy import (
    func,
    literal,
    select,
)
from sqlalchemy.orm import Session

from app.kernel.ids import PlaceId, UnitId
from app.traceability.models import (
    Disposition,
    Unit,
)


def descendants(session: Session, unit_ids: Collection[UnitId]) -> list[UnitId]:
    """Return these units and all that lies inside them."""
    tree = select(Unit.id).where(Unit.id.in_(unit_ids)).cte("tree", recursive=True)
    tree = tree.union(select(Unit.id).join(tree, Unit.parent_id == tree.c.id))
    return list(session.scalars(select(tree.c.id)))


def content_of(session: Session, unit_ids: Collection[UnitId]) -> int:
    """Return the base units left in these units and all that lies inside them."""
    own = (Unit.id, (Unit.capacity - Unit.consumed).label("remaining"))
    tree = select(*own).where(Unit.id.in_(unit_ids)).cte("tree", recursive=True)
    tree = tree.union(select(*own).join(tree, Unit.parent_id == tree.c.id))
    return int(session.scalar(select(func.coalesce(func.sum(tree.c.remaining), 0))) or 0)


def outermost_places(session: Session, unit_ids: Collection[UnitId]) -> dict[UnitId, PlaceId]:
    """Return the place of each unit's outermost container."""
    columns = (Unit.id.label("unit_id"), Unit.parent_id, Unit.place_id)
    climb = select(*columns).where(Unit.id.in_(unit_ids)).cte("climb", recursive=True)
    climb = climb.union_all(
        select(climb.c.unit_id, Unit.parent_id, Unit.place_id).join(
            climb, Unit.id == climb.c.parent_id
        )
    )
    rows = session.execute(
        select(climb.c.unit_id, climb.c.place_id).where(climb.c.place_id.is_not(None))
    )
    return {row.unit_id: row.place_id for row in rows}


def tops_of(
    session: Session, unit_ids: Collection[UnitId]
) -> dict[UnitId, tuple[PlaceId, Disposition]]:
    """Return place and state of each unit's outermost container."""
    columns = (Unit.id.label("unit_id"), Unit.parent_id, Unit.place_id, Unit.disposition)
    climb = select(*columns).where(Unit.id.in_(unit_ids)).cte("climb", recursive=True)
    climb = climb.union_all(
        select(climb.c.unit_id, *columns[1:]).join(climb, Unit.id == climb.c.parent_id)
    )
    rows = session.execute(
        select(climb.c.unit_id, climb.c.place_id, climb.c.disposition).where(
            climb.c.place_id.is_not(None)
        )
    )
    return {row.unit_id: (row.place_id, row.disposition) for row in rows}


def ancestors(session: Session, unit_id: UnitId) -> list[UnitId]:
    """Return a unit and the containers around it, from the inside."""
    climb = select(Unit.id, Unit.parent_id, literal(0).label("depth"))
    climb_ = climb.where(Unit.id == unit_id).cte("climb", recursive=True)
    climb_ = climb_.union_all(
        select(Unit.id, Unit.parent_id, climb_.c.depth + 1).join(
            climb_, Unit.id == climb_.c.parent_id
        )
    )
    return list(session.scalars(select(climb_.c.id).order_by(climb_.c.depth)))


def height(session: Session, unit_ids: Collection[UnitId]) -> int:
    """Return how many levels of things these units are, themselves included."""
    tree = select(Unit.id, literal(1).label("height")).where(Unit.id.in_(unit_ids))
    tree_ = tree.cte("tree", recursive=True)
    tree_ = tree_.union_all(
        select(Unit.id, tree_.c.height + 1).join(tree_, Unit.parent_id == tree_.c.id)
    )
    return session.scalar(select(func.max(tree_.c.height))) or 0
