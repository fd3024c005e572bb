"""What machines were used for: the counts behind operating rate and utilisation.

开机率 (operating) says that a machine ran, 利用率 (utilisation) that it was full; the definitions
are the glossary's, and both need the planned hours of that day beside them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.booking.models import PerformedExam
from app.booking.rules.periods import TURNOVER_MINUTES
from app.equipment import queries as equipment
from app.equipment.models import BlockKind, Device, DeviceBlock, DeviceLogEntry, PowerState
from app.equipment.rules import Period, period_bits
from app.kernel.ids import DeviceId
from app.kernel.local_time import at_local, local_day
from app.kernel.ticks import TICK_MINUTES

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceUse:
    """One machine on one local day, in minutes.

    ``planned``: hours it was to run, without planned maintenance and quality control.
    ``in_service``: first to last exam, or the power log where one was kept.
    ``performed``: scans with their turnover. ``open``: planned less unplanned downtime.
    ``downtime``: unplanned, within planned hours.
    """

    device_id: DeviceId
    day: date
    planned: int
    in_service: int
    performed: int
    open: int
    downtime: int
    exams: int


def operating_and_utilisation(
    session: Session, device_ids: Sequence[DeviceId], start: date, end: date
) -> list[DeviceUse]:
    """Return each machine's use on each local day of [start, end); six queries in all."""
    days = [start + timedelta(days=number) for number in range((end - start).days)]
    devices = session.scalars(select(Device).where(Device.id.in_(device_ids))).all()
    if not devices or not days:
        return []
    frames = equipment.frames(session, devices, days)
    faults = _faults(session, device_ids, days)
    performed = _performed(session, device_ids, days)
    logged = _logged(session, device_ids, days)
    found = []
    for device in sorted(devices, key=lambda device: device.id):
        for day in days:
            key = device.id, day
            fault = period_bits(faults[device.id], day)
            planned = frames[key].open & ~(frames[key].blocked & ~fault)
            exams, minutes, first_to_last = performed.get(key, (0, 0, 0))
            found.append(
                DeviceUse(
                    device_id=device.id,
                    day=day,
                    planned=planned.bit_count() * TICK_MINUTES,
                    in_service=logged.get(key, first_to_last),
                    performed=minutes,
                    open=(planned & ~fault).bit_count() * TICK_MINUTES,
                    downtime=(planned & fault).bit_count() * TICK_MINUTES,
                    exams=exams,
                )
            )
    return found


def _bounds(days: Sequence[date]) -> tuple[datetime, datetime]:
    return at_local(days[0], time.min), at_local(days[-1] + timedelta(days=1), time.min)


def _faults(
    session: Session, ids: Sequence[DeviceId], days: Sequence[date]
) -> dict[DeviceId, list[Period]]:
    low, high = _bounds(days)
    until = func.coalesce(DeviceBlock.ended_at, DeviceBlock.ends_at)
    rows = session.execute(
        select(DeviceBlock.device_id, DeviceBlock.starts_at, until).where(
            DeviceBlock.device_id.in_(ids),
            DeviceBlock.kind == BlockKind.FAULT,
            DeviceBlock.starts_at < high,
            until > low,
        )
    )
    found: dict[DeviceId, list[Period]] = defaultdict(list)
    for device_id, start, end in rows:
        found[device_id].append(Period(start=start, end=end))
    return found


def _performed(
    session: Session, ids: Sequence[DeviceId], days: Sequence[date]
) -> dict[tuple[DeviceId, date], tuple[int, int, int]]:
    """Return exams, scan and turnover minutes, and minutes from first to last exam."""
    low, high = _bounds(days)
    day = func.date(func.timezone("Asia/Shanghai", PerformedExam.started_at))
    length = func.extract("epoch", PerformedExam.ended_at - PerformedExam.started_at) / 60
    whole = func.max(PerformedExam.ended_at) - func.min(PerformedExam.started_at)
    rows = session.execute(
        select(PerformedExam.device_id, day, func.count(), func.sum(length), whole)
        .where(
            PerformedExam.device_id.in_(ids),
            PerformedExam.started_at >= low,
            PerformedExam.started_at < high,
        )
        .group_by(PerformedExam.device_id, day)
    )
    return {
        (device_id, on): (count, round(minutes) + count * TURNOVER_MINUTES, round(span / _MINUTE))
        for device_id, on, count, minutes, span in rows
    }


def _logged(
    session: Session, ids: Sequence[DeviceId], days: Sequence[date]
) -> dict[tuple[DeviceId, date], int]:
    """Return minutes between switching on and off on days that have both."""
    low, high = _bounds(days)
    entries = session.scalars(
        select(DeviceLogEntry)
        .where(
            DeviceLogEntry.device_id.in_(ids),
            DeviceLogEntry.happened_at >= low,
            DeviceLogEntry.happened_at < high,
        )
        .order_by(DeviceLogEntry.device_id, DeviceLogEntry.happened_at, DeviceLogEntry.id)
    )
    minutes: dict[tuple[DeviceId, date], timedelta] = defaultdict(timedelta)
    running: dict[tuple[DeviceId, date], datetime] = {}
    for entry in entries:
        key = entry.device_id, local_day(entry.happened_at)
        if entry.state is PowerState.IN_OPERATION:
            running.setdefault(key, entry.happened_at)
        elif key in running:
            minutes[key] += entry.happened_at - running.pop(key)
    return {key: round(length / _MINUTE) for key, length in minutes.items()}
