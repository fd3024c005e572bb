"""Coded things: find them, announce, move, pack, unpack and dispense them."""

from collections.abc import Collection, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.catalogue.models import PackScheme
from app.kernel.actor import Actor
from app.kernel.ids import PlaceId, UnitId
from app.traceability import queries
from app.traceability.errors import (
    AlreadyDispensed,
    AlreadyDone,
    AlreadyPacked,
    Exhausted,
    NotHere,
    UnitChanged,
    UnknownCode,
)
from app.traceability.models import Disposition, Unit, UnitLevel
from app.traceability.service.events import (
    Happening,
    close_membership,
    open_membership,
    write_event,
)

GONE = frozenset(
    {
        Disposition.DISPENSED,
        Disposition.WRITTEN_OFF,
        Disposition.DESTROYED,
        Disposition.LOST,
        Disposition.SENT_BACK,
    }
)


def get_unit(session: Session, code: str) -> Unit:
    """Return the coded thing.

    Raises:
        UnknownCode: nobody announced it.
    """
    unit = get_units(session, [code]).get(code)
    if unit is None:
        raise UnknownCode(code, scanned=code)
    return unit


def get_units(session: Session, codes: Collection[str]) -> dict[str, Unit]:
    """Return the known ones among these codes."""
    rows = session.scalars(select(Unit).where(Unit.code.in_(codes)))
    return {unit.code: unit for unit in rows}


