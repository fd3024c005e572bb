"""Tables of shared machines, their hours, blocks and log, and the people who may run them."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.catalogue.models import Modality
from app.kernel.db import Base, Code, key
from app.kernel.ids import DeviceId, FacilityId, UserId
from app.kernel.ticks import MASK_BYTES


class DeviceStatus(StrEnum):
    """Whether a machine is offered at all."""

    IN_OPERATION = "in_operation"
    RETIRED = "retired"


class Funding(StrEnum):
    """Who paid for a machine."""

    OWN = "own"
    DONATION = "donation"
    LEASE_TO_OWN = "lease_to_own"
    SUBSIDY = "subsidy"


class Device(Base):
    """One physical machine that several facilities share (共享设备), at its equipment centre."""

    __tablename__ = "device"
    __table_args__ = (
        CheckConstraint("length(ae_title) BETWEEN 1 AND 16", name="ae_title_length"),
        CheckConstraint("bore_cm > 0 AND most_patient_kg > 0", name="limits"),
    )

    id: Mapped[DeviceId] = key()
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[str]
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), index=True)
    modality: Mapped[Modality]
    model: Mapped[str]
    ae_title: Mapped[Code] = mapped_column(unique=True)
    has_injector: Mapped[bool]
    field_millitesla: Mapped[int | None]
    bore_cm: Mapped[int]
    most_patient_kg: Mapped[int]
    licensed_until: Mapped[date]
    funding: Mapped[Funding]
    status: Mapped[DeviceStatus] = mapped_column(default=DeviceStatus.IN_OPERATION)
    is_demo: Mapped[bool] = mapped_column(default=False)


class DeviceHours(Base):
    """Local hours in which a machine is planned to run on a weekday (0 is Monday), while valid."""

    __tablename__ = "device_hours"
    __table_args__ = (
        UniqueConstraint("device_id", "weekday", "opens_at", "valid_from"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),
    )

    id: Mapped[int] = key()
    device_id: Mapped[DeviceId] = mapped_column(ForeignKey("device.id"))
    weekday: Mapped[int]
    opens_at: Mapped[time]
    closes_at: Mapped[time]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


class BlockKind(StrEnum):
    """Why a machine is set aside."""

    MAINTENANCE = "maintenance"
    QUALITY_CONTROL = "quality_control"
    FAULT = "fault"


class DeviceBlock(Base):
    """Time in which a machine is not offered, [starts_at, ends_at) or until it was ended."""

    __tablename__ = "device_block"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="starts_before_it_ends"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_someone"),
        Index("ix_device_block_period", "device_id", "ends_at"),
    )

    id: Mapped[int] = key()
    device_id: Mapped[DeviceId] = mapped_column(ForeignKey("device.id"))
    kind: Mapped[BlockKind]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]
    created_by: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))


class OperatorCertificate(Base):
    """Proof that a person may run one kind of machine, with contrast or without (设备操作认证)."""

    __tablename__ = "operator_certificate"
    __table_args__ = (
        UniqueConstraint("user_id", "modality", "valid_from"),
        CheckConstraint("valid_from <= valid_until", name="valid_from_before_until"),
    )

    id: Mapped[int] = key()
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    modality: Mapped[Modality]
    with_contrast: Mapped[bool]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    revoked_at: Mapped[datetime | None]


class OperatorShift(Base):
    """When a person is at a machine (排班), [starts_at, ends_at)."""

    __tablename__ = "operator_shift"
    __table_args__ = (
        UniqueConstraint("user_id", "device_id", "starts_at"),
        CheckConstraint("starts_at < ends_at", name="starts_before_it_ends"),
        Index("ix_operator_shift_device", "device_id", "starts_at"),
    )

    id: Mapped[int] = key()
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    device_id: Mapped[DeviceId] = mapped_column(ForeignKey("device.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class PowerState(StrEnum):
    """What the power log of a machine says."""

    IN_OPERATION = "in_operation"
    DOWN = "down"


class DeviceLogEntry(Base):
    """A machine was switched on or off (开机/停机记录); rows are only ever added."""

    __tablename__ = "device_log"
    __table_args__ = (Index("ix_device_log_device", "device_id", "happened_at"),)

    id: Mapped[int] = key()
    device_id: Mapped[DeviceId] = mapped_column(ForeignKey("device.id"))
    happened_at: Mapped[datetime]
    state: Mapped[PowerState]
    recorded_by: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))


class DeviceDay(Base):
    """A machine's local day: the row its writers queue on, and its taken ticks as bits.

    ``mask`` repeats what ``occupancy`` says, for the search; the nightly upkeep compares them.
    """

    __tablename__ = "device_day"
    __table_args__ = (
        CheckConstraint(f"octet_length(mask) = {MASK_BYTES}", name="mask_of_one_day"),
    )

    device_id: Mapped[DeviceId] = mapped_column(ForeignKey("device.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    mask: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(BigInteger, default=0)
