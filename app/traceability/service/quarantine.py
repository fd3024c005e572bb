"""Set one coded thing apart until quality says what becomes of it (隔离、解除隔离)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.history import Change
from app.kernel.ids import UnitId
from app.traceability import queries
from app.traceability.errors import ReasonMissing, StateForbids
from app.traceability.models import BizStep, Disposition, Unit, UnitHold
from app.traceability.rules.transitions import IN_HAND, LISTED
from app.traceability.service.events import Happening, write_event
from app.traceability.service.steps import Step, lock_units, take_step, tops_of
from app.traceability.service.units import get_unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why something is set apart: the kind of suspicion, its document, and what a person said."""

    kind: str
    document: str = ""
    note: str = ""


def set_apart(
    session: Session, actor: Actor, unit_id: UnitId, cause: Cause, *, now: datetime
) -> UnitHold | None:
    """Put a thing in quarantine; None where its state forbids it, or it is there already.

    Its content stays in the book as usable: whoever owns the stock sees to that.
    """
    held = lock_units(session, [unit_id])
    unit = held[unit_id]
    was = unit.disposition
    if was is Disposition.QUARANTINE or Disposition.QUARANTINE not in LISTED[was]:
        return None
    hold = UnitHold(unit_id=unit_id, kind=cause.kind, was=was, since=now)
    session.add(hold)
    told = (Disposition.QUARANTINE, cause.document, cause.note or cause.kind)
    write_event(session, actor, _happening(actor, unit, told, now=now), {unit_id: 0})
    step = Step(wanted=Disposition.QUARANTINE, place_id=unit.place_id, parent_id=unit.parent_id)
    take_step(session, held, tops_of(session, held.values()), step)
    session.flush()
    return hold


def open_hold(session: Session, unit_id: UnitId) -> UnitHold | None:
    """Return the quarantine a thing is in now."""
    open_ = (UnitHold.unit_id == unit_id, UnitHold.until.is_(None))
    return session.scalars(select(UnitHold).where(*open_)).first()


def open_holds(session: Session, unit_ids: Collection[UnitId]) -> list[UnitHold]:
    """Return the quarantines these things, and what lies inside them, are in now."""
    inside = queries.descendants(session, unit_ids)
    rows = session.scalars(
        select(UnitHold)
        .join(Unit, Unit.id == UnitHold.unit_id)
        .where(
            UnitHold.unit_id.in_(inside),
            UnitHold.until.is_(None),
            Unit.disposition == Disposition.QUARANTINE,
        )
        .order_by(UnitHold.id)
    )
    return list(rows)


def release(session: Session, actor: Actor, code: str, decision: str, *, now: datetime) -> Unit:
    """End a quarantine: the thing is again what it was; the decision stays on record.

    Raises:
        UnknownCode: nobody announced the code.
        ReasonMissing: people must learn why.
        StateForbids: it is not in quarantine.
    """
    if not decision.strip():
        raise ReasonMissing("unit")
    unit = get_unit(session, code)
    held = lock_units(session, [unit.id])
    was = session.scalar(
        update(UnitHold)
        .where(UnitHold.unit_id == unit.id, UnitHold.until.is_(None))
        .values(until=now, decision=decision.strip())
        .returning(UnitHold.was)
        .execution_options(synchronize_session=False)
    )
    unit = held[unit.id]
    if was is None or unit.disposition not in {Disposition.QUARANTINE, *IN_HAND}:
        raise StateForbids(unit.code, now=unit.disposition.value, wanted="in_stock")
    if unit.disposition is not Disposition.QUARANTINE:
        was = unit.disposition  # written off from quarantine, and that was undone
    happening = _happening(actor, unit, (was, "", decision.strip()), now=now)
    write_event(session, actor, happening, {unit.id: 0})
    step = Step(wanted=was, place_id=unit.place_id, parent_id=unit.parent_id, releasing=True)
    take_step(session, held, tops_of(session, held.values()), step)
    change = Change(subject=("unit", unit.id), action="released", reason=decision.strip())
    history.record(session, actor, change, now=now)
    return unit


def kinds_set_apart(session: Session, unit_ids: Collection[UnitId]) -> frozenset[str]:
    """Return why any of these units is in quarantine now."""
    rows = session.scalars(
        select(UnitHold.kind).where(UnitHold.unit_id.in_(unit_ids), UnitHold.until.is_(None))
    )
    return frozenset(rows)


def _happening(
    actor: Actor, unit: Unit, told: tuple[Disposition, str, str], *, now: datetime
) -> Happening:
    disposition, document, reason = told
    return Happening(
        step=BizStep.HOLDING,
        disposition=disposition,
        facility_id=actor.facility_id,
        document=document,
        event_time=now,
        recorded_at=now,
        place_id=unit.place_id,
        reason=reason,
    )
