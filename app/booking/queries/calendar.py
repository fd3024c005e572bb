"""All machines of the county on one day, as rows of cells."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.booking.queries import slots
from app.booking.queries.listing import BookingRow, day_bookings
from app.booking.queries.slots import SlotQuery
from app.booking.rules import calendar
from app.booking.rules.calendar import Cell, Day
from app.catalogue.models import ExamItem
from app.equipment import queries as equipment
from app.equipment.models import Device, DeviceStatus
from app.equipment.queries import Frame
from app.kernel.actor import Actor
from app.kernel.ids import DeviceId
from app.kernel.ticks import TICKS_PER_DAY, first_tick, moment_of, tick_of

OFFICE_HOURS = (8 * 12, 18 * 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A cell with its moments; ``booking`` is shown in full only to those who take part."""

    cell: Cell[BookingRow]
    start: datetime
    end: datetime
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarRow:
    """A machine's day: its cells, and how much of its open time is booked."""

    device_id: DeviceId
    device_name: str
    centre_name: str
    slices: list[Slice]
    open_ticks: int
    taken_ticks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A day of the county; ``hours`` are the full hours of the head."""

    rows: list[CalendarRow]
    hours: list[datetime]


def day_calendar(
    session: Session, actor: Actor, day: date, exam: ExamItem | None, *, now: datetime
) -> Calendar:
    """Return the day's calendar; with an exam, the machines that can do it and where it fits."""
    listed = [
        (device, centre.name)
        for device, centre in equipment.list_devices(session)
        if device.status is DeviceStatus.IN_OPERATION and _fits(device, exam)
    ]
    devices = [device for device, _ in listed]
    frames = equipment.frames(session, devices, [day])
    starts, ticks = _starts(session, devices, exam, (day, now))
    bookings = day_bookings(session, actor, day)
    window = calendar.window_of((frame.open for frame in frames.values()), least=OFFICE_HOURS)
    rows = []
    for device, centre_name in listed:
        frame = frames[device.id, day]
        own = [row for row in bookings if row.device_id == device.id]
        bits = starts.get((device.id, day), 0)
        cells = calendar.cells(_day(frame, own, day), bits, ticks, window)
        rows.append(
            CalendarRow(
                device_id=device.id,
                device_name=device.name,
                centre_name=centre_name,
                slices=[_slice(cell, day, actor) for cell in cells],
                open_ticks=(frame.open & ~frame.blocked).bit_count(),
                taken_ticks=(frame.open & ~frame.blocked & frame.taken).bit_count(),
            )
        )
    hours = [moment_of(first_tick(day) + tick) for tick in range(window[0], window[1], 12)]
    return Calendar(rows=rows, hours=hours)


def _fits(device: Device, exam: ExamItem | None) -> bool:
    if exam is None:
        return True
    return device.modality is exam.modality and (device.has_injector or not exam.with_contrast)


def _starts(
    session: Session, devices: list[Device], exam: ExamItem | None, when: tuple[date, datetime]
) -> tuple[slots.Starts, int]:
    if exam is None:
        return {}, 0
    query = SlotQuery(exam=exam, days=[when[0]], now=when[1])
    return slots.free_starts(session, query, devices), slots.needs_of(query.exam).ticks


def _day(frame: Frame, bookings: list[BookingRow], day: date) -> Day[BookingRow]:
    midnight = first_tick(day)
    return Day(
        open=frame.open,
        blocked=frame.blocked,
        bookings={
            (
                max(tick_of(row.start) - midnight, 0),
                min(tick_of(row.end) - midnight, TICKS_PER_DAY),
            ): row
            for row in bookings
        },
    )


def _slice(cell: Cell[BookingRow], day: date, actor: Actor) -> Slice:
    midnight, row = first_tick(day), cell.thing
    takes_part = row is not None and not actor.facility_ids.isdisjoint(
        {row.facility_id, row.centre_id}
    )
    return Slice(
        cell=cell,
        start=moment_of(midnight + cell.first),
        end=moment_of(midnight + cell.end),
        mine=takes_part,
    )
