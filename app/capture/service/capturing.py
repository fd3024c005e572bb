"""Take in what a device did: each act once, in the device's own order, and answer all of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts.queries import find_signed_in
from app.alerts import service as alerts
from app.capture import queries
from app.capture.errors import IdempotencyConflict
from app.capture.models import CapturedEvent, CaptureDevice
from app.capture.queries import AnswerRow
from app.capture.rules import Outcome, ready
from app.capture.service.applying import apply
from app.capture.service.facts import Deed, Told, told_of
from app.kernel.actor import Actor
from app.kernel.db import Json
from app.kernel.errors import Conflict, NotFound
from app.kernel.ids import FacilityId
from app.kernel.incidents import Incident
from app.kernel.rows import insert_rows

GIVEN_UP = timedelta(hours=24)
"""How long acts wait for those the device numbered before them."""
NUMBERED_AGAIN = 3
"""Level of the alert: a record may have been changed after it was sent."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answer to one act: the first one, however often it is sent."""

    device_seq: int
    client_event_id: str
    outcome: Outcome
    event_time: datetime
    recorded_at: datetime
    late: bool = False
    replay: bool = False
    refusal: str = ""
    family: str = ""
    details: Json = field(default_factory=dict)


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
    fresh = _store(session, actor, (device, facility_id, batch.acts), now=now)
    apply(_due(session, actor, (device, batch.unsent_from, fresh), now=now))
    stored = queries.answers_of(session, device.id, [act.device_seq for act in batch.acts])
    answers = []
    for act in batch.acts:
        row = stored.get(act.device_seq)
        if row is None or (row.client_event_id, row.digest) != (act.client_event_id, act.digest()):
            answers.append(_clash(session, actor, (batch.device, act), now=now))
            continue
        answers.append(_answered(act, row, replay=act.device_seq not in fresh))
        fresh.discard(act.device_seq)
    return answers


def give_up_waiting(session: Session, *, now: datetime) -> int:
    """Apply acts that waited a day for others that never came; return of how many devices."""
    waiting = queries.devices_waiting(session, before=now - GIVEN_UP)
    for code, user_id, beyond in waiting:
        person = find_signed_in(session, user_id)
        if person is None:
            continue
        device = _lock_device(session, person.actor, code, person.actor.facility_id)
        apply(_due(session, person.actor, (device, beyond + 1, set()), now=now))
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
) -> set[int]:
    """Store acts that are new; return their numbers. A number or name is taken once."""
    device, facility_id, acts = what
    if not acts:
        return set()
    rows = [
        {
            "device_id": device.id,
            "device_seq": act.device_seq,
            "client_event_id": act.client_event_id,
            "digest": act.digest(),
            "act": act.act,
            "event_time": act.event_time,
            "recorded_at": now,
            "facility_id": facility_id,
            "user_id": actor.user_id,
            "told": act.content(),
        }
        for act in acts
    ]
    added = insert_rows(CapturedEvent, rows).on_conflict_do_nothing()
    return set(session.scalars(added.returning(CapturedEvent.device_seq)))


def _due(
    session: Session,
    actor: Actor,
    what: tuple[CaptureDevice, int | None, set[int]],
    *,
    now: datetime,
) -> list[Deed]:
    """Return the acts whose turn it is, in the device's order, and move on its number."""
    device, unsent_from, fresh = what
    following = max(device.following, unsent_from or 0)
    waiting = queries.waiting_of(session, device.id, fresh)
    numbers, device.following = ready((row.device_seq for row in waiting), following)
    session.flush()
    due = set(numbers)
    return [
        Deed(
            session=session,
            actor=actor,
            event_id=row.id,
            facility_id=row.facility_id,
            device=device.code,
            told=told_of(row),
            now=now,
        )
        for row in waiting
        if row.device_seq in due
    ]


def _answered(act: Told, row: AnswerRow, *, replay: bool) -> Answered:
    return Answered(
        device_seq=act.device_seq,
        client_event_id=act.client_event_id,
        outcome=row.outcome or Outcome.WAITING,
        event_time=row.event_time,
        recorded_at=row.recorded_at,
        late=bool(row.late),
        replay=replay,
        refusal=row.refusal or "",
        family=row.family or "",
        details=row.details or {},
    )


def _clash(session: Session, actor: Actor, what: tuple[str, Told], *, now: datetime) -> Answered:
    """Refuse another act under a number or name that was used, and alarm."""
    device, act = what
    incident = Incident(
        kind=IdempotencyConflict.code,
        key=f"{IdempotencyConflict.code}/{device}/{act.device_seq}/{act.digest()}",
        level=NUMBERED_AGAIN,
        code=act.codes[0] if act.codes else "",
        details={"device": device, "event_time": act.event_time.isoformat()},
    )
    alerts.record(session, actor, incident, now=now)
    return Answered(
        device_seq=act.device_seq,
        client_event_id=act.client_event_id,
        outcome=Outcome.REJECTED,
        event_time=act.event_time,
        recorded_at=now,
        refusal=IdempotencyConflict.code,
        family=Conflict.code,
        details={"subject": act.client_event_id},
    )
