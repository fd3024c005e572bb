"""Tables of bookings, what they occupy, their screening, and the exams performed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.booking.rules.screening import ScreeningKind, Verdict
from app.booking.rules.states import BookingState
from app.kernel.db import Base, Code, Json, key
from app.kernel.ids import (
    BookingId,
    DeviceId,
    ExamItemId,
    FacilityId,
    PatientId,
    PerformedExamId,
    UserId,
)


class Booking(Base):
    """A facility's claim on a machine for one patient's exam, [starts_at, ends_at) (预约单).

    The period includes set-up and turnover.
    """

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="starts_before_it_ends"),
        CheckConstraint("extract(epoch FROM starts_at) % 300 = 0", name="starts_on_tick"),
        CheckConstraint("extract(epoch FROM ends_at) % 300 = 0", name="ends_on_tick"),
        CheckConstraint(
            "state NOT IN ('in_progress', 'completed') OR started_at IS NOT NULL",
            name="began_at_a_moment",
        ),
        Index("ix_booking_facility", "facility_id", "starts_at", "id"),
        Index("ix_booking_device", "device_id", "starts_at"),
        Index(
            "uq_booking_in_progress",
            "device_id",
            unique=True,
            postgresql_where=text("state = 'in_progress'"),
        ),
    )

    id: Mapped[BookingId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    exam_item_id: Mapped[ExamItemId] = mapped_column(ForeignKey("exam_item.id"))
    patient_id: Mapped[PatientId] = mapped_column(ForeignKey("patient.id"), index=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    device_id: Mapped[DeviceId] = mapped_column(ForeignKey("device.id"))
    operator_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[BookingState]
    indication: Mapped[str]
    created_by: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    arrived_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class ResourceKind(StrEnum):
    """What can be in only one place at a time."""

    DEVICE = "device"
    OPERATOR = "operator"
    PATIENT = "patient"


class Resource(Base):
    """A machine, person or patient as something to be claimed; ``ref`` is its identity."""

    __tablename__ = "resource"
    __table_args__ = (UniqueConstraint("kind", "ref"),)

    id: Mapped[int] = key()
    kind: Mapped[ResourceKind]
    ref: Mapped[Code]


class Occupancy(Base):
    """One resource is taken for one tick; the primary key makes double booking impossible."""

    __tablename__ = "occupancy"

    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    tick: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[BookingId] = mapped_column(ForeignKey("booking.id"), index=True)


class ScreeningForm(Base):
    """A version of the questions asked before MR or contrast; never changed once asked."""

    __tablename__ = "screening_form"
    __table_args__ = (UniqueConstraint("kind", "version"),)

    id: Mapped[int] = key()
    kind: Mapped[ScreeningKind]
    version: Mapped[int]
    questions: Mapped[Json]


class ScreeningAnswer(Base):
    """What was answered for a booking, what it means, and who looked at it again."""

    __tablename__ = "screening_answer"
    __table_args__ = (
        UniqueConstraint("booking_id", "form_id"),
        CheckConstraint("(reviewed_at IS NULL) = (reviewed_by IS NULL)", name="reviewed_by_one"),
    )

    id: Mapped[int] = key()
    booking_id: Mapped[BookingId] = mapped_column(ForeignKey("booking.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("screening_form.id"))
    answers: Mapped[Json]
    verdict: Mapped[Verdict]
    causes: Mapped[Json]
    answered_by: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    answered_at: Mapped[datetime]
    reviewed_by: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    reviewed_at: Mapped[datetime | None]


class PerformedExam(Base):
    """An exam that took place (检查执行); rows are only ever added, charges hang on them."""

    __tablename__ = "performed_exam"
    __table_args__ = (
        CheckConstraint("started_at < ended_at", name="started_before_it_ended"),
        Index("ix_performed_exam_device", "device_id", "started_at"),
    )

    id: Mapped[PerformedExamId] = key()
    booking_id: Mapped[BookingId] = mapped_column(ForeignKey("booking.id"), unique=True)
    device_id: Mapped[DeviceId] = mapped_column(ForeignKey("device.id"))
    exam_item_id: Mapped[ExamItemId] = mapped_column(ForeignKey("exam_item.id"))
    operator_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    recorded_by: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]
