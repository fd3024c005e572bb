"""The bit search against a scan of every five minutes, on random days."""

import random
from datetime import datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.booking.errors import OutsideHours
from app.booking.models import Booking
from app.booking.queries import slots
from app.booking.queries.slots import SlotQuery
from app.booking.service import claiming, reserving
from app.booking.service.claiming import Wanted
from app.equipment.models import BlockKind, Device, DeviceBlock, OperatorCertificate, OperatorShift
from app.kernel.errors import DomainError
from app.kernel.local_time import at_local
from app.kernel.ticks import first_tick, moment_of
from app.patients.models import Patient
from tests.factories.booking import (
    MONDAY,
    NOW,
    Scene,
    a_device,
    a_patient,
    an_exam,
    an_operator,
    at,
    on_shift,
)
from tests.factories.cast import Cast
from tests.factories.network import a_road

TICK = timedelta(minutes=5)
ROAD = timedelta(minutes=25)
DAYS = [MONDAY, MONDAY + timedelta(days=1)]


@pytest.fixture
def machines(session: Session, scene: Scene, cast: Cast) -> list[Device]:
    """Two machines at the hospital, one at Yanchang, 25 minutes away."""
    second = a_device(session, cast.hospital, "CT-02")
    far = a_device(session, cast.yanchang, "CT-03")
    a_road(session, cast.hospital.id, cast.yanchang.id, metres=15_000)
    for device, name in ((second, "second"), (far, "far")):
        on_shift(session, an_operator(session, name, cast.hospital), device, days=2)
    session.commit()
    return [scene.device, second, far]


def shake(session: Session, scene: Scene, machines: list[Device], chance: random.Random) -> None:
    """Fill two days at random: bookings, blocks, shorter shifts, people at two machines."""
    session.execute(delete(OperatorShift))
    people = list(session.scalars(select(OperatorCertificate.user_id)))
    for device in machines:
        for day in DAYS:
            for user_id in chance.sample(people, chance.randrange(1, 3)):
                hours = sorted(chance.sample(range(8 * 60, 18 * 60), 2))
                start, end = (at(0, day=day) + timedelta(minutes=m) for m in hours)
                session.add(
                    OperatorShift(
                        user_id=user_id, device_id=device.id, starts_at=start, ends_at=end
                    )
                )
            if chance.random() < 0.5:
                start = at(8, chance.randrange(60), day=day) + timedelta(hours=chance.randrange(8))
                session.add(
                    DeviceBlock(
                        device_id=device.id,
                        kind=BlockKind.MAINTENANCE,
                        starts_at=start,
                        ends_at=start + timedelta(minutes=chance.randrange(1, 90)),
                        reason="test",
                        created_by=scene.operator,
                        created_at=NOW,
                    )
                )
    session.flush()
    patients = list(session.scalars(select(Patient.id)))
    for _ in range(24):
        wish = scene.wish(
            device_id=chance.choice(machines).id,
            patient_id=chance.choice(patients),
            start=at(8, day=chance.choice(DAYS)) + chance.randrange(120) * TICK,
        )
        _try_booking(session, scene, wish)


def _try_booking(session: Session, scene: Scene, wish: reserving.BookingRequest) -> None:
    try:
        with session.begin_nested():
            reserving.reserve(session, scene.clinic, wish, now=NOW)
    except DomainError:
        return


