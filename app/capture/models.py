"""Tables of capture: devices, what they did, how it was answered, and patients to call back."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.capture.rules import Act, Outcome
from app.kernel.db import Base, Code, Json, key
from app.kernel.ids import CallBackId, CaptureDeviceId, CapturedId, FacilityId, UserId


class CaptureDevice(Base):
    """A device that captures by itself; ``following`` is the first number it has not sent."""

    __tablename__ = "capture_device"
    __table_args__ = (CheckConstraint("following > 0", name="counts_from_one"),)

    id: Mapped[CaptureDeviceId] = key()
    code: Mapped[Code] = mapped_column(unique=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    following: Mapped[int] = mapped_column(BigInteger, default=1)


class CapturedEvent(Base):
    """One act of a device, as it was told; rows are only ever added.

    ``event_time`` is the device's clock, ``recorded_at`` ours. ``digest`` tells a repeat from
    another act under an old number.
    """

    __tablename__ = "captured_event"
    __table_args__ = (UniqueConstraint("device_id", "device_seq"),)

    id: Mapped[CapturedId] = key()
    device_id: Mapped[CaptureDeviceId] = mapped_column(ForeignKey("capture_device.id"))
    device_seq: Mapped[int] = mapped_column(BigInteger)
    client_event_id: Mapped[Code] = mapped_column(unique=True)
    digest: Mapped[Code]
    act: Mapped[Act]
    event_time: Mapped[datetime]
    recorded_at: Mapped[datetime]
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    told: Mapped[Json]


class CaptureAnswer(Base):
    """How an act was answered, once and for all; one without an answer waits for its turn."""

    __tablename__ = "capture_answer"
    __table_args__ = (
        CheckConstraint("outcome <> 'waiting'", name="final"),
        CheckConstraint("(outcome = 'accepted') = (refusal = '')", name="refused_with_a_code"),
        Index(
            "ix_capture_answer_conflict",
            "event_id",
            postgresql_where=text("outcome = 'conflict-later'"),
        ),
    )

    event_id: Mapped[CapturedId] = mapped_column(
        ForeignKey("captured_event.id"), primary_key=True, autoincrement=False
    )
    outcome: Mapped[Outcome]
    late: Mapped[bool]
    refusal: Mapped[Code] = mapped_column(default="")
    family: Mapped[Code] = mapped_column(default="")
    details: Mapped[Json] = mapped_column(default=dict)
    answered_at: Mapped[datetime]


class CallBack(Base):
    """A patient to call back: the pack they were given was recalled or given twice (回访)."""

    __tablename__ = "call_back"
    __table_args__ = (
        CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name="done_by_somebody"),
        CheckConstraint("done_at IS NULL OR result <> ''", name="done_with_a_result"),
        UniqueConstraint("event_id", "code"),
        Index("ix_call_back_list", "facility_id", "id"),
    )

    id: Mapped[CallBackId] = key()
    event_id: Mapped[CapturedId] = mapped_column(ForeignKey("captured_event.id"))
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    code: Mapped[Code]
    why: Mapped[Code]
    opened_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    result: Mapped[str] = mapped_column(default="")
