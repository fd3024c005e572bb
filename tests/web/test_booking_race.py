"""Fifty clients want one slot through the HTTP API."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.booking.models import Booking
from app.booking.rules.states import BookingState
from app.kernel import clock
from app.kernel.ids import PatientId
from app.kernel.local_time import local_day
from app.web.guard import requires
from app.web.unit_of_work import transaction
from tests.clients import post_patiently
from tests.conftest import ClientAs
from tests.factories.booking import Scene, a_patient, a_scene, at
from tests.factories.cast import Cast
from tests.racing import at_once, deadlocks

CLIENTS = 50
Rivals = sessionmaker[Session]
Told = tuple[int, list[tuple[int, datetime]]]


@dataclass(frozen=True)
class Contest:
    """One slot, and as many patients as there are clients who want it."""

    scene: Scene
    start: datetime
    patients: list[PatientId]

    def wish(self, number: int) -> tuple[str, dict[str, Any]]:
        """Return the slot as the client of one patient asks for it."""
        return "/api/v1/bookings", {
            "exam_item_id": self.scene.exam.id,
            "device_id": self.scene.device.id,
            "patient_id": self.patients[number],
            "start": self.start.isoformat(),
        }


@pytest.fixture
def contest(rivals: Rivals, racing_cast: Cast) -> Contest:
    cast, tomorrow = racing_cast, local_day(clock.now()) + timedelta(days=1)
    with rivals.begin() as session:
        clinic, imaging = cast.actor("clinic"), cast.actor("imaging")
        scene = a_scene(session, clinic, imaging, cast.hospital, first=tomorrow)
        patients = [a_patient(session, clinic, f"病人{n}").id for n in range(CLIENTS)]
    return Contest(scene=scene, start=at(9, day=tomorrow), patients=patients)


def all_ask(client_as: ClientAs, asks: list[tuple[str, dict[str, Any]]]) -> list[Told]:
    """Let one client for each path and body send it, all at one instant."""

    def client(path: str, body: dict[str, Any]) -> Callable[[], Told]:
        browser = client_as("clinic")

        def ask() -> Told:
            answer = post_patiently(browser, path, body, uuid4().hex)
            offered = (answer.get_json() or {}).get("alternatives", ())
            return answer.status_code, [
                (one["device_id"], datetime.fromisoformat(one["start"])) for one in offered
            ]

        return ask

    return at_once(*(client(*ask) for ask in asks))


def test_of_fifty_clients_on_one_slot_one_gets_201_and_49_get_409_with_alternatives(
    rivals: Rivals, racing_client_as: ClientAs, contest: Contest
) -> None:
    told = all_ask(racing_client_as, [contest.wish(number) for number in range(CLIENTS)])

    assert Counter(status for status, _ in told) == {201: 1, 409: CLIENTS - 1}
    assert {len(set(offered)) for status, offered in told if status == 409} == {3}
    sold = contest.scene.device.id, contest.start
    assert all(sold not in offered for _, offered in told)
    assert deadlocks(rivals) == 0
    with rivals() as session:
        assert session.scalar(select(func.count(Booking.id))) == 1


def test_an_alternative_a_loser_was_told_can_be_booked(
    racing_client_as: ClientAs, contest: Contest
) -> None:
    told = all_ask(racing_client_as, [contest.wish(0), contest.wish(1)])
    device_id, start = next(offered[0] for status, offered in told if status == 409)

    path, wish = contest.wish(2)
    other = {**wish, "device_id": device_id, "start": start.isoformat()}
    (again,) = all_ask(racing_client_as, [(path, other)])

    assert again[0] == 201


def test_the_same_fifty_clients_all_get_the_slot_where_the_edge_looks_first(
    rivals: Rivals, racing_app: Flask, racing_client_as: ClientAs, contest: Contest
) -> None:
    """The naive control: an edge that asks whether the slot is free, and then books it."""
    looked, scene, start = Barrier(CLIENTS), contest.scene, contest.start
    slot = (Booking.device_id == scene.device.id, Booking.starts_at == start)

    @racing_app.post("/api/v1/naive-bookings/<int:patient_id>")
    @requires()
    def book(patient_id: PatientId) -> ResponseReturnValue:
        with transaction() as session:
            taken = session.scalars(select(Booking.id).where(*slot)).first()
        looked.wait(timeout=30)
        if taken is not None:
            return jsonify(), 409
        with transaction() as session:
            session.add(booked(scene, start, patient_id))
        return jsonify(), 201

    told = all_ask(
        racing_client_as, [(f"/api/v1/naive-bookings/{one}", {}) for one in contest.patients]
    )

    assert Counter(status for status, _ in told) == {201: CLIENTS}
    with rivals() as session:
        assert session.scalar(select(func.count(Booking.id)).where(*slot)) == CLIENTS


def booked(scene: Scene, start: datetime, patient_id: PatientId) -> Booking:
    return Booking(
        reference=f"NAIVE-{patient_id}",
        exam_item_id=scene.exam.id,
        patient_id=patient_id,
        facility_id=scene.clinic.facility_id,
        device_id=scene.device.id,
        operator_id=scene.operator,
        starts_at=start,
        ends_at=start + timedelta(minutes=15),
        state=BookingState.BOOKED,
        indication="",
        created_by=scene.clinic.user_id,
        created_at=clock.now(),
    )
