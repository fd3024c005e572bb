"""Claim a machine, an operator and a patient for one period, whatever else happens at once.

Every writer takes its locks before it decides and inserts, in one order: booking, machine-days by
(device, day), then operators and patients by key. The primary key of ``occupancy`` has the last
word. See docs/adr/0006-unique-ticks-against-double-booking.md.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.booking.errors import (
    DeviceBlocked,
    OperatorNotCertified,
    OperatorTaken,
    OutsideHours,
    PatientConflict,
    SlotTaken,
    TravelTime,
)
from app.booking.models import Booking, Occupancy, Resource, ResourceKind
from app.booking.queries.patients import engagements_at
from app.booking.queries.slots import needs_of
from app.booking.rules import placing
from app.catalogue.models import ExamItem
from app.equipment import queries as equipment_queries
from app.equipment import service as equipment
from app.equipment.models import Device
from app.equipment.queries import DeviceDayKey
from app.kernel.db import refusing
from app.kernel.ids import UserId
from app.kernel.local_time import local_day
from app.kernel.ticks import day_bits, moment_of, tick_of
from app.kernel.waiting import lock_unless

ResourceKey = tuple[ResourceKind, str]
Masks = dict[DeviceDayKey, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One exam of one person on one machine from a moment on; ``operator_id`` if chosen."""

    exam: ExamItem
    device: Device
    identity: str
    start: datetime
    operator_id: UserId | None = None

    @property
    def ticks(self) -> int:
        """How many ticks are claimed."""
        return needs_of(self.exam).ticks

    @property
    def end(self) -> datetime:
        """When the period ends."""
        return moment_of(tick_of(self.start) + self.ticks)

    @property
    def day(self) -> date:
        """The local day of the period."""
        return local_day(self.start)

    @property
    def bits(self) -> int:
        """The period as bits of its day."""
        return day_bits(self.day, self.start, self.end)

    @property
    def spans_days(self) -> bool:
        """Whether the period would run past midnight."""
        return self.bits.bit_count() != self.ticks


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Everything of a period that this transaction has locked and found free."""

    wanted: Wanted
    operator_id: UserId
    resource_ids: tuple[int, ...]
    masks: Masks


def key_of(device: Device) -> ResourceKey:
    """Return the identity of a machine among resources."""
    return ResourceKind.DEVICE, str(device.id)


def key_of_operator(user_id: UserId) -> ResourceKey:
    """Return the identity of an operator among resources."""
    return ResourceKind.OPERATOR, str(user_id)


def claim(session: Session, wanted: Wanted, *, leaving: Booking | None = None) -> Claim:
    """Lock all that the period needs, free what ``leaving`` held, and choose the operator.

    Raises:
        OutsideHours, DeviceBlocked: the machine is not offered then.
        SlotTaken, OperatorTaken, PatientConflict, TravelTime: somebody or something is not free.
        OperatorNotCertified: nobody on shift (or not the one chosen) may do it.
    """
    masks = lock_unless(
        session,
        lambda: _check_untaken(wanted, _committed(session, wanted), leaving),
        lambda: equipment.lock_device_days(session, _days(wanted, leaving)),
    )
    _check_untaken(wanted, masks, leaving)
    candidates = _candidates(session, wanted)
    keys = [key_of_operator(user_id) for user_id in candidates]
    if leaving is not None:
        keys.append(key_of_operator(leaving.operator_id))
    patient = (ResourceKind.PATIENT, wanted.identity)
    resources = _lock_resources(session, [*keys, patient], key_of(wanted.device))
    if leaving is not None:
        masks = release(session, leaving, masks)
    _check_machine(session, wanted)
    _check_patient(session, wanted)
    free = _free_operators(session, wanted, {resources[key_of_operator(c)]: c for c in candidates})
    if not candidates:
        raise OperatorNotCertified(wanted.device.name, field="operator_id")
    if not free:
        raise OperatorTaken(wanted.device.name)
    chosen = (key_of(wanted.device), key_of_operator(free[0]), patient)
    return Claim(
        wanted=wanted,
        operator_id=free[0],
        resource_ids=tuple(sorted(resources[key] for key in chosen)),
        masks=masks,
    )


def _days(wanted: Wanted, leaving: Booking | None) -> list[DeviceDayKey]:
    days = [(wanted.device.id, wanted.day)]
    return [*days, day_of(leaving)] if leaving is not None else days


def day_of(booking: Booking) -> DeviceDayKey:
    """Return the machine-day a booking lies on."""
    return booking.device_id, local_day(booking.starts_at)


def _candidates(session: Session, wanted: Wanted) -> list[UserId]:
    """Return, by key, who is on shift for the whole period and may do the exam that day."""
    contrast = wanted.exam.with_contrast
    shifts: dict[UserId, list[tuple[datetime, datetime]]] = {}
    for duty in equipment_queries.duties(session, [wanted.device], [wanted.day]):
        chosen = wanted.operator_id in (None, duty.user_id)
        if chosen and duty.certificate.covers(wanted.day, contrast=contrast):
            shifts.setdefault(duty.user_id, []).append((duty.start, duty.end))
    return [
        user_id
        for user_id, periods in sorted(shifts.items())
        if not wanted.bits & ~placing.shift_bits(periods, wanted.day)
    ]


def _lock_resources(
    session: Session, keys: Collection[ResourceKey], machine: ResourceKey
) -> dict[ResourceKey, int]:
    """Lock people by key; a machine needs no lock beyond its day's."""
    wanted = sorted({*keys, machine})
    rows = [{"kind": kind, "ref": ref} for kind, ref in wanted]
    session.execute(insert(Resource).values(rows).on_conflict_do_nothing())
    found = select(Resource.kind, Resource.ref, Resource.id).order_by(Resource.id)
    people = found.where(tuple_(Resource.kind, Resource.ref).in_(set(keys)))
    locked = session.execute(people.with_for_update(key_share=True)).all()
    device = session.execute(found.where(tuple_(Resource.kind, Resource.ref).in_([machine]))).all()
    return {(kind, ref): resource_id for kind, ref, resource_id in [*locked, *device]}


