"""Tell a platform: claim messages, and keep what became of each; a claim is a lease.

Between the claim and the answer lies the network, outside every transaction. Whoever claims
stores the message's number of this attempt first; only an answer to that number counts. Who
dies in between leaves a claim whose lease runs out: the message may have been taken, so it
is *unknown* and asked for, never told again blindly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session, aliased

from app.kernel.ids import UploadId
from app.kernel.local_time import local
from app.uploads import queries
from app.uploads.models import Upload, UploadNote
from app.uploads.rules import (
    Facts,
    Gap,
    Outcome,
    Profile,
    UploadFault,
    UploadState,
    UploadStep,
    delay_after,
    fill,
    fill_message,
    message_id,
)
from app.uploads.rules.answers import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One attempt: what is sent under which number."""

    upload_id: UploadId
    msgid: str
    body: Mapping[str, Any]


def expire(session: Session, profile: Profile, *, now: datetime) -> int:
    """Make claims whose holder fell silent unknown; return how many."""
    lost = session.execute(
        update(Upload)
        .where(Upload.state == UploadState.CLAIMED, Upload.lease_until < now)
        .values(
            state=UploadState.UNKNOWN,
            lease_until=None,
            next_try_at=Upload.lease_until + profile.patience.quiet,
        )
        .returning(Upload.id, Upload.msgid)
        .execution_options(synchronize_session=False)
    ).all()
    for upload_id, msgid in lost:
        note(session, upload_id, UploadStep.UNANSWERED, (msgid, "lease"), now=now)
    return len(lost)


def claim(session: Session, profile: Profile, size: int, *, now: datetime) -> list[Telling]:
    """Take the next messages that are due; what lacks a field is blocked and not taken."""
    rows = _due(session, Upload.state == UploadState.PENDING, size, now=now)
    if len(rows) < size:
        lacking = (Upload.state == UploadState.FAILED) & (Upload.fault == UploadFault.MISSING)
        rows += _due(session, lacking, size - len(rows), now=now)
    facts = queries.find_facts(session, [row.id for row in rows]) if rows else {}
    claimed = []
    for row in rows:
        telling = _take(session, profile, (row, facts[row.id]), now=now)
        if telling is not None:
            claimed.append(telling)
    session.flush()
    return claimed


def record(
    session: Session, profile: Profile, telling: Telling, answer: Answer, *, now: datetime
) -> bool:
    """Keep how an attempt ended; return whether it still mattered.

    An answer that comes after the lease ran out still counts while its number is the last.
    """
    values = _became(profile, answer, now=now)
    row = session.execute(
        update(Upload)
        .where(
            Upload.id == telling.upload_id,
            Upload.msgid == telling.msgid,
            Upload.state.in_((UploadState.CLAIMED, UploadState.UNKNOWN)),
        )
        .values(**values, lease_until=None)
        .returning(Upload.attempts)
        .execution_options(synchronize_session=False)
    ).first()
    if row is None:
        return False
    if answer.outcome is Outcome.NOT_SENT:
        _put_off(session, profile, telling, row.attempts, now=now)
    step = STEPS.get(answer.outcome)
    if step is not None and (step is not UploadStep.PUT_OFF or row.attempts == 1):
        told = (telling.msgid, answer.text)
        note(session, telling.upload_id, step, told, now=now)
    return True


STEPS = {
    Outcome.REFUSED: UploadStep.REFUSED,
    Outcome.UNANSWERED: UploadStep.UNANSWERED,
    Outcome.NOT_SENT: UploadStep.PUT_OFF,
}


def note(
    session: Session,
    upload_id: UploadId,
    step: UploadStep,
    told: tuple[str, str],
    *,
    now: datetime,
) -> None:
    """Write one line of a message's timeline: the attempt's number and what was said."""
    msgid, text = told
    session.add(UploadNote(upload_id=upload_id, step=step, happened_at=now, msgid=msgid, told=text))


