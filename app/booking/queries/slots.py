"""Free-slot search over all machines of the county: a fixed number of queries, then bits."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.booking.models import Occupancy, Resource, ResourceKind
from app.booking.queries.patients import engagements_at
from app.booking.rules import placing
from app.booking.rules.periods import HORIZON, Needs
from app.catalogue.models import ExamItem
from app.equipment import queries as equipment
from app.equipment.models import Device, DeviceStatus
from app.equipment.queries import Duty
from app.kernel.ids import DeviceId, UserId
from app.kernel.local_time import local_day
from app.kernel.ticks import TICKS_PER_DAY, WHOLE_DAY, first_tick, moment_of, packed, span, tick_of

Starts = dict[tuple[DeviceId, date], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotQuery:
    """Which exam, on which local days, for whom; ``identity`` is the patient's, if known."""

    exam: ExamItem
    days: Sequence[date]
    now: datetime
    identity: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A time at which a machine, an operator and the patient are free, [start, end)."""

    device_id: DeviceId
    start: datetime
    end: datetime


def needs_of(exam: ExamItem) -> Needs:
    """Return what an exam asks of a machine and its day."""
    return Needs(
        minutes_low=exam.minutes_low,
        minutes_high=exam.minutes_high,
        with_contrast=exam.with_contrast,
    )


def bookable_days(first: date, count: int, now: datetime) -> list[date]:
    """Return up to ``count`` days from ``first`` on that lie between now and the horizon."""
    today, last = local_day(now), local_day(now + HORIZON)
    start = max(first, today)
    bookable = max((last - start).days + 1, 0)
    return [start + timedelta(days=number) for number in range(min(count, bookable))]


def fitting_devices(session: Session, exam: ExamItem) -> list[Device]:
    """Return the machines that can do the exam at all, by key."""
    fits = [Device.modality == exam.modality, Device.status == DeviceStatus.IN_OPERATION]
    if exam.with_contrast:
        fits.append(Device.has_injector.is_(True))
    return list(session.scalars(select(Device).where(*fits).order_by(Device.id)))


def free_starts(session: Session, query: SlotQuery, devices: Sequence[Device]) -> Starts:
    """Return, for each machine and day, the ticks of the day at which the exam can begin."""
    frames = equipment.frames(session, devices, query.days)
    operators = _operators(session, query, devices)
    engaged = {
        facility_id: engagements_at(session, query.identity, facility_id, query.days)
        for facility_id in {device.facility_id for device in devices}
    }
    ticks = needs_of(query.exam).ticks
    found: Starts = {}
    for device in devices:
        for day in query.days:
            free = frames[device.id, day].free & _ahead(day, query.now)
            free &= ~placing.engaged_bits(engaged[device.facility_id], day)
            starts = placing.starts(free, operators.get((device.id, day), ()), ticks)
            found[device.id, day] = starts & _within_horizon(day, query.now)
    return found


def _ahead(day: date, now: datetime) -> int:
    """Return the ticks of ``day`` that begin after ``now``."""
    gone = max(0, min(tick_of(now) + 1 - first_tick(day), TICKS_PER_DAY))
    return WHOLE_DAY >> gone << gone


def _within_horizon(day: date, now: datetime) -> int:
    return span(0, min(TICKS_PER_DAY, max(0, tick_of(now + HORIZON) + 1 - first_tick(day))))


def _operators(
    session: Session, query: SlotQuery, devices: Sequence[Device]
) -> dict[tuple[DeviceId, date], list[int]]:
    """Return, for each machine and day, the free ticks of each operator who may do the exam."""
    duties = equipment.duties(session, devices, query.days)
    busy = _busy_elsewhere(session, duties, query.days)
    shifts: dict[tuple[DeviceId, date, UserId], list[tuple[datetime, datetime]]]
    shifts = defaultdict(list)
    for duty in duties:
        for day in _days_of(duty, query.days):
            if duty.certificate.covers(day, contrast=query.exam.with_contrast):
                shifts[duty.device_id, day, duty.user_id].append((duty.start, duty.end))
    found: dict[tuple[DeviceId, date], list[int]] = defaultdict(list)
    for (device_id, day, user_id), periods in shifts.items():
        free = placing.shift_bits(periods, day) & ~busy.get((user_id, day), 0)
        found[device_id, day].append(free)
    return found


def _days_of(duty: Duty, days: Sequence[date]) -> Iterator[date]:
    first, last = local_day(duty.start), local_day(duty.end)
    return (day for day in days if first <= day <= last)


def _busy_elsewhere(
    session: Session, duties: Sequence[Duty], days: Sequence[date]
) -> dict[tuple[UserId, date], int]:
    """Return the taken ticks of operators who stand at several machines.

    Whoever stands at one machine only is busy exactly when the machine is.
    """
    people = {duty.user_id for duty in duties}
    shared = equipment.standing_at_several(session, people, days)
    if not shared:
        return {}
    low, high = first_tick(min(days)), first_tick(max(days)) + TICKS_PER_DAY
    rows = session.execute(
        select(Resource.ref, Occupancy.tick)
        .join(Occupancy, Occupancy.resource_id == Resource.id)
        .where(
            Resource.kind == ResourceKind.OPERATOR,
            Resource.ref.in_([str(user_id) for user_id in shared]),
            Occupancy.tick.between(low, high - 1),
        )
    )
    busy: dict[tuple[UserId, date], int] = defaultdict(int)
    for ref, tick in rows:
        day = local_day(moment_of(tick))
        busy[UserId(int(ref)), day] |= 1 << (tick - first_tick(day))
    return busy


def earliest(starts: Starts, ticks: int, limit: int) -> list[Slot]:
    """Return the earliest slots of all machines, none overlapping another on its machine."""
    found = sorted(
        (first_tick(day) + bit, device_id)
        for (device_id, day), bits in starts.items()
        for bit in packed(bits, ticks)
    )
    return [_slot(device_id, tick, ticks) for tick, device_id in found[:limit]]


def nearest(starts: Starts, ticks: int, wanted: datetime, limit: int) -> list[Slot]:
    """Return the slots that begin nearest to a moment, in order of time."""
    goal = tick_of(wanted)
    found = sorted(
        (abs(first_tick(day) + bit - goal), first_tick(day) + bit, device_id)
        for (device_id, day), bits in starts.items()
        for bit in packed(bits, ticks)
    )
    return sorted(
        (_slot(device_id, tick, ticks) for _, tick, device_id in found[:limit]),
        key=lambda slot: (slot.start, slot.device_id),
    )


def _slot(device_id: DeviceId, tick: int, ticks: int) -> Slot:
    return Slot(device_id=device_id, start=moment_of(tick), end=moment_of(tick + ticks))
