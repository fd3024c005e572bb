"""Read side of shared machines: frames of days, operators on shift, lists for pages."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import UserAccount
from app.catalogue.models import Modality
from app.equipment import rules
from app.equipment.models import (
    BlockKind,
    Device,
    DeviceBlock,
    DeviceDay,
    DeviceHours,
    OperatorCertificate,
    OperatorShift,
)
from app.equipment.rules import Certificate, Hours, Period
from app.kernel.ids import DeviceId, FacilityId, UserId
from app.kernel.local_time import at_local
from app.kernel.ticks import from_bytes
from app.network.models import Facility

DeviceDayKey = tuple[DeviceId, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A machine's local day as bits: open by its hours, set aside, taken by bookings."""

    open: int
    blocked: int
    taken: int

    @property
    def free(self) -> int:
        """The ticks that can still be sold."""
        return self.open & ~self.blocked & ~self.taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A certified person's shift at a machine."""

    user_id: UserId
    device_id: DeviceId
    start: datetime
    end: datetime
    certificate: Certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRow:
    """A block as lists show it; ``end`` is when it ended or will end."""

    id: int
    device_id: DeviceId
    device_name: str
    kind: BlockKind
    start: datetime
    end: datetime
    ended: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRow:
    """A person's certificate as lists show it."""

    user_name: str
    modality: Modality
    with_contrast: bool
    valid_from: date
    valid_until: date
    revoked: bool


def frames(
    session: Session, devices: Sequence[Device], days: Sequence[date]
) -> dict[DeviceDayKey, Frame]:
    """Return the frame of every machine on every day; three queries whatever their number."""
    if not devices or not days:
        return {}
    ids = [device.id for device in devices]
    hours = _hours(session, ids)
    blocks = _blocks(session, ids, days)
    taken = taken_bits(session, ids, days)
    return {
        (device.id, day): Frame(
            open=rules.open_bits(hours[device.id], day, device.licensed_until),
            blocked=rules.period_bits(blocks[device.id], day),
            taken=taken.get((device.id, day), 0),
        )
        for device in devices
        for day in days
    }


def _hours(session: Session, ids: Collection[DeviceId]) -> dict[DeviceId, list[Hours]]:
    found: dict[DeviceId, list[Hours]] = defaultdict(list)
    for row in session.scalars(select(DeviceHours).where(DeviceHours.device_id.in_(ids))):
        found[row.device_id].append(
            Hours(
                weekday=row.weekday,
                opens_at=row.opens_at,
                closes_at=row.closes_at,
                valid_from=row.valid_from,
                valid_until=row.valid_until,
            )
        )
    return found


def _bounds(days: Sequence[date]) -> Period:
    midnight = time.min
    return Period(
        start=at_local(min(days), midnight),
        end=at_local(max(days) + timedelta(days=1), midnight),
    )


def _blocks(
    session: Session, ids: Collection[DeviceId], days: Sequence[date]
) -> dict[DeviceId, list[Period]]:
    bounds = _bounds(days)
    end = func.coalesce(DeviceBlock.ended_at, DeviceBlock.ends_at)
    rows = session.execute(
        select(DeviceBlock.device_id, DeviceBlock.starts_at, end).where(
            DeviceBlock.device_id.in_(ids),
            DeviceBlock.starts_at < bounds.end,
            DeviceBlock.ends_at > bounds.start,
            end > bounds.start,
        )
    )
    found: dict[DeviceId, list[Period]] = defaultdict(list)
    for device_id, start, until in rows:
        found[device_id].append(Period(start=start, end=until))
    return found


def taken_bits(
    session: Session, ids: Collection[DeviceId], days: Sequence[date]
) -> dict[DeviceDayKey, int]:
    """Return the taken ticks of these machines, as committed; days without any are missing."""
    rows = session.execute(
        select(DeviceDay.device_id, DeviceDay.day, DeviceDay.mask).where(
            DeviceDay.device_id.in_(ids), DeviceDay.day.between(min(days), max(days))
        )
    )
    return {(device_id, day): from_bytes(mask) for device_id, day, mask in rows}


