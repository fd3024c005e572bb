"""Settle what is unknown: ask the platform whether it took a message, then believe it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.kernel.ids import UploadId
from app.uploads import queries
from app.uploads.models import Upload
from app.uploads.rules import (
    Facts,
    Outcome,
    Profile,
    UploadState,
    UploadStep,
    delay_after,
    fill_query,
    is_found,
)
from app.uploads.rules.answers import Answer
from app.uploads.service.telling import envelope, note


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A question about one attempt, and how the answer is read."""

    upload_id: UploadId
    msgid: str
    attempts: int
    batch: str
    query: str
    taken_when_gone: bool
    body: Mapping[str, Any]


def claim_unknown(session: Session, profile: Profile, size: int, *, now: datetime) -> list[Asking]:
    """Take the next unknown messages to ask for; not before the platform must be done."""
    rows = session.scalars(
        select(Upload)
        .where(
            Upload.state == UploadState.UNKNOWN,
            Upload.next_try_at <= now,
            or_(Upload.lease_until.is_(None), Upload.lease_until < now),
        )
        .order_by(Upload.next_try_at, Upload.id)
        .limit(size)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    facts = queries.find_facts(session, [row.id for row in rows]) if rows else {}
    asked = []
    for row in rows:
        row.lease_until = now + profile.patience.lease
        asked.append(_asking(profile, row, facts[row.id], now=now))
    session.flush()
    return asked


def settle(
    session: Session, profile: Profile, asking: Asking, answer: Answer, *, now: datetime
) -> UploadState | None:
    """Keep what the platform says; return the new state, None if somebody settled it before.

    What it does not have is told again. Only the attempt that was asked for is settled.
    """
    found = _found(profile, asking, answer)
    if found is None:
        values = {"state": UploadState.UNKNOWN, "next_try_at": now + _wait(profile, asking)}
    elif found is not asking.taken_when_gone:
        values = {
            "state": UploadState.ACKED,
            "settled_at": now,
            "receipt": answer.receipt,
        }
    else:
        values = {"state": UploadState.PENDING, "next_try_at": now}
    settled = session.scalars(
        update(Upload)
        .where(
            Upload.id == asking.upload_id,
            Upload.msgid == asking.msgid,
            Upload.state == UploadState.UNKNOWN,
        )
        .values(**values, lease_until=None)
        .returning(Upload.state)
        .execution_options(synchronize_session=False)
    ).first()
    if settled is not None and found is not None:
        step = UploadStep.FOUND if found else UploadStep.NOT_FOUND
        note(session, asking.upload_id, step, (asking.msgid, answer.text), now=now)
    return settled


def _asking(profile: Profile, row: Upload, facts: Facts, *, now: datetime) -> Asking:
    message = profile.messages[row.kind]
    query = profile.queries[message.query]
    around, _, _ = envelope(profile, query.number, facts, row.id, now=now)
    body = {**around, "input": dict(fill_query(query, facts).body)}
    return Asking(
        upload_id=row.id,
        msgid=row.msgid,
        attempts=row.attempts,
        batch=str(facts.values["batch"]),
        query=message.query,
        taken_when_gone=message.taken_when_gone,
        body=body,
    )


def _found(profile: Profile, asking: Asking, answer: Answer) -> bool | None:
    """Say whether the platform has the message; None when it did not say."""
    if answer.outcome is Outcome.TAKEN:
        return is_found(profile.queries[asking.query], answer.output, asking.batch)
    if answer.outcome is Outcome.REFUSED and any(word in answer.text for word in profile.nothing):
        return False
    return None


def _wait(profile: Profile, asking: Asking) -> Any:
    patience = profile.patience
    return delay_after(asking.attempts, patience.first_delay, patience.longest_delay)
