"""What each act of a batch is answered: what came of it now, or what it was answered before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.alerts import service as alerts
from app.capture import queries
from app.capture.models import CaptureDevice
from app.capture.queries import AnswerRow
from app.capture.rules import Outcome, is_late
from app.capture.service.applying import Verdict
from app.capture.service.facts import Told
from app.kernel.actor import Actor
from app.kernel.db import Json
from app.kernel.errors import Conflict
from app.kernel.ids import CapturedId
from app.kernel.incidents import Incident
from app.traceability.errors import IdempotencyConflict

NUMBERED_AGAIN = 3
"""Level of the alert: a record may have been changed after it was sent."""
First = Mapping[CapturedId, Told]
"""The acts of a batch that came for the first time, by the key of their row."""


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


def answer(
    session: Session,
    actor: Actor,
    told: tuple[CaptureDevice, Sequence[Told], First],
    verdicts: Mapping[CapturedId, Verdict],
    *,
    now: datetime,
) -> list[Answered]:
    """Answer each act of a batch; an act that comes twice in it is answered as a repeat."""
    device, acts, first = told
    numbers = {act.device_seq for act in first.values()}
    earlier = [act.device_seq for act in acts if act.device_seq not in numbers]
    stored = queries.answers_of(session, device.id, earlier) if earlier else {}
    fresh = {
        act.device_seq: (act, _judged(act, verdicts.get(event_id), now=now))
        for event_id, act in first.items()
    }
    answers = []
    for act in acts:
        known = _once(fresh, act) or _before(stored.get(act.device_seq), act)
        answers.append(known or _clash(session, actor, (device.code, act), now=now))
    return answers


def _once(fresh: dict[int, tuple[Told, Answered]], act: Told) -> Answered | None:
    """Return the answer to an act that came with this batch; from the second time on a repeat."""
    same, given = fresh.get(act.device_seq, (None, None))
    if given is None or same != act:
        return None
    fresh[act.device_seq] = (act, replace(given, replay=True))
    return given


def _judged(act: Told, verdict: Verdict | None, *, now: datetime) -> Answered:
    """Return what came of an act now; without a verdict it waits for its turn."""
    told = Answered(
        device_seq=act.device_seq,
        client_event_id=act.client_event_id,
        outcome=Outcome.WAITING,
        event_time=act.event_time,
        recorded_at=now,
    )
    if verdict is None:
        return told
    return replace(
        told,
        outcome=verdict.outcome,
        late=is_late(act.event_time, now=now),
        refusal=verdict.refusal,
        family=verdict.family,
        details=verdict.details,
    )


def _before(row: AnswerRow | None, act: Told) -> Answered | None:
    """Return the answer an act got when it came first; None if that was another act."""
    if row is None or (row.client_event_id, row.digest) != (act.client_event_id, act.digest()):
        return None
    return Answered(
        device_seq=act.device_seq,
        client_event_id=act.client_event_id,
        outcome=row.outcome or Outcome.WAITING,
        event_time=row.event_time,
        recorded_at=row.recorded_at,
        late=bool(row.late),
        replay=True,
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
