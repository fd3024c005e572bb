"""Set machines aside, log their power, and let the writers of their days queue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.catalogue.models import Modality
from app.equipment import rules
from app.equipment.errors import BlockEnded, BlockOverBookings, BlockPeriodImpossible
from app.equipment.models import (
    BlockKind,
    Device,
    DeviceBlock,
    DeviceDay,
    DeviceLogEntry,
    DeviceStatus,
    OperatorCertificate,
    PowerState,
)
from app.equipment.queries import DeviceDayKey
from app.equipment.rules import Period
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import DeviceId, UserId
from app.kernel.local_time import local_day
from app.kernel.ticks import day_bits, from_bytes, to_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRequest:
    """Time a machine is to be set aside, and why."""

    kind: BlockKind
    start: datetime
    end: datetime
    reason: str


def get_device(session: Session, device_id: DeviceId) -> Device:
    """Return a machine that is offered.

    Raises:
        NotFound: there is no such machine, or it has been retired.
    """
    device = session.get(Device, device_id)
    if device is None or device.status is DeviceStatus.RETIRED:
        raise NotFound("device")
    return device


def get_own_device(session: Session, actor: Actor, device_id: DeviceId) -> Device:
    """Return a machine of a centre the actor acts for, retired or not.

    Raises:
        NotFound: there is no such machine, or another centre owns it.
    """
    device = session.get(Device, device_id)
    if device is None or device.facility_id not in actor.facility_ids:
        raise NotFound("device")
    return device


def lock_device_days(session: Session, keys: Iterable[DeviceDayKey]) -> dict[DeviceDayKey, int]:
    """Make the writers of these machine-days queue until the transaction ends; return their bits.

    Missing rows are made first: a lock on nothing locks nothing. Both steps go in key order,
    so two writers never wait for each other. Call it before any other lock or insert.
    """
    wanted = sorted(set(keys))
    rows = [{"device_id": device_id, "day": day, "mask": to_bytes(0)} for device_id, day in wanted]
    session.execute(insert(DeviceDay).values(rows).on_conflict_do_nothing())
    locked = session.execute(
        select(DeviceDay.device_id, DeviceDay.day, DeviceDay.mask)
        .where(tuple_(DeviceDay.device_id, DeviceDay.day).in_(wanted))
        .order_by(DeviceDay.device_id, DeviceDay.day)
        .with_for_update(key_share=True)
    )
    return {(device_id, day): from_bytes(mask) for device_id, day, mask in locked}


def write_masks(session: Session, masks: dict[DeviceDayKey, int]) -> None:
    """Store the bits of machine-days that this transaction has locked."""
    table = DeviceDay.__table__
    statement = (
        update(DeviceDay)
        .where(
            table.c.device_id == bindparam("of_device"),
            table.c.day == bindparam("of_day"),
        )
        .values(mask=bindparam("bits"), version=DeviceDay.version + 1)
    )
    for (device_id, day), bits in sorted(masks.items()):
        given = {"of_device": device_id, "of_day": day, "bits": to_bytes(bits)}
        session.connection().execute(statement, given)


def set_aside(
    session: Session, actor: Actor, device_id: DeviceId, request: BlockRequest, *, now: datetime
) -> DeviceBlock:
    """Set one of the actor's machines aside for maintenance, quality control or a fault.

    A planned block may not lie over bookings; a fault may, because it is a fact: those
    bookings stay and show that they must be moved.

    Raises:
        NotFound: another centre owns the machine.
        BlockPeriodImpossible: reversed, too long, or long past.
        BlockOverBookings: bookings must be moved first; ``data['days']`` says on which days.
    """
    device = get_own_device(session, actor, device_id)
    if not rules.is_possible_block(Period(start=request.start, end=request.end), now):
        raise BlockPeriodImpossible
    days = _days_of(request.start, request.end)
    taken = lock_device_days(session, [(device.id, day) for day in days])
    period = request.start, request.end
    clashes = [day for day in days if taken[device.id, day] & day_bits(day, *period)]
    if clashes and request.kind is not BlockKind.FAULT:
        raise BlockOverBookings(device.name, days=[day.isoformat() for day in clashes])
    block = DeviceBlock(
        device_id=device.id,
        kind=request.kind,
        starts_at=request.start,
        ends_at=request.end,
        reason=request.reason,
        created_by=actor.user_id,
        created_at=now,
    )
    session.add(block)
    session.flush()
    change = Change(
        subject=("device", device.id), action=f"block-{request.kind}", reason=request.reason
    )
    history.record(session, actor, change, now=now)
    return block


def _days_of(start: datetime, end: datetime) -> list[date]:
    first, last = local_day(start), local_day(end - timedelta(microseconds=1))
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def end_block(session: Session, actor: Actor, block_id: int, *, now: datetime) -> DeviceBlock:
    """End a block now; one that has not begun never counts.

    Raises:
        NotFound: there is no such block, or another centre owns the machine.
        BlockEnded: it has ended already.
    """
    block = session.get(DeviceBlock, block_id)
    if block is None:
        raise NotFound("block")
    device = get_own_device(session, actor, block.device_id)
    ended = session.execute(
        update(DeviceBlock)
        .where(
            DeviceBlock.id == block.id,
            DeviceBlock.ended_at.is_(None),
            DeviceBlock.ends_at > now,
        )
        .values(ended_at=func.greatest(now, DeviceBlock.starts_at), ended_by=actor.user_id)
        .returning(DeviceBlock.id)
    ).first()
    if ended is None:
        raise BlockEnded(device.name)
    change = Change(subject=("device", device.id), action=f"block-{block.kind}-ended")
    history.record(session, actor, change, now=now)
    session.refresh(block)
    return block


def log_power(
    session: Session, actor: Actor, device_id: DeviceId, state: PowerState, *, now: datetime
) -> DeviceLogEntry:
    """Write down that one of the actor's machines was switched on or off."""
    device = get_own_device(session, actor, device_id)
    entry = DeviceLogEntry(
        device_id=device.id, happened_at=now, state=state, recorded_by=actor.user_id
    )
    session.add(entry)
    session.flush()
    return entry


def certificates_of(
    session: Session, user_id: UserId, modality: Modality
) -> list[rules.Certificate]:
    """Return what a person may run of one kind of machine, past and revoked ones included."""
    rows = session.scalars(
        select(OperatorCertificate).where(
            OperatorCertificate.user_id == user_id, OperatorCertificate.modality == modality
        )
    )
    return [
        rules.Certificate(
            with_contrast=row.with_contrast,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            revoked=row.revoked_at is not None,
        )
        for row in rows
    ]
