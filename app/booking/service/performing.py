"""The day at the imaging desk: arrived, started, done, missed, broken off."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.booking.errors import DeviceBusy, NotDueYet, OperatorNotCertified
from app.booking.models import Booking, PerformedExam
from app.booking.rules.states import Step
from app.booking.service import claiming, screening
from app.booking.service.lookup import advance, get_booking_at_centre
from app.catalogue.models import ExamItem
from app.equipment import service as equipment
from app.equipment.models import Device
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.db import refusing
from app.kernel.history import Change
from app.kernel.local_time import local_day


def arrive(session: Session, actor: Actor, reference: str, *, now: datetime) -> Booking:
    """Note that the patient is here; the operator's certificate is checked again.

    Raises:
        NotFound, WrongState: not this centre's, or not waiting for the patient.
        OperatorNotCertified: the certificate ended or was revoked since the booking.
    """
    booking, device = get_booking_at_centre(session, actor, reference)
    _recheck_operator(session, booking, device, now)
    advance(session, booking, Step.ARRIVE, arrived_at=now)
    _record(session, actor, booking, "arrived", now)
    return booking


def _recheck_operator(session: Session, booking: Booking, device: Device, now: datetime) -> None:
    contrast = session.scalars(
        select(ExamItem.with_contrast).where(ExamItem.id == booking.exam_item_id)
    ).one()
    certificates = equipment.certificates_of(session, booking.operator_id, device.modality)
    if not any(c.covers(local_day(now), contrast=contrast) for c in certificates):
        raise OperatorNotCertified(device.name, field="operator_id")


def review_screening(session: Session, actor: Actor, reference: str, *, now: datetime) -> Booking:
    """Note that the desk went through the doubtful answers with the patient."""
    booking, _ = get_booking_at_centre(session, actor, reference)
    screening.review(session, actor, booking, now=now)
    _record(session, actor, booking, "screening-reviewed", now)
    return booking


def start(session: Session, actor: Actor, reference: str, *, now: datetime) -> Booking:
    """Begin the exam; a machine does one at a time.

    Raises:
        NotFound, WrongState: not this centre's, or the patient has not arrived.
        ScreeningUnreviewed: doubtful answers wait for the desk.
        DeviceBusy: another exam is in progress.
    """
    booking, device = get_booking_at_centre(session, actor, reference)
    screening.require_review(session, booking)
    with refusing(session, "uq_booking_in_progress", DeviceBusy(device.name)):
        advance(session, booking, Step.START, started_at=now)
    _record(session, actor, booking, "started", now)
    return booking


def complete(session: Session, actor: Actor, reference: str, *, now: datetime) -> PerformedExam:
    """Record that the exam took place, and free what is left of its time.

    ``billing`` calls this and charges in the same transaction; no other edge does.

    Raises:
        NotFound, WrongState: not this centre's, or the exam has not begun.
    """
    booking, _ = get_booking_at_centre(session, actor, reference)
    advance(session, booking, Step.COMPLETE, closed_at=now)
    claiming.let_go(session, booking, since=now)
    performed = PerformedExam(
        booking_id=booking.id,
        device_id=booking.device_id,
        exam_item_id=booking.exam_item_id,
        operator_id=booking.operator_id,
        started_at=booking.started_at,
        ended_at=now,
        recorded_by=actor.user_id,
        recorded_at=now,
    )
    session.add(performed)
    session.flush()
    _record(session, actor, booking, "completed", now)
    return performed


def abort(session: Session, actor: Actor, reference: str, reason: str, *, now: datetime) -> Booking:
    """Break an exam off; nothing is charged."""
    booking, _ = get_booking_at_centre(session, actor, reference)
    advance(session, booking, Step.ABORT, closed_at=now)
    claiming.let_go(session, booking, since=now)
    change = Change(subject=("booking", booking.id), action="aborted", reason=reason)
    history.record(session, actor, change, now=now)
    return booking


def miss(session: Session, actor: Actor, reference: str, *, now: datetime) -> Booking:
    """Note that the patient did not come.

    Raises:
        NotFound, WrongState: not this centre's, or not waiting for the patient.
        NotDueYet: the exam has not begun.
    """
    booking, _ = get_booking_at_centre(session, actor, reference)
    if now < booking.starts_at:
        raise NotDueYet(booking.reference)
    advance(session, booking, Step.MISS, closed_at=now)
    claiming.let_go(session, booking, since=now)
    _record(session, actor, booking, "no-show", now)
    return booking


def _record(session: Session, actor: Actor, booking: Booking, action: str, now: datetime) -> None:
    history.record(session, actor, Change(subject=("booking", booking.id), action=action), now=now)