def all_taken(session: Session) -> dict[DeviceDayKey, int]:
    """Return the taken ticks of every machine-day on record."""
    rows = session.execute(select(DeviceDay.device_id, DeviceDay.day, DeviceDay.mask))
    return {(device_id, day): from_bytes(mask) for device_id, day, mask in rows}


def duties(session: Session, devices: Sequence[Device], days: Sequence[date]) -> list[Duty]:
    """Return the shifts of people certified for the machines they stand at."""
    if not devices or not days:
        return []
    bounds = _bounds(days)
    rows = session.execute(
        select(OperatorShift, OperatorCertificate)
        .join(Device, Device.id == OperatorShift.device_id)
        .join(UserAccount, UserAccount.id == OperatorShift.user_id)
        .join(
            OperatorCertificate,
            (OperatorCertificate.user_id == OperatorShift.user_id)
            & (OperatorCertificate.modality == Device.modality),
        )
        .where(
            OperatorShift.device_id.in_([device.id for device in devices]),
            OperatorShift.starts_at < bounds.end,
            OperatorShift.ends_at > bounds.start,
            OperatorCertificate.revoked_at.is_(None),
            UserAccount.active,
        )
        .order_by(OperatorShift.user_id, OperatorShift.starts_at)
    )
    return [_duty(shift, certificate) for shift, certificate in rows]


def standing_at_several(
    session: Session, user_ids: Collection[UserId], days: Sequence[date]
) -> set[UserId]:
    """Return those of the people who have shifts at more than one machine in these days."""
    if not user_ids:
        return set()
    bounds = _bounds(days)
    return set(
        session.scalars(
            select(OperatorShift.user_id)
            .where(
                OperatorShift.user_id.in_(user_ids),
                OperatorShift.starts_at < bounds.end,
                OperatorShift.ends_at > bounds.start,
            )
            .group_by(OperatorShift.user_id)
            .having(func.count(OperatorShift.device_id.distinct()) > 1)
        )
    )


def _duty(shift: OperatorShift, certificate: OperatorCertificate) -> Duty:
    return Duty(
        user_id=shift.user_id,
        device_id=shift.device_id,
        start=shift.starts_at,
        end=shift.ends_at,
        certificate=Certificate(
            with_contrast=certificate.with_contrast,
            valid_from=certificate.valid_from,
            valid_until=certificate.valid_until,
            revoked=certificate.revoked_at is not None,
        ),
    )


def list_devices(session: Session) -> list[tuple[Device, Facility]]:
    """Return every machine of the county with its equipment centre."""
    rows = session.execute(
        select(Device, Facility)
        .join(Facility, Facility.id == Device.facility_id)
        .order_by(Device.modality, Device.code)
    )
    return [(device, facility) for device, facility in rows]


def list_blocks(
    session: Session, facility_ids: Collection[FacilityId], *, since: datetime
) -> list[BlockRow]:
    """Return the blocks of these centres' machines that end after ``since``, soonest first."""
    end = func.coalesce(DeviceBlock.ended_at, DeviceBlock.ends_at)
    rows = session.execute(
        select(DeviceBlock, Device.name, end)
        .join(Device, Device.id == DeviceBlock.device_id)
        .where(Device.facility_id.in_(facility_ids), end > since)
        .order_by(DeviceBlock.starts_at, DeviceBlock.id)
        .limit(200)
    )
    return [
        BlockRow(
            id=block.id,
            device_id=block.device_id,
            device_name=name,
            kind=block.kind,
            start=block.starts_at,
            end=until,
            ended=block.ended_at is not None,
            reason=block.reason,
        )
        for block, name, until in rows
    ]


def list_certificates(
    session: Session, facility_ids: Collection[FacilityId]
) -> list[CertificateRow]:
    """Return the certificates of these facilities' people, the soonest to end first."""
    rows = session.execute(
        select(OperatorCertificate, UserAccount.name)
        .join(UserAccount, UserAccount.id == OperatorCertificate.user_id)
        .where(UserAccount.facility_id.in_(facility_ids))
        .order_by(OperatorCertificate.valid_until, OperatorCertificate.id)
        .limit(200)
    )
    return [
        CertificateRow(
            user_name=name,
            modality=row.modality,
            with_contrast=row.with_contrast,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            revoked=row.revoked_at is not None,
        )
        for row, name in rows
    ]
