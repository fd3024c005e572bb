"""Bookings as lists, cards and the desk's day board show them: flat rows, one query each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Select, and_, cast, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.booking.models import Booking, ScreeningAnswer, ScreeningForm
from app.booking.rules.screening import Question, Verdict, restored
from app.booking.rules.states import HOLDING, BookingState
from app.catalogue.models import ExamItem
from app.equipment.models import BlockKind, Device, DeviceBlock
from app.kernel.actor import Actor, Permission
from app.kernel.ids import BookingId, DeviceId, FacilityId
from app.kernel.local_time import at_local, local_day
from app.kernel.ticks import tick_of
from app.network.models import Facility
from app.patients.models import Patient
from app.patients.rules import Sex, age_on, masked_phone


class Review(StrEnum):
    """Whether the desk must go through a patient's answers."""

    NONE = "none"
    WAITING = "waiting"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRow:
    """One booking; ``down`` says that a fault lies over it and it must be moved."""

    id: BookingId
    reference: str
    state: BookingState
    start: datetime
    end: datetime
    exam_code: str
    exam_name: str
    exam_item_id: int
    preparation_zh: str
    preparation_en: str
    indication: str
    device_id: DeviceId
    device_name: str
    centre_id: FacilityId
    centre_name: str
    facility_id: FacilityId
    facility_name: str
    operator_name: str
    patient_name: str
    patient_sex: Sex
    patient_age: int
    patient_phone: str
    review: Review
    down: bool

    @property
    def key(self) -> list[str | int]:
        """The sort key of lists."""
        return [tick_of(self.start), self.id]


_TICK = cast(func.extract("epoch", Booking.starts_at) / 300, BigInteger)


def _rows() -> Select[*tuple[Any, ...]]:
    """Select a booking with everything a row shows, in one statement."""
    clinic, centre = aliased(Facility), aliased(Facility)
    fault = exists().where(
        DeviceBlock.device_id == Booking.device_id,
        DeviceBlock.kind == BlockKind.FAULT,
        DeviceBlock.starts_at < Booking.ends_at,
        func.coalesce(DeviceBlock.ended_at, DeviceBlock.ends_at) > Booking.starts_at,
    )
    doubtful = and_(
        ScreeningAnswer.booking_id == Booking.id, ScreeningAnswer.verdict == Verdict.REVIEW
    )
    waiting = exists().where(doubtful, ScreeningAnswer.reviewed_at.is_(None))
    return (
        select(
            Booking,
            ExamItem,
            Device,
            clinic.name,
            centre.name,
            UserAccount.name,
            Patient,
            exists().where(doubtful),
            waiting,
            and_(Booking.state.in_(HOLDING), fault),
        )
        .join(ExamItem, ExamItem.id == Booking.exam_item_id)
        .join(Device, Device.id == Booking.device_id)
        .join(clinic, clinic.id == Booking.facility_id)
        .join(centre, centre.id == Device.facility_id)
        .join(UserAccount, UserAccount.id == Booking.operator_id)
        .join(Patient, Patient.id == Booking.patient_id)
    )


