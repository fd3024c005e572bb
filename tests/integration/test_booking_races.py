"""Many clinics at one instant; each race has a naive control that really goes wrong."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from app.booking.models import Booking, Occupancy
from app.booking.rules.states import HOLDING, BookingState
from app.booking.service import reserving, upkeep
from app.booking.service.reserving import BookingRequest, MoveRequest, reserve
from app.equipment import service as equipment
from app.equipment.models import Device
from app.kernel.actor import Actor
from app.kernel.errors import DomainError
from app.kernel.ids import DeviceId, PatientId
from app.network.models import Facility
from tests.factories.booking import (
    MONDAY,
    NOW,
    Scene,
    a_device,
    a_patient,
    a_scene,
    an_operator,
    at,
    on_shift,
)
from tests.factories.cast import Cast
from tests.racing import at_once, deadlocks, look_then_act, wait_until_blocked

Sessions = sessionmaker[Session]


@dataclass(frozen=True)
class Arena:
    """A committed scene with many patients and a second machine."""

    scene: Scene
    second: Device
    patients: tuple[PatientId, ...]


@pytest.fixture
def arena(rivals: Sessions, racing_cast: Cast) -> Arena:
    with rivals.begin() as session:
        cast = racing_cast
        scene = a_scene(session, cast.actor("clinic"), cast.actor("imaging"), cast.hospital)
        second = a_device(session, cast.hospital, "CT-02")
        on_shift(session, an_operator(session, "second", cast.hospital), second)
        patients = tuple(a_patient(session, scene.clinic, f"病人{n}").id for n in range(50))
    return Arena(scene=scene, second=second, patients=patients)


def outcome(call: Callable[[], object]) -> Callable[[], str]:
    """Return the name of what happened."""

    def run() -> str:
        try:
            call()
        except DomainError as refusal:
            alternatives = refusal.data.get("alternatives")
            return f"{refusal.code} {len(alternatives) if isinstance(alternatives, list) else 0}"
        except DBAPIError as error:
            return f"database {getattr(error.orig, 'sqlstate', '')}"
        return "ok"

    return run


def booking_by(rivals: Sessions, actor: Actor, request: BookingRequest) -> Callable[[], str]:
    def book() -> None:
        with rivals.begin() as session:
            reserve(session, actor, request, now=NOW)

    return outcome(book)


def naive(
    rivals: Sessions, actor: Actor, requests: Sequence[BookingRequest], resource: str
) -> Counter[str]:
    """Check, then insert, all at once: what this design replaces.

    ``resource`` is the column of what is looked up: machine, patient or operator.
    """
    waiting = list(requests)
    end = requests[0].start + timedelta(minutes=15)

    def look(session: Session) -> BookingRequest | None:
        request = waiting.pop()
        theirs = {
            "device_id": request.device_id,
            "patient_id": request.patient_id,
            "operator_id": actor.user_id,
        }
        taken = select(Booking.id).where(
            Booking.__table__.c[resource] == theirs[resource],
            Booking.state.in_(HOLDING),
            Booking.starts_at < end,
            Booking.ends_at > request.start,
        )
        return request if session.scalars(taken).first() is None else None

    def act(session: Session, request: BookingRequest | None) -> None:
        assert request is not None
        session.add(
            Booking(
                reference=f"NAIVE-{request.device_id}-{request.patient_id}",
                exam_item_id=request.exam_item_id,
                patient_id=request.patient_id,
                facility_id=actor.facility_id,
                device_id=request.device_id,
                operator_id=actor.user_id,
                starts_at=request.start,
                ends_at=end,
                state=BookingState.BOOKED,
                indication="",
                created_by=actor.user_id,
                created_at=NOW,
            )
        )

    return look_then_act(rivals, look, act, count=len(requests))


def overlaps(rivals: Sessions, column: str) -> int:
    """Count pairs of open bookings that hold one machine, patient or operator at one time."""
    one, other = Booking.__table__.alias("one"), Booking.__table__.alias("other")
    states = [state.value for state in HOLDING]
    statement = select(func.count()).where(
        one.c.id < other.c.id,
        one.c[column] == other.c[column],
        one.c.starts_at < other.c.ends_at,
        other.c.starts_at < one.c.ends_at,
        one.c.state.in_(states),
        other.c.state.in_(states),
    )
    with rivals() as session:
        return session.scalars(statement).one()


def overbooked(rivals: Sessions) -> int:
    columns = ("device_id", "patient_id", "operator_id")
    return sum(overlaps(rivals, column) for column in columns)


def test_of_fifty_clinics_one_gets_the_slot_and_the_rest_alternatives(
    rivals: Sessions, arena: Arena
) -> None:
    scene = arena.scene
    calls = [
        booking_by(rivals, scene.clinic, scene.wish(9, patient_id=patient))
        for patient in arena.patients
    ]

    happened = Counter(at_once(*calls))

    assert happened == {"ok": 1, "slot-taken 3": 49}
    assert overbooked(rivals) == 0


def test_a_loser_needs_no_turn_at_the_lock(rivals: Sessions, arena: Arena) -> None:
    """However long others keep the machine-day, what is sold already is refused at once."""
    scene = arena.scene
    assert booking_by(rivals, scene.clinic, scene.request())() == "ok"
    with rivals.begin() as keeper:
        equipment.lock_device_days(keeper, [(scene.device.id, MONDAY)])

        late = booking_by(rivals, scene.clinic, scene.wish(patient_id=arena.patients[0]))()

    assert late == "slot-taken 3"


def test_who_waits_for_another_booking_is_told_what_became_of_it(
    rivals: Sessions, arena: Arena
) -> None:
    scene = arena.scene
    same, later = (
        booking_by(rivals, scene.clinic, scene.wish(hour, patient_id=patient))
        for hour, patient in zip((9, 10), arena.patients, strict=False)
    )
    with ThreadPoolExecutor() as pool:
        with rivals.begin() as session:
            reserve(session, scene.clinic, scene.request(), now=NOW)
            waiting = [pool.submit(same), pool.submit(later)]
            wait_until_blocked(rivals, 2)

        assert [call.result() for call in waiting] == ["slot-taken 3", "ok"]
    assert overbooked(rivals) == 0


def test_control_check_then_insert_sells_one_slot_many_times(
    rivals: Sessions, arena: Arena
) -> None:
    wishes = [arena.scene.wish(9, patient_id=patient) for patient in arena.patients[:16]]

    assert naive(rivals, arena.scene.clinic, wishes, "device_id") == {"acted": 16}
    assert overlaps(rivals, "device_id") == 16 * 15 // 2


def test_one_patient_is_never_on_two_machines(rivals: Sessions, arena: Arena) -> None:
    scene = arena.scene
    for hour in range(8, 18):
        calls = [
            booking_by(rivals, scene.clinic, scene.wish(hour, minute, device_id=device))
            for minute, device in ((0, scene.device.id), (5, arena.second.id))
        ]
        assert Counter(at_once(*calls, rivals=2))["ok"] == 1

    assert overbooked(rivals) == 0


def test_control_two_machines_that_look_for_the_patient_first_both_get_one(
    rivals: Sessions, arena: Arena
) -> None:
    wishes = [arena.scene.wish(9, device_id=device) for device in machines(arena)]

    assert naive(rivals, arena.scene.clinic, wishes, "patient_id") == {"acted": 2}
    assert overlaps(rivals, "patient_id") == 1


def test_control_two_machines_that_look_for_the_operator_first_both_get_one(
    rivals: Sessions, arena: Arena
) -> None:
    wishes = [
        arena.scene.wish(9, device_id=device, patient_id=patient)
        for device, patient in zip(machines(arena), arena.patients, strict=False)
    ]

    assert naive(rivals, arena.scene.clinic, wishes, "operator_id") == {"acted": 2}
    assert overlaps(rivals, "operator_id") == 1


def machines(arena: Arena) -> tuple[DeviceId, DeviceId]:
    return arena.scene.device.id, arena.second.id


def test_one_operator_is_never_at_two_machines(rivals: Sessions, arena: Arena) -> None:
    scene = arena.scene
    with rivals.begin() as session:
        third = a_device(session, session.get_one(Facility, scene.device.facility_id), "CT-03")
        on_shift(session, scene.operator, third)
    for hour in range(8, 18):
        calls = [
            booking_by(
                rivals,
                scene.clinic,
                scene.wish(hour, 0, device_id=device, patient_id=arena.patients[number]),
            )
            for number, device in enumerate((scene.device.id, third.id))
        ]
        assert sorted(at_once(*calls)) == ["ok", "operator-taken 3"]

    assert overbooked(rivals) == 0


def test_a_storm_of_bookings_moves_and_cancels_never_overlaps_nor_deadlocks(
    rivals: Sessions, arena: Arena
) -> None:
    """Sixteen clients, few operators who trade machines, 70 % moves."""
    scene = arena.scene
    with rivals.begin() as session:
        on_shift(session, scene.operator, arena.second)
    happened: Counter[str] = Counter()

    def client(number: int) -> Callable[[], Counter[str]]:
        chance = random.Random(number)

        def run() -> Counter[str]:
            mine: list[str] = []
            seen: Counter[str] = Counter()
            for _ in range(20):
                seen[_act(rivals, arena, chance, number, mine)] += 1
            return seen

        return run

    for seen in at_once(*(client(number) for number in range(16))):
        happened += seen

    # A busy machine may tell a client to ask again (503), but never break up a deadlock.
    failed = {name for name in happened if name.startswith("database")}
    assert failed <= {"database 55P03", "database 57014"}, happened
    assert deadlocks(rivals) == 0
    assert happened["ok"] > 40
    assert overbooked(rivals) == 0
    with rivals.begin() as session:
        assert upkeep.rebuild_device_days(session) == 0
        held = session.scalars(
            select(func.count(Occupancy.tick)).join(Booking, Booking.id == Occupancy.booking_id)
        ).one()
        open_bookings = session.scalars(
            select(func.count(Booking.id)).where(Booking.state.in_(HOLDING))
        ).one()
        assert held == open_bookings * 3 * 3


def _act(
    rivals: Sessions, arena: Arena, chance: random.Random, number: int, mine: list[str]
) -> str:
    """Book, move or cancel at random; bookings that worked are remembered in ``mine``."""
    scene = arena.scene
    device = chance.choice([scene.device.id, arena.second.id])
    start = at(9 + chance.randrange(3), chance.randrange(0, 60, 5))
    if mine and chance.random() < 0.8:
        reference = chance.choice(mine)
        if chance.random() < 0.1:
            mine.remove(reference)
            return outcome(lambda: _cancel(rivals, scene.clinic, reference))()
        return outcome(
            lambda: _move(
                rivals, scene.clinic, reference, MoveRequest(device_id=device, start=start)
            )
        )()
    patient = arena.patients[(number * 3 + chance.randrange(3)) % 50]
    wish = replace(scene.request(), device_id=device, start=start, patient_id=patient)

    def book() -> None:
        with rivals.begin() as session:
            mine.append(reserve(session, scene.clinic, wish, now=NOW).reference)

    return outcome(book)()


def _move(rivals: Sessions, actor: Actor, reference: str, request: MoveRequest) -> None:
    with rivals.begin() as session:
        reserving.move(session, actor, reference, request, now=NOW)


def _cancel(rivals: Sessions, actor: Actor, reference: str) -> None:
    with rivals.begin() as session:
        reserving.cancel(session, actor, reference, "storm", now=NOW)