def lock_units(session: Session, unit_ids: Collection[UnitId]) -> dict[UnitId, Unit]:
    """Make other writers of these units wait, and return them as they now are."""
    rows = session.scalars(
        select(Unit)
        .where(Unit.id.in_(unit_ids))
        .order_by(Unit.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {unit.id: unit for unit in rows}


def packs_in(session: Session, unit_ids: Collection[UnitId]) -> list[Unit]:
    """Return the packs inside these units at any depth, themselves included, by code."""
    ids = queries.descendants(session, unit_ids)
    rows = session.scalars(
        select(Unit).where(Unit.id.in_(ids), Unit.level == UnitLevel.PACK).order_by(Unit.code)
    )
    return list(rows)


def place_of(session: Session, unit_ids: Collection[UnitId]) -> dict[UnitId, PlaceId]:
    """Return where each unit lies: the place of its outermost container."""
    return queries.outermost_places(session, unit_ids)


def new_tote(session: Session, actor: Actor, code: str, happening: Happening) -> Unit:
    """Store an empty tote of ours at ``happening.place_id``."""
    tote = Unit(
        code=code,
        scheme=PackScheme.OWN,
        level=UnitLevel.TOTE,
        capacity=0,
        disposition=happening.disposition,
        place_id=happening.place_id,
    )
    session.add(tote)
    session.flush()
    write_event(session, actor, happening, {tote.id: 0})
    return tote


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
    """
    source, target = route
    held = _lock_at(session, units, source)
    event = write_event(session, actor, happening, dict.fromkeys(held, 0))
    close_membership(session, held.values(), event)
    _place(session, held, happening.disposition, target, None)


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
        NotHere: a unit lies elsewhere.
    """
    children, parent = packing
    held = lock_units(session, [child.id for child in children])
    parents = {unit.parent_id for unit in held.values()} - {None}
    totes = set(
        session.scalars(select(Unit.id).where(Unit.id.in_(parents), Unit.level == UnitLevel.TOTE))
    )
    for unit in held.values():
        if unit.parent_id == parent.id:
            raise AlreadyDone(unit.code, scanned=unit.code)
        if unit.parent_id in totes:
            raise AlreadyPacked(unit.code, scanned=unit.code)
    if happening.place_id is not None:
        held = _lock_at(session, children, happening.place_id)
    named = dict.fromkeys([*held, parent.id], 0)
    event = write_event(session, actor, happening, named)
    close_membership(session, held.values(), event)
    open_membership(session, held.values(), parent, event)
    _place(session, held, happening.disposition, None, parent.id)


def unpack(
    session: Session,
    actor: Actor,
    units: Sequence[Unit],
    target: PlaceId,
    happening: Happening,
) -> None:
    """Take units out of their container and lay them down at a place."""
    held = lock_units(session, [unit.id for unit in units])
    event = write_event(session, actor, happening, dict.fromkeys(held, 0))
    close_membership(session, held.values(), event)
    _place(session, held, happening.disposition, target, None)


def dispense(
    session: Session,
    actor: Actor,
    giving: tuple[Unit, int],
    places: tuple[PlaceId, PlaceId],
    happening: Happening,
) -> Unit:
    """Take base units out of a pack for a patient; the code stays with what remains (拆零).

    ``places`` are the shelf it must lie on and the patient's virtual place.

    Raises:
        AlreadyDispensed: nothing is left in the pack, or it left our hands otherwise.
        Exhausted: less is left than asked.
        NotHere: the pack lies elsewhere.
    """
    unit, quantity = giving
    shelf, patient = places
    locked = lock_units(session, [unit.id])[unit.id]
    if locked.disposition in GONE or locked.remaining == 0:
        raise AlreadyDispensed(unit.code, scanned=unit.code)
    if quantity > locked.remaining:
        raise Exhausted(unit.code, scanned=unit.code, asked=quantity, left=locked.remaining)
    _refuse_elsewhere(session, [locked], shelf)
    event = write_event(session, actor, happening, {unit.id: quantity})
    close_membership(session, [locked], event)
    whole = quantity == locked.remaining
    disposition = Disposition.DISPENSED if whole else Disposition.PARTIALLY_DISPENSED
    return _take(session, locked, quantity, (disposition, patient if whole else shelf))


def take_back(
    session: Session,
    actor: Actor,
    returned: tuple[Unit, int],
    places: tuple[PlaceId, PlaceId],
    happening: Happening,
) -> Unit:
    """Put base units that were taken out by mistake back into their pack.

    ``places`` are the patient's virtual place and the shelf the pack returns to.

    Raises:
        UnitChanged: the pack was not dispensed from that shelf, or has moved on since.
    """
    unit, quantity = returned
    locked = lock_units(session, [unit.id])[unit.id]
    given = locked.disposition in {Disposition.DISPENSED, Disposition.PARTIALLY_DISPENSED}
    if not given or locked.place_id not in places or quantity > locked.consumed:
        raise UnitChanged(unit.code, scanned=unit.code)
    write_event(session, actor, happening, {unit.id: quantity})
    full = quantity == locked.consumed
    disposition = Disposition.IN_STOCK if full else Disposition.PARTIALLY_DISPENSED
    return _take(session, locked, -quantity, (disposition, places[1]))


def _lock_at(session: Session, units: Sequence[Unit], place_id: PlaceId) -> dict[UnitId, Unit]:
    held = lock_units(session, [unit.id for unit in units])
    _refuse_elsewhere(session, held.values(), place_id)
    return held


def _refuse_elsewhere(session: Session, units: Collection[Unit], place_id: PlaceId) -> None:
    where = {unit.id: unit.place_id for unit in units if unit.place_id is not None}
    inside = [unit.id for unit in units if unit.place_id is None]
    if inside:
        where.update(queries.outermost_places(session, inside))
    for unit in units:
        if where[unit.id] != place_id:
            raise NotHere(unit.code, scanned=unit.code)


def _take(session: Session, unit: Unit, quantity: int, became: tuple[Disposition, PlaceId]) -> Unit:
    """Take base units out of a locked pack, and say what it became and where it lies."""
    disposition, at = became
    changed = (
        update(Unit)
        .where(Unit.id == unit.id)
        .values(
            consumed=Unit.consumed + quantity,
            place_id=at,
            parent_id=None,
            disposition=disposition,
            revision=Unit.revision + 1,
        )
        .returning(Unit)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return session.scalars(changed).one()


def _place(
    session: Session,
    units: dict[UnitId, Unit],
    disposition: Disposition,
    at: PlaceId | None,
    inside: UnitId | None,
) -> None:
    session.execute(
        update(Unit)
        .where(Unit.id.in_(units))
        .values(
            place_id=at,
            parent_id=inside,
            disposition=disposition,
            revision=Unit.revision + 1,
        )
        .execution_options(synchronize_session="fetch")
    )