def _row(actor: Actor, row: Any) -> BookingRow:
    booking, exam, device, clinic, centre, operator, patient, doubtful, waiting, down = row
    takes_part = not actor.facility_ids.isdisjoint({booking.facility_id, device.facility_id})
    return BookingRow(
        id=booking.id,
        reference=booking.reference,
        state=booking.state,
        start=booking.starts_at,
        end=booking.ends_at,
        exam_code=exam.code,
        exam_name=exam.name,
        exam_item_id=exam.id,
        preparation_zh=exam.preparation_zh,
        preparation_en=exam.preparation_en,
        indication=booking.indication if takes_part else "",
        device_id=device.id,
        device_name=device.name,
        centre_id=device.facility_id,
        centre_name=centre,
        facility_id=booking.facility_id,
        facility_name=clinic,
        operator_name=operator,
        patient_name=patient.name if takes_part else patient.name[:1] + "**",
        patient_sex=patient.sex,
        patient_age=age_on(patient.birth_date, local_day(booking.starts_at)),
        patient_phone=masked_phone(patient.phone),
        review=Review.WAITING if waiting else Review.DONE if doubtful else Review.NONE,
        down=down,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFilter:
    """Which bookings a list shows; ``after`` is the last row's ``key``."""

    first_day: date | None = None
    states: frozenset[BookingState] | None = None
    search: str = ""
    after: tuple[str | int, ...] | None = None


def list_bookings(
    session: Session, actor: Actor, chosen: BookingFilter, *, limit: int
) -> list[BookingRow]:
    """Return bookings the actor takes part in or oversees, soonest first."""
    statement = _rows().order_by(_TICK, Booking.id).limit(limit)
    if scope := _scope(actor):
        statement = statement.where(or_(*scope))
    if chosen.first_day is not None:
        statement = statement.where(Booking.starts_at >= at_local(chosen.first_day, time.min))
    if chosen.states is not None:
        statement = statement.where(Booking.state.in_(chosen.states))
    if chosen.search:
        statement = statement.where(or_(*_search(chosen.search)))
    if chosen.after is not None:
        statement = statement.where(tuple_(_TICK, Booking.id) > chosen.after)
    return [_row(actor, row) for row in session.execute(statement)]


def _scope(actor: Actor) -> list[Any]:
    if actor.may(Permission.COUNTY_READ):
        return []
    own: Collection[FacilityId] = actor.facility_ids
    return [Booking.facility_id.in_(own), Device.facility_id.in_(own)]


def _search(wanted: str) -> list[Any]:
    return [
        Patient.name.startswith(wanted, autoescape=True),
        Patient.pinyin.startswith(wanted.lower(), autoescape=True),
        Booking.reference == wanted.upper(),
    ]


def find_booking(session: Session, actor: Actor, booking_id: BookingId) -> BookingRow:
    """Return the row of a booking that ``get_booking`` has let the actor see."""
    return _row(actor, session.execute(_rows().where(Booking.id == booking_id)).one())


def doubtful_questions(session: Session, booking_id: BookingId) -> list[Question]:
    """Return the screening questions whose answers the desk must go through."""
    rows = session.execute(
        select(ScreeningForm.questions, ScreeningAnswer.causes)
        .join(ScreeningForm, ScreeningForm.id == ScreeningAnswer.form_id)
        .where(ScreeningAnswer.booking_id == booking_id, ScreeningAnswer.verdict == Verdict.REVIEW)
        .order_by(ScreeningForm.kind.desc())
    )
    return [
        question
        for questions, causes in rows
        for question in map(restored, questions["questions"])
        if question.code in causes["codes"]
    ]


def day_board(session: Session, actor: Actor, day: date) -> list[BookingRow]:
    """Return the day's bookings on the machines of the actor's own centre, by time."""
    start = at_local(day, time.min)
    statement = (
        _rows()
        .where(
            Device.facility_id.in_(actor.facility_ids),
            Booking.starts_at >= start,
            Booking.starts_at < start + timedelta(days=1),
            Booking.state != BookingState.CANCELLED,
        )
        .order_by(Booking.starts_at, Booking.device_id, Booking.id)
    )
    return [_row(actor, row) for row in session.execute(statement)]


def day_bookings(session: Session, actor: Actor, day: date) -> list[BookingRow]:
    """Return everybody's bookings of a day that hold or held a machine, for the calendar."""
    start = at_local(day, time.min)
    shown = Booking.state.in_([*HOLDING, BookingState.COMPLETED, BookingState.ABORTED])
    statement = _rows().where(
        Booking.starts_at >= start, Booking.starts_at < start + timedelta(days=1), shown
    )
    ordered = statement.order_by(Booking.device_id, Booking.starts_at)
    return [_row(actor, row) for row in session.execute(ordered)]
