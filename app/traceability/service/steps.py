"""Take coded things from state to state: a listed step, compared and set on the revision."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select, text, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.kernel.actor import Actor
from app.kernel.arrays import among
from app.kernel.ids import PlaceId, UnitId
from app.kernel.rows import as_table
from app.traceability import queries
from app.traceability.errors import (
    AlreadyDispensed,
    NotHere,
    OutOfCirculation,
    PackSetApart,
    UnitChanged,
)
from app.traceability.models import Disposition, Unit
from app.traceability.rules.transitions import GONE, IN_HAND, OUT_OF_STOCK, became
from app.traceability.service.events import Happening, to_milliseconds

WORDS = {one.value: one for one in Disposition}
UNUSABLE = frozenset(WORDS[word] for word in GONE | {"quarantine"})
"""What nobody may give, move or count as stock without a decision first."""
Tops = Mapping[UnitId, tuple[PlaceId, Disposition]]
"""Unit → place and state of its outermost container."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What things become and where they then are; ``taken`` base units leave one of them."""

    wanted: Disposition
    place_id: PlaceId | None = None
    parent_id: UnitId | None = None
    taken: int = 0
    releasing: bool = False


def lock_units(session: Session, unit_ids: Collection[UnitId]) -> dict[UnitId, Unit]:
    """Make other writers of these units wait, and return them as they now are."""
    rows = session.scalars(
        select(Unit)
        .where(among(Unit.id, unit_ids))
        .order_by(Unit.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {unit.id: unit for unit in rows}


def tops_of(session: Session, units: Iterable[Unit]) -> dict[UnitId, tuple[PlaceId, Disposition]]:
    """Return where units lie and in which state, as their outermost containers do."""
    tops, inside = {}, []
    for unit in units:
        if unit.place_id is None:
            inside.append(unit.id)
        else:
            tops[unit.id] = (unit.place_id, unit.disposition)
    return tops | (queries.tops_of(session, inside) if inside else {})


def lock_at(
    session: Session, units: Sequence[Unit], place_id: PlaceId
) -> tuple[dict[UnitId, Unit], Tops]:
    """Lock units that lie at a place.

    Raises:
        NotHere: one lies elsewhere.
    """
    held = lock_units(session, [unit.id for unit in units])
    return held, tops_at(session, held.values(), place_id)


def tops_at(session: Session, units: Collection[Unit], place_id: PlaceId) -> Tops:
    """Return the outermost containers of locked units that lie at a place.

    Raises:
        NotHere: one lies elsewhere.
    """
    tops = tops_of(session, units)
    for unit in units:
        if tops[unit.id][0] != place_id:
            raise NotHere(unit.code, scanned=unit.code)
    return tops


def state_of(unit: Unit, tops: Tops) -> Disposition:
    """Return the state of a thing: of goods in hand that of their outermost container."""
    return tops[unit.id][1] if unit.disposition in IN_HAND else unit.disposition


def refuse_gone(unit: Unit, state: Disposition) -> None:
    """Refuse what nobody may take from any more.

    Raises:
        PackSetApart: it is in quarantine.
        AlreadyDispensed: it has left to a patient.
        OutOfCirculation: it was destroyed, written off, lost, sent back, sampled or replaced.
    """
    if state is Disposition.QUARANTINE:
        raise PackSetApart(unit.code, scanned=unit.code, reason="")
    if unit.disposition is Disposition.DISPENSED or (unit.capacity and not unit.remaining):
        raise AlreadyDispensed(unit.code, scanned=unit.code)
    if unit.disposition in OUT_OF_STOCK:
        raise OutOfCirculation(unit.code, scanned=unit.code, was=unit.disposition.value)


def refuse_apart(session: Session, units: Sequence[Unit]) -> None:
    """Refuse things that are in quarantine, or lie in something that is.

    Raises:
        PackSetApart: quality has not decided about one of them.
    """
    tops = tops_of(session, units)
    for unit in units:
        if state_of(unit, tops) is Disposition.QUARANTINE:
            raise PackSetApart(unit.code, scanned=unit.code, reason="")


def take_step(session: Session, held: Mapping[UnitId, Unit], tops: Tops, step: Step) -> None:
    """Take things that were read under a lock to their next state, all or none.

    Raises:
        StateForbids: the step is not listed for one of them.
        UnitChanged: one is not as it was read.
    """
    after = {
        unit.id: WORDS[
            became(
                state_of(unit, tops),
                step.wanted,
                consumed=unit.consumed + step.taken,
                capacity=unit.capacity,
                releasing=step.releasing,
            )
        ]
        for unit in held.values()
    }
    moved = _compare_and_set(session, held, after, step)
    for unit in held.values():
        if unit.id not in moved:
            raise UnitChanged(unit.code, scanned=unit.code)
        _learn(unit, after[unit.id], step)


TAKE_AND_TELL = text("""
    WITH taken AS (
        UPDATE unit
        SET place_id = :place_id, parent_id = NULL, disposition = :became,
            consumed = consumed + :quantity, revision = revision + 1
        WHERE id = :unit_id AND revision = :revision
        RETURNING id)
    INSERT INTO trace_event (event_time, recorded_at, unit_id, quantity, facility_id, user_id,
        place_id, step, disposition, document, reason)
    SELECT :event_time, :recorded_at, id, :quantity, :facility_id, :user_id, :at, :step,
        :disposition, :document, :reason
    FROM taken RETURNING id""")


def take_and_tell(
    session: Session, actor: Actor, unit: Unit, step: Step, happening: Happening
) -> bool:
    """Take base units from one thing and write the event, if its row is still as it was read.

    Raises:
        StateForbids: the step is not listed.
    """
    after = WORDS[
        became(
            unit.disposition,
            step.wanted,
            consumed=unit.consumed + step.taken,
            capacity=unit.capacity,
        )
    ]
    bound = {
        "unit_id": unit.id,
        "revision": unit.revision,
        "place_id": step.place_id,
        "became": after.number,
        "quantity": step.taken,
        "event_time": to_milliseconds(happening.event_time),
        "recorded_at": happening.recorded_at,
        "facility_id": happening.facility_id,
        "user_id": actor.user_id,
        "at": happening.place_id,
        "step": happening.step.number,
        "disposition": happening.disposition.number,
        "document": happening.document,
        "reason": happening.reason,
    }
    if session.execute(TAKE_AND_TELL, bound).first() is None:
        return False
    _learn(unit, after, step)
    return True


def _compare_and_set(
    session: Session,
    held: Mapping[UnitId, Unit],
    after: Mapping[UnitId, Disposition],
    step: Step,
) -> set[UnitId]:
    where, became = _as_read(held, after)
    return set(
        session.scalars(
            update(Unit)
            .where(*where)
            .values(
                place_id=step.place_id,
                parent_id=step.parent_id,
                disposition=became,
                consumed=Unit.consumed + step.taken,
                revision=Unit.revision + 1,
            )
            .returning(Unit.id)
            .execution_options(synchronize_session=False)
        )
    )


def _as_read(
    held: Mapping[UnitId, Unit], after: Mapping[UnitId, Disposition]
) -> tuple[list[ColumnElement[bool]], Any]:
    """Return which rows are still as they were read, and what each becomes."""
    if len(held) == 1:
        (unit,) = held.values()
        return [Unit.id == unit.id, Unit.revision == unit.revision], after[unit.id]
    rows = [
        {"id": unit.id, "revision": unit.revision, "disposition": after[unit.id]}
        for unit in held.values()
    ]
    new = as_table([Unit.id, Unit.revision, Unit.disposition], rows, "new")
    return [Unit.id == new.c.id, Unit.revision == new.c.revision], new.c.disposition


def _learn(unit: Unit, disposition: Disposition, step: Step) -> None:
    """Let the object say what its row now says, without reading it again."""
    now = {
        "place_id": step.place_id,
        "parent_id": step.parent_id,
        "disposition": disposition,
        "consumed": unit.consumed + step.taken,
        "revision": unit.revision + 1,
    }
    for name, value in now.items():
        set_committed_value(unit, name, value)
