"""Take in what others send: a document at once, its events by a job, each of them once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, text, true, update
from sqlalchemy.orm import Session, undefer

from app.epcis.errors import CaptureTooLarge, EventNotFound
from app.epcis.models import Capture, CapturedEvent, CapturedField, CapturedThing
from app.epcis.rules.judging import OTHER_CONTENT, Fault, Judged, Sent, judge
from app.epcis.rules.matching import LONGEST_TEXT
from app.kernel import jobs
from app.kernel.actor import Actor, Permission
from app.kernel.db import Json
from app.kernel.jobs import Job
from app.kernel.rows import as_table, insert_rows

CAPTURE_LIMIT = 10_000
"""Events that one document may hold."""
FILE_LIMIT = 16 * 1024 * 1024
"""Bytes that one document may have."""
MOST_ERRORS = 100
KIND = "epcis.capture"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureState:
    """A capture job and how far it is."""

    capture: Capture
    running: bool
    failed: str | None

    @property
    def success(self) -> bool:
        """Whether nothing was wrong so far."""
        return not self.failed and not self.capture.errors.get("events")


def refuse_too_many(sent: Sent) -> None:
    """Refuse a document of more events than one capture takes.

    Raises:
        CaptureTooLarge: it holds more than ``CAPTURE_LIMIT``.
    """
    if len(sent.events) > CAPTURE_LIMIT:
        raise CaptureTooLarge("document", limit=CAPTURE_LIMIT)


def receive(
    session: Session, actor: Actor, sent: tuple[str, int], *, proceed: bool, now: datetime
) -> Capture:
    """Keep a document as it came, with its count of events, and let a job capture it."""
    body, events = sent
    capture = Capture(
        facility_id=actor.facility_id,
        user_id=actor.user_id,
        proceed=proceed,
        body=body,
        created_at=now,
        events=events,
        errors={},
    )
    session.add(capture)
    session.flush()
    job = jobs.enqueue(session, actor, KIND, {"capture_id": capture.id}, now=now)
    capture.job_id = job.id
    session.flush()
    return capture


def get_capture(session: Session, actor: Actor, capture_id: int) -> CaptureState:
    """Return a capture job of the actor's facility, or one's own.

    Raises:
        EventNotFound: there is none, or it is another's.
    """
    states = _states(session, actor, Capture.id == capture_id)
    if not states:
        raise EventNotFound("capture")
    return states[0]


def list_captures(
    session: Session, actor: Actor, before: int | None, size: int
) -> list[CaptureState]:
    """Return the newest capture jobs, those before a key, one more than asked for."""
    older = true() if before is None else Capture.id < before
    return _states(session, actor, older, size + 1)


def _states(session: Session, actor: Actor, which: Any, size: int = 1) -> list[CaptureState]:
    mine: ColumnElement[bool]
    if actor.may(Permission.EPCIS_READ):
        whole = actor.may(Permission.COUNTY_READ)
        mine = true() if whole else Capture.facility_id.in_(actor.facility_ids)
    else:
        mine = Capture.user_id == actor.user_id
    rows = session.execute(
        select(Capture, Job.state, Job.error)
        .outerjoin(Job, Job.id == Capture.job_id)
        .where(which, mine)
        .order_by(Capture.id.desc())
        .limit(size)
    )
    return [
        CaptureState(
            capture=row[0],
            running=row[0].finished_at is None and row[1] is not jobs.JobState.FAILED,
            failed=row[2] if row[1] is jobs.JobState.FAILED else None,
        )
        for row in rows
    ]


def store(
    session: Session, capture: Capture, judged: Sequence[Judged], *, now: datetime
) -> list[Judged]:
    """Store events that are new, in four statements; return those that were.

    The same event told again is passed over. Another event under a known id is stored with a
    note: what was told is never edited.
    """
    if not judged:
        return []
    rows = [_row(capture, one, now) for one in judged]
    added = insert_rows(CapturedEvent, rows).on_conflict_do_nothing()
    stored = session.execute(
        added.returning(CapturedEvent.id, CapturedEvent.event_id, CapturedEvent.content)
    )
    keys = {(row.event_id, bytes(row.content)): row.id for row in stored}
    fresh = [one for one in judged if (one.event_id, one.content) in keys]
    _note_contradictions(session, capture, [one.event_id for one in fresh])
    unique = {(one.event_id, one.content): one for one in fresh}
    things = [row for key, one in unique.items() for row in _things(keys[key], one)]
    fields = [row for key, one in unique.items() for row in _fields(keys[key], one)]
    if things:
        session.execute(insert_rows(CapturedThing, things))
    if fields:
        session.execute(insert_rows(CapturedField, fields))
    return list(unique.values())


def _row(capture: Capture, one: Judged, now: datetime) -> dict[str, object]:
    columns = {key: value for key, value in one.columns.items() if key != "record_time"}
    return {
        **columns,
        "capture_id": capture.id,
        "facility_id": capture.facility_id,
        "event_id": one.event_id,
        "content": f"\\x{one.content.hex()}",
        "record_time": now,
        "prefixes": one.prefixes,
        "document": one.event,
        "note": one.note,
    }


def _things(event_id: int, one: Judged) -> list[dict[str, object]]:
    return [
        {
            "event_id": event_id,
            "number": number,
            "role": int(thing.role),
            "uri": thing.uri,
            "quantity": thing.quantity,
            "uom": thing.uom,
        }
        for number, thing in enumerate(one.things)
    ]


def _fields(event_id: int, one: Judged) -> list[dict[str, object]]:
    return [
        {
            "event_id": event_id,
            "number_in_event": number,
            "scope": int(field.scope),
            "name": field.name[:LONGEST_TEXT],
            "text": field.text[:LONGEST_TEXT].replace("\x00", ""),
            "number": field.number,
            "moment": field.moment,
            "uom": field.uom[:LONGEST_TEXT],
        }
        for number, field in enumerate(one.fields)
    ]


def _note_contradictions(session: Session, capture: Capture, event_ids: Sequence[str]) -> None:
    """Mark new events under whose id this facility was told another event before."""
    if not event_ids:
        return
    given = as_table([CapturedEvent.event_id], [{"event_id": one} for one in set(event_ids)])
    earlier = (
        select(CapturedEvent.event_id, func.min(CapturedEvent.id).label("first"))
        .join(given, given.c.event_id == CapturedEvent.event_id)
        .where(
            CapturedEvent.facility_id == capture.facility_id, CapturedEvent.declared_at.is_(None)
        )
        .group_by(CapturedEvent.event_id)
        .having(func.count() > 1)
        .subquery("earlier")
    )
    session.execute(
        update(CapturedEvent)
        .where(
            CapturedEvent.facility_id == capture.facility_id,
            CapturedEvent.event_id == earlier.c.event_id,
            CapturedEvent.capture_id == capture.id,
            CapturedEvent.declared_at.is_(None),
            CapturedEvent.id > earlier.c.first,
            CapturedEvent.note == "",
        )
        .values(note=OTHER_CONTENT)
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was wrong: faults of events, and why what came could not be announced."""

    faults: Sequence[Fault]
    refusal: str = ""


