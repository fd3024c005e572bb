from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from app.kernel import clock
from app.kernel.local_time import local_day
from tests.factories.booking import a_patient, a_scene, at
from tests.factories.cast import Cast
from tests.racing import at_once

ClientAs = Callable[[str | None], FlaskClient]


def test_fifty_clients_on_one_slot_get_one_201_and_49_conflicts_with_alternatives(
    rivals: sessionmaker[Session], racing_cast: Cast, racing_client_as: ClientAs
) -> None:
    tomorrow = local_day(clock.now()) + timedelta(days=1)
    with rivals.begin() as session:
        cast = racing_cast
        clinic = cast.actor("clinic")
        scene = a_scene(session, clinic, cast.actor("imaging"), cast.hospital, first=tomorrow)
        patients = [a_patient(session, clinic, f"病人{n}").id for n in range(50)]

    def client(patient_id: int) -> Callable[[], tuple[int, int]]:
        browser = racing_client_as("clinic")
        wish = {
            "exam_item_id": scene.exam.id,
            "device_id": scene.device.id,
            "patient_id": patient_id,
            "start": at(9, day=tomorrow).isoformat(),
        }

        def book() -> tuple[int, int]:
            headers = {"Idempotency-Key": f"race-{patient_id}"}
            answer = browser.post("/api/v1/bookings", json=wish, headers=headers)
            given: Any = answer.json
            return answer.status_code, len(given.get("alternatives", ()))

        return book

    answers = Counter(at_once(*(client(patient_id) for patient_id in patients)))

    assert answers == {(201, 0): 1, (409, 3): 49}