def envelope(
    profile: Profile, number: str, facts: Facts, upload_id: UploadId, *, now: datetime
) -> tuple[Mapping[str, Any], Sequence[Gap], str]:
    """Fill what stands around every message; return it, its gaps and the attempt's number."""
    institution = facts.values.get("facility.insurance_code")
    msgid = message_id(str(institution), upload_id, at=local(now)) if institution else ""
    known = {**facts.values, "message": number, "message.id": msgid, "now": now}
    filled = fill(profile.envelope, Facts(values=known))
    return filled.body, filled.gaps, msgid


def _due(session: Session, state: ColumnElement[bool], size: int, *, now: datetime) -> list[Upload]:
    before = aliased(Upload)
    told = select(before.id).where(before.id == Upload.after_id, before.state == UploadState.ACKED)
    return list(
        session.scalars(
            select(Upload)
            .where(
                state,
                Upload.next_try_at <= now,
                or_(Upload.after_id.is_(None), told.exists()),
            )
            .order_by(Upload.next_try_at, Upload.id)
            .limit(size)
            .with_for_update(skip_locked=True, of=Upload)
            .execution_options(populate_existing=True)
        )
    )


def _take(
    session: Session, profile: Profile, what: tuple[Upload, Facts], *, now: datetime
) -> Telling | None:
    row, facts = what
    message = profile.messages[row.kind]
    around, gaps, msgid = envelope(profile, message.number, facts, row.id, now=now)
    filled = fill_message(message, facts)
    row.code_count = len(facts.codes)
    unnumbered = not msgid  # follows from the institution, which is named anyway
    named = [gap for gap in gaps if not (unnumbered and gap.fact == "message.id")]
    lacking = [*named, *filled.gaps]
    if lacking:
        _block(session, profile, row, lacking, now=now)
        return None
    body = {**around, "input": dict(filled.body)}
    row.state, row.lease_until = UploadState.CLAIMED, now + profile.patience.lease
    row.attempts, row.msgid, row.sent_at = row.attempts + 1, msgid, now
    row.fault, row.fault_field, row.fault_text = UploadFault.NONE, "", ""
    row.body = body
    return Telling(upload_id=row.id, msgid=msgid, body=body)


def _block(
    session: Session, profile: Profile, row: Upload, gaps: Sequence[Gap], *, now: datetime
) -> None:
    """Fail a message that lacks a field; it is looked at again when the delay is over."""
    names = ", ".join(gap.field for gap in gaps)
    if row.fault_text != names:
        note(session, row.id, UploadStep.BLOCKED, ("", names), now=now)
    row.state, row.next_try_at = UploadState.FAILED, now + profile.patience.first_delay
    row.fault, row.fault_field, row.fault_text = gaps[0].fault, gaps[0].fact, names


def _became(profile: Profile, answer: Answer, *, now: datetime) -> dict[str, Any]:
    if answer.outcome is Outcome.TAKEN:
        return {"state": UploadState.ACKED, "settled_at": now, "receipt": answer.receipt}
    if answer.outcome is Outcome.NOT_SENT:
        return {"state": UploadState.PENDING}
    if answer.outcome is Outcome.REFUSED and not any(
        word in answer.text for word in profile.already
    ):
        return {
            "state": UploadState.FAILED,
            "fault": UploadFault.REFUSED,
            "fault_text": answer.text,
        }
    return {"state": UploadState.UNKNOWN, "next_try_at": now + profile.patience.quiet}


def _put_off(
    session: Session, profile: Profile, telling: Telling, attempts: int, *, now: datetime
) -> None:
    patience = profile.patience
    wait = delay_after(attempts, patience.first_delay, patience.longest_delay)
    session.execute(
        update(Upload)
        .where(Upload.id == telling.upload_id)
        .values(next_try_at=now + wait)
        .execution_options(synchronize_session=False)
    )