def finish(
    session: Session,
    capture: Capture,
    counts: Mapping[str, int],
    outcome: Outcome,
    *,
    now: datetime,
) -> None:
    """Close a capture with what was wrong, the first hundred faults by name."""
    shown = [
        {"position": fault.position, "where": fault.where, "why": fault.why}
        for fault in outcome.faults[:MOST_ERRORS]
    ]
    errors: Json = {"events": shown, "count": len(outcome.faults)} if shown else {}
    if outcome.refusal:
        errors["announcing"] = outcome.refusal
    session.execute(
        update(Capture)
        .where(Capture.id == capture.id)
        .values(finished_at=now, errors=errors, **counts)
    )


def take(session: Session, capture_id: int) -> Capture | None:
    """Return a capture that is still to be done, or None; a second worker waits for the first."""
    session.execute(text("SET LOCAL statement_timeout = '60s'"))
    return session.scalar(
        select(Capture)
        .where(Capture.id == capture_id, Capture.finished_at.is_(None))
        .options(undefer(Capture.body))
        .with_for_update(key_share=True)
    )


def capture_one(
    session: Session, actor: Actor, body: str, one: Judged, *, now: datetime
) -> CapturedEvent:
    """Capture one event at once, and return it; told again, the one that was told first."""
    capture = _at_once(session, actor, (body, 1), now)
    capture.stored = len(store(session, capture, [one], now=now))
    return session.scalars(
        select(CapturedEvent).where(
            CapturedEvent.facility_id == capture.facility_id,
            CapturedEvent.event_id == one.event_id,
            CapturedEvent.content == one.content,
        )
    ).one()


def capture_right(session: Session, actor: Actor, body: str, sent: Sent, *, now: datetime) -> None:
    """Capture what is right of a document at once, as its job does with ``proceed``."""
    capture = _at_once(session, actor, (body, len(sent.events)), now)
    right, wrong = judge(sent)
    counts = {"stored": len(store(session, capture, right, now=now))}
    finish(session, capture, counts, Outcome(faults=wrong), now=now)


def _at_once(session: Session, actor: Actor, sent: tuple[str, int], now: datetime) -> Capture:
    """Keep a document that no job is needed for, with its count of events."""
    capture = Capture(
        facility_id=actor.facility_id,
        user_id=actor.user_id,
        proceed=False,
        body=sent[0],
        created_at=now,
        finished_at=now,
        events=sent[1],
        errors={},
    )
    session.add(capture)
    session.flush()
    return capture