def _committed(session: Session, wanted: Wanted) -> Masks:
    return equipment_queries.taken_bits(session, [wanted.device.id], [wanted.day])


def _check_untaken(wanted: Wanted, masks: Masks, leaving: Booking | None) -> None:
    """Refuse a period of which somebody other than ``leaving`` holds a part."""
    key = wanted.device.id, wanted.day
    taken = masks.get(key, 0)
    if leaving is not None and day_of(leaving) == key:
        taken &= ~day_bits(wanted.day, leaving.starts_at, leaving.ends_at)
    if wanted.bits & taken:
        raise SlotTaken(wanted.device.name)


def _check_machine(session: Session, wanted: Wanted) -> None:
    key = wanted.device.id, wanted.day
    frame = equipment_queries.frames(session, [wanted.device], [wanted.day])[key]
    if wanted.spans_days or wanted.bits & ~frame.open:
        raise OutsideHours(wanted.device.name, field="start")
    if wanted.bits & frame.blocked:
        raise DeviceBlocked(wanted.device.name, field="start")


def _check_patient(session: Session, wanted: Wanted) -> None:
    place = wanted.device.facility_id
    for engagement in engagements_at(session, wanted.identity, place, [wanted.day]):
        if engagement.overlaps(wanted.start, wanted.end):
            raise PatientConflict
        if not engagement.is_reachable(wanted.start, wanted.end):
            raise TravelTime


def _free_operators(
    session: Session, wanted: Wanted, candidates: dict[int, UserId]
) -> list[UserId]:
    first = tick_of(wanted.start)
    busy = set(
        session.scalars(
            select(Occupancy.resource_id).where(
                Occupancy.resource_id.in_(candidates),
                Occupancy.tick.between(first, first + wanted.ticks - 1),
            )
        )
    )
    return sorted(user_id for resource, user_id in candidates.items() if resource not in busy)


def occupy(session: Session, booking: Booking, claimed: Claim) -> None:
    """Insert the ticks of a stored booking and mark them in its machine-day.

    Raises:
        SlotTaken: a writer that took no locks was there first.
    """
    wanted = claimed.wanted
    first = tick_of(wanted.start)
    ticks = [
        {"resource_id": resource, "tick": tick, "booking_id": booking.id}
        for resource in claimed.resource_ids
        for tick in range(first, first + wanted.ticks)
    ]
    with refusing(session, "pk_occupancy", SlotTaken(wanted.device.name)):
        session.execute(insert(Occupancy).values(ticks))
    key = wanted.device.id, wanted.day
    equipment.write_masks(session, {key: claimed.masks[key] | wanted.bits})


def release(
    session: Session, booking: Booking, masks: Masks, *, since: datetime | None = None
) -> Masks:
    """Free what a booking holds, from ``since`` on; its machine-day is locked. Return new bits."""
    start = max(booking.starts_at, since) if since else booking.starts_at
    session.execute(
        delete(Occupancy).where(
            Occupancy.booking_id == booking.id, Occupancy.tick >= tick_of(start)
        )
    )
    key = day_of(booking)
    freed = day_bits(key[1], start, booking.ends_at) if start < booking.ends_at else 0
    left = {**masks, key: masks[key] & ~freed}
    equipment.write_masks(session, {key: left[key]})
    return left


def let_go(session: Session, booking: Booking, *, since: datetime | None = None) -> None:
    """Take the locks of a booking that ends, and free what it holds from ``since`` on."""
    masks = equipment.lock_device_days(session, [day_of(booking)])
    held = session.scalars(
        select(Occupancy.resource_id).where(Occupancy.booking_id == booking.id).distinct()
    ).all()
    _lock_by_id(session, held)
    release(session, booking, masks, since=since)


def _lock_by_id(session: Session, ids: Sequence[int]) -> None:
    people = Resource.id.in_(ids), Resource.kind != ResourceKind.DEVICE
    session.execute(
        select(Resource.id).where(*people).order_by(Resource.id).with_for_update(key_share=True)
    )
