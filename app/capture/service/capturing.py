"""Take in what a device did: each act once, in the device's own order, and answer all of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts.queries import find_signed_in
from app.capture import queries
from app.capture.models import CapturedEvent, CaptureDevice
from app.capture.rules import ready
from app.capture.service.answering import Answered, First, answer
from app.capture.service.applying import apply
from app.capture.service.facts import Deed, Told, told_of
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId
from app.kernel.rows import insert_rows
from app.traceability.rules import recognise

GIVEN_UP = timedelta(hours=24)
"""How long acts wait for those the device numbered before them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What a device sends at once.

    ``unsent_from`` is the lowest number it still holds unsent, this batch included: what is
    numbered below and has not come never will. Without it a gap is waited for.
    """

    device: str
    acts: Sequence[Told]
    unsent_from: int | None = None
    facility_id: FacilityId | None = None


def capture(session: Session, actor: Actor, batch: Batch, *, now: datetime) -> list[Answered]:
    """Store a batch, apply what is due in the device's order, and answer each act.

    The device's row is locked first, so that two uploads of one device take turns. An act
    that comes again gets its first answer; another act under its number or name is refused
    and alarms. Acts beyond a gap wait for it to be filled.

    Raises:
        NotFound: the device belongs to another facility, or the facility is not the actor's.
    """
    facility_id = batch.facility_id or actor.facility_id
    actor.must_act_for(facility_id, "facility")
    device = _lock_device(session, actor, batch.device, facility_id)
    first = _store(session, actor, (device, facility_id, batch.acts), now=now)
    due = _due(session, actor, (device, batch, first), now=now)
    verdicts = {one.deed.event_id: one for one in apply(due)}
    return answer(session, actor, (device, batch.acts, first), verdicts, now=now)


def give_up_waiting(session: Session, *, now: datetime) -> int:
    """Apply acts that waited a day for others that never came; return of how many devices."""
    waiting = queries.devices_waiting(session, before=now - GIVEN_UP)
    for code, user_id, beyond in waiting:
        person = find_signed_in(session, user_id)
        if person is None:
            continue
        device = _lock_device(session, person.actor, code, person.actor.facility_id)
        rest = Batch(device=code, acts=(), unsent_from=beyond + 1)
        apply(_due(session, person.actor, (device, rest, {}), now=now))
    return len(waiting)


def _lock_device(
    session: Session, actor: Actor, code: str, facility_id: FacilityId
) -> CaptureDevice:
    session.execute(
        insert(CaptureDevice)
        .values(code=code, facility_id=facility_id, following=1)
        .on_conflict_do_nothing()
    )
    device = session.scalars(
        select(CaptureDevice)
        .where(CaptureDevice.code == code)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    if device.facility_id not in actor.facility_ids:
        raise NotFound("device")
    return device


def _store(
    session: Session,
    actor: Actor,
    what: tuple[CaptureDevice, FacilityId, Sequence[Told]],
    *,
    now: datetime,
) -> First:
    """Store acts that are new, and return them; a number or name is taken once."""
    device, facility_id, acts = what
    if not acts:
        return {}
    rows = [
        {
            "device_seq": act.device_seq,
            "client_event_id": act.client_event_id,
            "digest": act.digest(),
            "act": act.act,
            "event_time": act.event_time,
            "told": act.content(),
        }
        for act in acts
    ]
    same = {
        "device_id": device.id,
        "recorded_at": now,
        "facility_id": facility_id,
        "user_id": actor.user_id,
    }
    added = insert_rows(CapturedEvent, rows, same).on_conflict_do_nothing()
    stored = session.execute(
        added.returning(CapturedEvent.id, CapturedEvent.device_seq, CapturedEvent.client_event_id)
    )
    told: dict[tuple[int, str], Told] = {}
    for act in acts:
        told.setdefault((act.device_seq, act.client_event_id), act)
    return {row[0]: told[row[1], row[2]] for row in stored}


def _due(
    session: Session,
    actor: Actor,
    what: tuple[CaptureDevice, Batch, First],
    *,
    now: datetime,
) -> list[Deed]:
    """Return the acts whose turn it is, in the device's order, and move on its number."""
    device, batch, first = what
    before = queries.waiting_of(session, device.id, device.following, min(first, default=None))
    waiting = {row.device_seq: (row.id, row.facility_id, told_of(row)) for row in before}
    here = batch.facility_id or actor.facility_id
    waiting |= {act.device_seq: (key, here, act) for key, act in first.items()}
    following = max(device.following, batch.unsent_from or 0)
    numbers, device.following = ready(waiting, following)
    session.flush()
    due = (waiting[number] for number in numbers)
    return [
        Deed(
            session=session,
            actor=actor,
            event_id=event_id,
            facility_id=facility_id,
            device=device.code,
            told=told,
            scans=tuple(recognise(code) for code in told.codes),
            now=now,
        )
        for event_id, facility_id, told in due
    ]