class Scan:
    """Every five minutes of a machine's day, compared with every row one by one."""

    def __init__(
        self, session: Session, query: SlotQuery, device: Device, patient: Patient
    ) -> None:
        self.query, self.device, self.patient = query, device, patient
        self.length = slots.needs_of(query.exam).ticks * TICK
        self.bookings = session.scalars(select(Booking)).all()
        self.places = {d.id: d.facility_id for d in session.scalars(select(Device))}
        self.blocks = [b for b in session.scalars(select(DeviceBlock)) if b.device_id == device.id]
        self.shifts: dict[int, list[OperatorShift]] = {}
        for shift in session.scalars(select(OperatorShift)):
            if shift.device_id == device.id:
                self.shifts.setdefault(shift.user_id, []).append(shift)

    def found(self) -> set[datetime]:
        return {
            start
            for day in self.query.days
            for start in (at_local(day, time(8)) + n * TICK for n in range(120))
            if start + self.length <= at_local(day, time(18)) and self.is_free(start)
        }

    def is_free(self, start: datetime) -> bool:
        end = start + self.length
        blocked = any(b.starts_at < end and start < b.ends_at for b in self.blocks)
        if start <= self.query.now or blocked:
            return False
        if any(self.clashes(booking, start, end) for booking in self.bookings):
            return False
        return any(self.can(user_id, start, end) for user_id in self.shifts)

    def clashes(self, booking: Booking, start: datetime, end: datetime) -> bool:
        here = self.places[booking.device_id] == self.device.facility_id
        mine = booking.patient_id == self.patient.id
        gap = timedelta() if here or not mine else ROAD
        near = booking.starts_at - gap < end and start < booking.ends_at + gap
        return near and (mine or booking.device_id == self.device.id)

    def can(self, user_id: int, start: datetime, end: datetime) -> bool:
        busy = any(
            b.operator_id == user_id and b.starts_at < end and start < b.ends_at
            for b in self.bookings
        )
        ticks = [start + n * TICK for n in range(self.length // TICK)]
        return not busy and all(
            any(s.starts_at <= tick and tick + TICK <= s.ends_at for s in self.shifts[user_id])
            for tick in ticks
        )


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32), minutes=st.sampled_from([3, 13, 28, 58]))
def test_the_search_finds_exactly_what_a_scan_of_every_tick_finds(
    session: Session, scene: Scene, machines: list[Device], seed: int, minutes: int
) -> None:
    chance = random.Random(seed)
    with session.begin_nested() as savepoint:
        a_patient(session, scene.clinic, "李四")
        a_patient(session, scene.clinic, "王五")
        shake(session, scene, machines, chance)
        exam = an_exam(session, f"CT-{seed}", minutes=minutes)
        query = SlotQuery(exam=exam, days=DAYS, now=NOW, identity=scene.patient.identity)

        found = slots.free_starts(session, query, machines)

        for device in machines:
            starts = {
                moment_of(first_tick(day) + bit)
                for day in DAYS
                for bit in range(288)
                if found[device.id, day] >> bit & 1
            }
            assert starts == Scan(session, query, device, scene.patient).found()
        savepoint.rollback()


def test_every_start_found_can_be_claimed_and_no_other(
    session: Session, scene: Scene, machines: list[Device]
) -> None:
    a_patient(session, scene.clinic, "李四")
    shake(session, scene, machines, random.Random(7))
    query = SlotQuery(exam=scene.exam, days=[MONDAY], now=NOW, identity=scene.patient.identity)
    device = machines[1]
    found = slots.free_starts(session, query, machines)[device.id, MONDAY]

    for bit in range(94, 220):
        start = moment_of(first_tick(MONDAY) + bit)
        wanted = Wanted(
            exam=scene.exam, device=device, identity=scene.patient.identity, start=start
        )
        claimed = True
        try:
            with session.begin_nested() as savepoint:
                claiming.claim(session, wanted)
                savepoint.rollback()
        except DomainError:
            claimed = False
        assert claimed == bool(found >> bit & 1), start


def test_days_before_today_and_beyond_the_horizon_are_not_searched() -> None:
    days = slots.bookable_days(MONDAY - timedelta(days=9), 500, NOW)

    assert days[0] == MONDAY - timedelta(days=1)
    assert days[-1] == MONDAY - timedelta(days=1) + timedelta(days=90)


def test_a_period_past_midnight_is_outside_hours(session: Session, scene: Scene) -> None:
    wanted = Wanted(exam=scene.exam, device=scene.device, identity="x", start=at(23, 55))

    with pytest.raises(OutsideHours):
        claiming.claim(session, wanted)
