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
from app.traceability.errors import ReasonMissing, StateForbids
from app.traceability.models import BizStep, Disposition, Unit, UnitHold
from app.traceability.rules.transitions import LISTED
from app.traceability.service.events import Happening, write_event
from app.traceability.service.steps import Step, lock_units, take_step, tops_of
from app.traceability.service.units import get_unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why something is set apart: the kind of suspicion, and the document it came up at."""

    kind: str
    document: str = ""


def set_apart(
    session: Session, actor: Actor, unit_id: UnitId, cause: Cause, *, now: datetime
) -> bool:
    """Put a thing in quarantine where its state allows it; return whether it is new there."""
    held = lock_units(session, [unit_id])
    unit = held[unit_id]
    was = unit.disposition
    if was is Disposition.QUARANTINE or Disposition.QUARANTINE not in LISTED[was]:
        return False
    session.add(UnitHold(unit_id=unit_id, kind=cause.kind, was=was, since=now))
    told = (Disposition.QUARANTINE, cause.document, cause.kind)
    write_event(session, actor, _happening(actor, unit, told, now=now), {unit_id: 0})
    step = Step(wanted=Disposition.QUARANTINE, place_id=unit.place_id, parent_id=unit.parent_id)
    take_step(session, held, tops_of(session, held.values()), step)
    return True


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
    if was is None or unit.disposition is not Disposition.QUARANTINE:
        raise StateForbids(unit.code, now=unit.disposition.value, wanted="in_stock")
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
