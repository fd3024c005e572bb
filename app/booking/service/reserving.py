"""Reserve an exam, move it, and give it back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from app.booking.errors import (
    ExamNotPriced,
    OperatorTaken,
    PatientConflict,
    SlotTaken,
    TravelTime,
)
from app.booking.models import Booking
from app.booking.queries import slots
from app.booking.queries.slots import SlotQuery
from app.booking.rules import periods
from app.booking.rules.screening import Answer
from app.booking.rules.states import BookingState, Step
from app.booking.service import claiming, screening
from app.booking.service.claiming import Wanted
from app.booking.service.lookup import advance, get_own_booking
from app.catalogue import queries as catalogue
from app.catalogue.models import ExamItem
from app.equipment import service as equipment
from app.equipment.errors import DeviceNotLicensed, DeviceUnfit
from app.equipment.models import Device
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.db import Json
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import DeviceId, ExamItemId, PatientId, UserId
from app.kernel.local_time import local
from app.kernel.numbering import issue_number
from app.patients import service as patients
from app.patients.models import Patient

ALTERNATIVES = 3
ALTERNATIVE_DAYS = 7
NOT_FREE = (SlotTaken, OperatorTaken, PatientConflict, TravelTime)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRequest:
    """What a clinic asks for; ``answers`` holds each screening form's answers by its kind."""

    exam_item_id: ExamItemId
    device_id: DeviceId
    patient_id: PatientId
    start: datetime
    operator_id: UserId | None = None
    indication: str = ""
    answers: Mapping[str, Mapping[str, Answer]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRequest:
    """Where a booking goes instead."""

    device_id: DeviceId
    start: datetime
    operator_id: UserId | None = None


def get_exam(session: Session, exam_item_id: ExamItemId) -> ExamItem:
    """Return an exam of the catalogue.

    Raises:
        NotFound: there is none under this key.
    """
    exam = session.get(ExamItem, exam_item_id)
    if exam is None:
        raise NotFound("exam")
    return exam


def reserve(session: Session, actor: Actor, request: BookingRequest, *, now: datetime) -> Booking:
    """Book an exam for a patient of the actor's facility, operator included.

    Raises:
        NotFound: no such exam or machine, or the patient is another facility's.
        Contraindication, ScreeningIncomplete: the answers stop the exam, or are missing.
        SlotTaken and the other refusals of ``claim``, conflicts with three alternatives.
    """
    exam = get_exam(session, request.exam_item_id)
    device = equipment.get_device(session, request.device_id)
    patient = patients.get_patient(session, actor, request.patient_id)
    wanted = Wanted(
        exam=exam,
        device=device,
        identity=patient.identity,
        start=request.start,
        operator_id=request.operator_id,
    )
    _check_offer(session, wanted, now)
    judged = screening.judge_answers(session, wanted, request.answers, now=now)
    claimed = _claim_or_advise(session, wanted, None, now)
    booking = Booking(
        reference=issue_number(session, "BK", now=now),
        exam_item_id=exam.id,
        patient_id=patient.id,
        facility_id=actor.facility_id,
        device_id=device.id,
        operator_id=claimed.operator_id,
        starts_at=wanted.start,
        ends_at=wanted.end,
        state=BookingState.BOOKED,
        indication=request.indication,
        created_by=actor.user_id,
        created_at=now,
    )
    session.add(booking)
    session.flush()
    claiming.occupy(session, booking, claimed)
    screening.store(session, actor, booking, judged, now=now)
    change = Change(subject=("booking", booking.id), action="booked", after=_place(booking, device))
    history.record(session, actor, change, now=now)
    return booking


def _place(booking: Booking, device: Device) -> Json:
    return {"device": device.name, "start": f"{local(booking.starts_at):%Y-%m-%d %H:%M}"}


def _check_offer(session: Session, wanted: Wanted, now: datetime) -> None:
    """Refuse what no time of day could mend."""
    periods.check_start(wanted.start, now)
    device, exam = wanted.device, wanted.exam
    if device.modality is not exam.modality or (exam.with_contrast and not device.has_injector):
        raise DeviceUnfit(device.name, field="device_id")
    if wanted.day > device.licensed_until:
        raise DeviceNotLicensed(device.name, field="start")
    if catalogue.price_on(session, exam.id, wanted.day) is None:
        raise ExamNotPriced(exam.name, field="exam_item_id")


def _claim_or_advise(
    session: Session, wanted: Wanted, leaving: Booking | None, now: datetime
) -> claiming.Claim:
    """Claim the period; a refusal names the nearest free ones instead.

    The search for them runs after the locks are given back.
    """
    try:
        with session.begin_nested():
            return claiming.claim(session, wanted, leaving=leaving)
    except NOT_FREE as refusal:
        refusal.data["alternatives"] = alternatives(session, wanted, now=now)
        raise


def alternatives(session: Session, wanted: Wanted, *, now: datetime) -> list[Json]:
    """Return the three free slots of the exam nearest to the one that was wanted."""
    days = slots.bookable_days(wanted.day, ALTERNATIVE_DAYS, now)
    query = SlotQuery(exam=wanted.exam, days=days, now=now, identity=wanted.identity)
    devices = slots.fitting_devices(session, wanted.exam)
    names = {device.id: device.name for device in devices}
    starts = slots.free_starts(session, query, devices)
    found = slots.nearest(starts, wanted.ticks, wanted.start, ALTERNATIVES)
    return [
        {
            "device_id": slot.device_id,
            "device": names[slot.device_id],
            "start": slot.start.isoformat(),
            "end": slot.end.isoformat(),
        }
        for slot in found
    ]


def move(
    session: Session, actor: Actor, reference: str, request: MoveRequest, *, now: datetime
) -> Booking:
    """Give a booking another time, machine or operator; it is never without a place.

    The screening answers are judged again for the new machine and day.

    Raises:
        NotFound, WrongState: not the actor's, or the patient is being examined already.
        SlotTaken and the other refusals of ``reserve``.
    """
    booking, old = get_own_booking(session, actor, reference)
    advance(session, booking, Step.MOVE, arrived_at=None)
    wanted = Wanted(
        exam=get_exam(session, booking.exam_item_id),
        device=equipment.get_device(session, request.device_id),
        identity=session.get_one(Patient, booking.patient_id).identity,
        start=request.start,
        operator_id=request.operator_id,
    )
    _check_offer(session, wanted, now)
    screening.judge_again(session, booking, wanted, now=now)
    claimed = _claim_or_advise(session, wanted, booking, now)
    before = _place(booking, old)
    booking.device_id, booking.operator_id = wanted.device.id, claimed.operator_id
    booking.starts_at, booking.ends_at = wanted.start, wanted.end
    session.flush()
    claiming.occupy(session, booking, claimed)
    after = _place(booking, wanted.device)
    change = Change(subject=("booking", booking.id), action="moved", before=before, after=after)
    history.record(session, actor, change, now=now)
    return booking


def cancel(
    session: Session, actor: Actor, reference: str, reason: str, *, now: datetime
) -> Booking:
    """Give a booking back; its time is free at once.

    Raises:
        NotFound, WrongState: not the actor's, or the exam has begun.
    """
    booking, _ = get_own_booking(session, actor, reference)
    advance(session, booking, Step.CANCEL, closed_at=now)
    claiming.let_go(session, booking)
    change = Change(subject=("booking", booking.id), action="cancelled", reason=reason)
    history.record(session, actor, change, now=now)
    return booking
