"""What people see of the exchange: documents that came, and whom we call."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from app.accounts.models import UserAccount
from app.epcis.models import Capture, Subscription
from app.kernel.actor import Actor, Permission
from app.kernel.jobs import Job, JobState
from app.network.models import Facility

SHOWN_FAULTS = 10


class CaptureOutcome(StrEnum):
    """What became of a document that came (采集结果)."""

    RUNNING = "running"
    TAKEN = "taken"
    PARTLY = "partly"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one event, counted from one."""

    number: int
    where: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRow:
    """A document that came: from whom, and what became of it."""

    id: int
    created_at: datetime
    facility: str
    sender: str
    outcome: CaptureOutcome
    events: int
    stored: int
    announced: int
    wrong: int
    faults: list[Fault]
    not_announced: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberRow:
    """Somebody we call, and whether calls arrive."""

    query_name: str
    facility: str
    dest: str
    is_stream: bool
    notified_at: datetime | None
    failures: int
    fault: str


def list_documents(
    session: Session, actor: Actor, which: tuple[bool, int | None], size: int
) -> list[CaptureRow]:
    """Return documents that came, newest first, one more than ``size``.

    ``which`` says whether to list only those with trouble, and before which key.
    """
    only_troubled, before = which
    troubled = or_(Capture.errors != {}, Job.state == JobState.FAILED)
    rows = session.execute(
        select(Capture, Job.state, Facility.name, UserAccount.name)
        .join(Facility, Facility.id == Capture.facility_id)
        .join(UserAccount, UserAccount.id == Capture.user_id)
        .outerjoin(Job, Job.id == Capture.job_id)
        .where(
            _own(actor, Capture.facility_id),
            true() if before is None else Capture.id < before,
            troubled if only_troubled else true(),
        )
        .order_by(Capture.id.desc())
        .limit(size + 1)
    )
    return [_document(*row) for row in rows]


def list_subscribers(session: Session, actor: Actor) -> list[SubscriberRow]:
    """Return whom we call, those first whom calls do not reach."""
    rows = session.execute(
        select(Subscription, Facility.name)
        .join(Facility, Facility.id == Subscription.facility_id)
        .where(_own(actor, Subscription.facility_id), Subscription.ended_at.is_(None))
        .order_by(Subscription.failures.desc(), Subscription.id)
        .limit(100)
    )
    return [
        SubscriberRow(
            query_name=one.query_name,
            facility=facility,
            dest=one.dest,
            is_stream=not one.schedule,
            notified_at=one.notified_at,
            failures=one.failures,
            fault=one.fault,
        )
        for one, facility in rows
    ]


def _own(actor: Actor, column: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.in_(actor.facility_ids)
    return true() if actor.may(Permission.COUNTY_READ) else found


def _document(one: Capture, job: JobState | None, facility: str, sender: str) -> CaptureRow:
    faults = one.errors.get("events", [])
    return CaptureRow(
        id=one.id,
        created_at=one.created_at,
        facility=facility,
        sender=sender,
        outcome=_outcome(one, job),
        events=one.events,
        stored=one.stored,
        announced=one.announced,
        wrong=one.errors.get("count", 0),
        faults=[
            Fault(number=fault["position"] + 1, where=fault["where"], why=fault["why"])
            for fault in faults[:SHOWN_FAULTS]
        ],
        not_announced=one.errors.get("announcing", ""),
    )


def _outcome(one: Capture, job: JobState | None) -> CaptureOutcome:
    if job is JobState.FAILED:
        return CaptureOutcome.FAILED
    if one.finished_at is None:
        return CaptureOutcome.RUNNING
    if not one.errors.get("events"):
        return CaptureOutcome.TAKEN
    return CaptureOutcome.PARTLY if one.stored else CaptureOutcome.REFUSED
