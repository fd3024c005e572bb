"""Many acts on coded things in a few statements, for what devices captured by themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.kernel.arrays import array_of
from app.kernel.ids import PlaceId, UnitId
from app.kernel.rows import insert_rows
from app.traceability import queries
from app.traceability.errors import AlreadyDispensed, Exhausted, NotHere
from app.traceability.models import Disposition, TraceEvent, Unit
from app.traceability.service.events import Happening, to_milliseconds, write_event
from app.traceability.service.steps import UNUSABLE, lock_units

CLOSE = text("""
    WITH given AS MATERIALIZED (
        SELECT * FROM unnest(CAST(:units AS bigint[]), CAST(:events AS bigint[]))
            AS given (unit_id, event_id)),
    closed AS (
        UPDATE aggregation a SET until_event_id = given.event_id FROM given
        WHERE a.child_id = given.unit_id AND a.until_event_id IS NULL
        RETURNING a.parent_id)
    UPDATE unit u SET is_open = true, revision = u.revision + 1
    WHERE u.id IN (SELECT parent_id FROM closed)""")
TAKE_OUT = text("""
    UPDATE unit u
    SET consumed = u.consumed + given.quantity, place_id = given.place_id, parent_id = NULL,
        disposition = given.disposition, revision = u.revision + 1
    FROM unnest(CAST(:units AS bigint[]), CAST(:quantities AS bigint[]),
        CAST(:places AS bigint[]), CAST(:dispositions AS bigint[]))
        AS given (unit_id, quantity, place_id, disposition)
    WHERE u.id = given.unit_id""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Giving:
    """A pack, what is taken out of it, the shelf it must lie on, and what happened."""

    unit_id: UnitId
    quantity: int
    shelf: PlaceId
    patient: PlaceId
    happening: Happening


def observe(session: Session, actor: Actor, units: Sequence[Unit], happening: Happening) -> None:
    """Note that things were seen; nothing about them changes."""
    write_event(session, actor, happening, dict.fromkeys((UnitId(one.id) for one in units), 0))


def dispense_all(session: Session, actor: Actor, givings: Sequence[Giving]) -> None:
    """Take base units out of many packs, each once, like ``dispense`` does for one.

    Raises:
        AlreadyDispensed, Exhausted: one of them has not that much left.
        NotHere: one of them lies elsewhere.
    """
    held = lock_units(session, [one.unit_id for one in givings])
    where = queries.outermost_places(session, held)
    for one in givings:
        _refuse(one, held[one.unit_id], where)
    whole = [one.quantity == held[one.unit_id].remaining for one in givings]
    states = [
        Disposition.DISPENSED if all_of_it else Disposition.PARTIALLY_DISPENSED
        for all_of_it in whole
    ]
    events = _write_events(session, actor, list(zip(givings, states, strict=True)))
    units = array_of(one.unit_id for one in givings)
    if any(unit.parent_id is not None for unit in held.values()):
        numbers = array_of(events[one.unit_id] for one in givings)
        session.execute(CLOSE, {"units": units, "events": numbers})
    session.execute(
        TAKE_OUT,
        {
            "units": units,
            "quantities": array_of(one.quantity for one in givings),
            "places": array_of(
                one.patient if all_of_it else one.shelf
                for one, all_of_it in zip(givings, whole, strict=True)
            ),
            "dispositions": array_of(state.number for state in states),
        },
    )
    for unit in held.values():
        session.expire(unit)


def _refuse(one: Giving, unit: Unit, where: Mapping[UnitId, PlaceId]) -> None:
    if unit.disposition in UNUSABLE or unit.remaining == 0:
        raise AlreadyDispensed(unit.code, scanned=unit.code)
    if one.quantity > unit.remaining:
        raise Exhausted(unit.code, scanned=unit.code, asked=one.quantity, left=unit.remaining)
    if where[one.unit_id] != one.shelf:
        raise NotHere(unit.code, scanned=unit.code)


def _write_events(
    session: Session, actor: Actor, given: Sequence[tuple[Giving, Disposition]]
) -> dict[UnitId, int]:
    """Append one event for each pack and what it became; return its number by pack."""
    rows = [
        {
            "unit_id": one.unit_id,
            "quantity": one.quantity,
            "facility_id": one.happening.facility_id,
            "step": one.happening.step,
            "disposition": became,
            "event_time": to_milliseconds(one.happening.event_time),
            "recorded_at": one.happening.recorded_at,
            "user_id": actor.user_id,
            "place_id": one.happening.place_id,
            "document": one.happening.document,
            "reason": one.happening.reason,
        }
        for one, became in given
    ]
    added = insert_rows(TraceEvent, rows).returning(TraceEvent.unit_id, TraceEvent.id)
    return {UnitId(unit_id or 0): event_id for unit_id, event_id in session.execute(added)}
