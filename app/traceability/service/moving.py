"""Move, pack and unpack coded things; a carton or tote moves as one row."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.kernel.ids import PlaceId
from app.traceability import queries
from app.traceability.errors import AlreadyDone, AlreadyPacked, Cycle
from app.traceability.models import Unit, UnitLevel
from app.traceability.service.events import (
    Happening,
    close_membership,
    open_membership,
    write_event,
)
from app.traceability.service.steps import (
    Step,
    Tops,
    lock_at,
    lock_units,
    refuse_apart,
    take_step,
    tops_of,
)

DEEPEST = 4
"""Pack, carton, tote, vehicle."""


def move(
    session: Session,
    actor: Actor,
    units: Sequence[Unit],
    route: tuple[PlaceId, PlaceId],
    happening: Happening,
) -> None:
    """Move units from one place to another; what lies in a carton is taken out of it.

    A carton or tote moves as one row, its content inherits the place.

    Raises:
        NotHere: a unit does not lie at the place the route starts from.
        StateForbids: the step is not listed for the state a unit is in.
    """
    source, target = route
    held, tops = lock_at(session, units, source)
    event = write_event(session, actor, happening, dict.fromkeys(held, 0))
    close_membership(session, held.values(), event)
    take_step(session, held, tops, Step(wanted=happening.disposition, place_id=target))


def pack(
    session: Session,
    actor: Actor,
    packing: tuple[Sequence[Unit], Unit],
    happening: Happening,
) -> None:
    """Put units that lie at ``happening.place_id`` into a container.

    Raises:
        AlreadyDone: a unit is in this container already.
        AlreadyPacked: a unit is in another tote.
        Cycle: the container lies in one of them, or things would lie more than four deep.
        PackSetApart: a unit is in quarantine.
        NotHere: a unit lies elsewhere.
        StateForbids: the step is not listed for the state a unit is in.
    """
    children, parent = packing
    held = lock_units(session, [child.id for child in children])
    _refuse_packed(session, held.values(), parent)
    _refuse_deep(session, held.values(), parent)
    tops: Tops = tops_of(session, held.values())
    if happening.place_id is not None:
        held, tops = lock_at(session, children, happening.place_id)
    refuse_apart(session, list(held.values()))
    named = dict.fromkeys([*held, parent.id], 0)
    event = write_event(session, actor, happening, named)
    close_membership(session, held.values(), event)
    open_membership(session, held.values(), parent, event)
    take_step(session, held, tops, Step(wanted=happening.disposition, parent_id=parent.id))


def unpack(
    session: Session,
    actor: Actor,
    units: Sequence[Unit],
    target: PlaceId,
    happening: Happening,
) -> None:
    """Take units out of their container and lay them down at a place.

    Raises:
        StateForbids: the step is not listed for the state a unit is in.
    """
    held = lock_units(session, [unit.id for unit in units])
    tops = tops_of(session, held.values())
    event = write_event(session, actor, happening, dict.fromkeys(held, 0))
    close_membership(session, held.values(), event)
    take_step(session, held, tops, Step(wanted=happening.disposition, place_id=target))


def _refuse_packed(session: Session, children: Iterable[Unit], parent: Unit) -> None:
    parents = {unit.parent_id for unit in children} - {None}
    totes = set(
        session.scalars(select(Unit.id).where(Unit.id.in_(parents), Unit.level == UnitLevel.TOTE))
    )
    for unit in children:
        if unit.parent_id == parent.id:
            raise AlreadyDone(unit.code, scanned=unit.code)
        if unit.parent_id in totes:
            raise AlreadyPacked(unit.code, scanned=unit.code)


def _refuse_deep(session: Session, children: Iterable[Unit], parent: Unit) -> None:
    """Refuse a container inside what it is to hold, and more levels than people can find in."""
    around = queries.ancestors(session, parent.id)
    for unit in children:
        if unit.id in around:
            raise Cycle(unit.code, scanned=unit.code, rule="in-itself")
    cartons = [unit.id for unit in children if unit.level is not UnitLevel.PACK]
    inside = queries.height(session, cartons) if cartons else 1
    if len(around) + inside > DEEPEST:
        raise Cycle(parent.code, scanned=parent.code, rule="too-deep")
