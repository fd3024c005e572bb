from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.billing.models import Charge
from app.booking.models import Booking
from app.kernel.local_time import local_day
from tests.factories.booking import Scene, a_scene, at
from tests.factories.cast import Cast
from tests.factories.stock import NOW
from tests.queries import QueryCount

ClientAs = Callable[[str | None], FlaskClient]
TOMORROW = local_day(NOW) + timedelta(days=1)


@pytest.fixture
def scene(session: Session, cast: Cast) -> Scene:
    made = a_scene(
        session, cast.actor("clinic"), cast.actor("imaging"), cast.hospital, first=TOMORROW
    )
    session.commit()
    return made


def body(scene: Scene, hour: int = 9, minute: int = 0, **changes: object) -> dict[str, Any]:
    return {
        "exam_item_id": scene.exam.id,
        "device_id": scene.device.id,
        "patient_id": scene.patient.id,
        "start": at(hour, minute, day=TOMORROW).isoformat(),
        **changes,
    }


def booked(client: FlaskClient, scene: Scene, hour: int = 9) -> str:
    answer = client.post("/api/v1/bookings", json=body(scene, hour))
    assert answer.status_code == 201, answer.json
    return str(answer.json["reference"])  # type: ignore[index]


def test_a_clinic_books_the_earliest_offer(client_as: ClientAs, scene: Scene) -> None:
    clinic = client_as("clinic")
    query = {"exam_item_id": scene.exam.id, "patient_id": scene.patient.id}
    offers = clinic.get("/api/v1/slots", query_string=query)
    assert offers.status_code == 200
    first = offers.json["slots"][0]  # type: ignore[index]
    assert (first["start"], first["price"]) == (_utc(8), "180.00")

    answer = clinic.post("/api/v1/bookings", json=body(scene, start=first["start"]))

    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["state"] == "booked"
    assert answer.json["patient_phone"] == "138****1234"
    again = clinic.get(f"/api/v1/bookings/{answer.json['reference']}")
    assert again.json == answer.json


def _utc(hour: int) -> str:
    return at(hour, day=TOMORROW).isoformat()


def test_a_repeat_under_the_same_key_gets_the_first_answer(
    client_as: ClientAs, scene: Scene, session: Session
) -> None:
    clinic = client_as("clinic")
    headers = {"Idempotency-Key": "one"}

    first = clinic.post("/api/v1/bookings", json=body(scene), headers=headers)
    repeat = clinic.post("/api/v1/bookings", json=body(scene), headers=headers)
    other = clinic.post("/api/v1/bookings", json=body(scene, 10), headers=headers)

    assert (first.status_code, repeat.status_code, other.status_code) == (201, 201, 422)
    assert first.json == repeat.json
    assert session.scalars(select(func.count(Booking.id))).one() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"start": f"{TOMORROW}T09:00:00"},
        {"start": f"{TOMORROW}T09:03:00+08:00"},
        {"start": "2020-01-06T09:00:00+08:00"},
        {"start": f"{TOMORROW + timedelta(days=95)}T09:00:00+08:00"},
        {"start": f"{TOMORROW}T02:00:00+08:00"},
        {"start": "tomorrow"},
        {"exam_item_id": True},
        {"exam_item_id": 2**70},
        {"answers": {"mr": {"pacemaker": []}}},
        {"answers": {"tea": {}}},
        {"surprise": 1},
    ],
)
def test_bad_requests_are_refused_and_change_nothing(
    client_as: ClientAs, scene: Scene, session: Session, changes: dict[str, Any]
) -> None:
    answer = client_as("clinic").post("/api/v1/bookings", json=body(scene, **changes))

    assert answer.status_code == 422, answer.json
    assert answer.mimetype == "application/problem+json"
    assert session.scalars(select(func.count(Booking.id))).one() == 0


@pytest.mark.parametrize("reference", ["BK-20200101-0001", "x", "BK-20261122-0001%00", "%ED%A0%80"])
def test_missing_bookings_are_404(client_as: ClientAs, reference: str) -> None:
    assert client_as("clinic").get(f"/api/v1/bookings/{reference}").status_code == 404


def test_an_outsider_meets_404_everywhere(client_as: ClientAs, scene: Scene) -> None:
    reference = booked(client_as("clinic"), scene)
    outsider = client_as("outsider")
    query = {"exam_item_id": scene.exam.id, "patient_id": scene.patient.id}
    base = f"/api/v1/bookings/{reference}"
    missing = outsider.get("/api/v1/bookings/BK-20200101-0001")

    seen = outsider.get(base)

    assert (seen.status_code, seen.json) == (404, missing.json)
    tries = [
        outsider.post(f"{base}/cancel", json={"reason": "x"}),
        outsider.post(f"{base}/move", json={"device_id": scene.device.id, "start": _utc(10)}),
        outsider.get(f"/api/v1/patients/{scene.patient.id}"),
        outsider.get("/api/v1/slots", query_string=query),
        outsider.post("/api/v1/bookings", json=body(scene, 11)),
        outsider.get("/api/v1/statements", query_string={"facility_id": scene.clinic.facility_id}),
    ]
    assert [answer.status_code for answer in tries] == [404] * len(tries)
    assert outsider.get("/api/v1/bookings").json == {"rows": [], "next_cursor": None}
    assert outsider.get("/api/v1/patients", query_string={"q": "张"}).json == []


def test_a_clinic_may_not_perform_and_a_stranger_nothing(client_as: ClientAs, scene: Scene) -> None:
    reference = booked(client_as("clinic"), scene)
    base = f"/api/v1/bookings/{reference}"

    assert client_as("clinic").post(f"{base}/arrive").status_code == 403
    assert client_as("clinic").post(f"{base}/complete").status_code == 403
    assert client_as(None).get(base).status_code == 401


def test_the_charge_appears_when_the_exam_is_done_and_only_then(
    client_as: ClientAs, scene: Scene, session: Session
) -> None:
    clinic, imaging = client_as("clinic"), client_as("imaging")
    reference = booked(clinic, scene)
    base = f"/api/v1/bookings/{reference}"

    assert imaging.post(f"{base}/complete").status_code == 409
    assert imaging.post(f"{base}/start").status_code == 409
    assert imaging.post(f"{base}/arrive").json["state"] == "arrived"  # type: ignore[index]
    assert imaging.post(f"{base}/start").json["state"] == "in_progress"  # type: ignore[index]
    assert session.scalars(select(func.count(Charge.id))).one() == 0
    done = imaging.post(f"{base}/complete", headers={"Idempotency-Key": "done"})
    assert done.json["charge"]["amount"] == "180.00"  # type: ignore[index]
    repeated = imaging.post(f"{base}/complete", headers={"Idempotency-Key": "done"})
    assert repeated.json == done.json
    assert imaging.post(f"{base}/complete").status_code == 409

    own = clinic.get("/api/v1/statements").json
    assert own is not None
    assert (own["exams"], own["total"]) == (1, "180.00")
    earned = imaging.get("/api/v1/statements", query_string={"side": "earns"}).json
    assert earned is not None
    assert earned["total"] == "180.00"
    charge = own["rows"][0]["id"]
    assert clinic.post(f"/api/v1/charges/{charge}/reverse", json={"reason": "x"}).status_code == 403
    mirror = imaging.post(f"/api/v1/charges/{charge}/reverse", json={"reason": "图像质量不合格"})
    assert mirror.json["amount"] == "-180.00"  # type: ignore[index]
    again = imaging.post(f"/api/v1/charges/{charge}/reverse", json={"reason": "再退"})
    assert again.status_code == 409
    assert clinic.get("/api/v1/statements").json["total"] == "0.00"  # type: ignore[index]


def test_a_patients_number_never_leaves_and_finds_its_owner(
    client_as: ClientAs, scene: Scene
) -> None:
    clinic = client_as("clinic")
    number = "61232819800101002X"
    person = {"name": "赵六", "sex": "female", "birth_date": "1980-01-01", "phone": "13900005678"}

    made = clinic.post("/api/v1/patients", json={**person, "id_number": number.lower()})
    assert made.status_code == 201
    assert number not in made.text
    found = clinic.get("/api/v1/patients", query_string={"q": number})
    assert [one["name"] for one in found.json or []] == ["赵六"]
    assert clinic.get("/api/v1/patients", query_string={"q": "zl"}).json == found.json
    twice = clinic.post("/api/v1/patients", json={**person, "id_number": number})
    assert twice.status_code == 409
    wrong = clinic.post("/api/v1/patients", json={**person, "id_number": number[:17] + "1"})
    assert wrong.status_code == 422
    other = clinic.post("/api/v1/patients", json={**person, "sex": "male", "id_number": number})
    assert other.json["code"] == "id-number-contradicts"  # type: ignore[index]


def test_lists_page_by_key_and_ask_a_fixed_number_of_queries(
    client_as: ClientAs, scene: Scene, count_queries: Callable[[], QueryCount]
) -> None:
    clinic = client_as("clinic")
    booked(clinic, scene, 9)
    with count_queries() as one:
        clinic.get("/api/v1/bookings")
    for hour in range(10, 15):
        booked(clinic, scene, hour)

    with count_queries() as many:
        listed = clinic.get("/api/v1/bookings")

    assert many.count == one.count <= 8
    assert [row["start"] for row in listed.json["rows"]] == [  # type: ignore[index]
        _utc(hour) for hour in (9, *range(10, 15))
    ]
    forged = clinic.get("/api/v1/bookings", query_string={"cursor": "abc"})
    assert forged.status_code == 422


def test_the_search_asks_a_fixed_number_of_queries(
    client_as: ClientAs, scene: Scene, count_queries: Callable[[], QueryCount]
) -> None:
    clinic = client_as("clinic")
    with count_queries() as queries:
        clinic.get("/api/v1/slots", query_string={"exam_item_id": scene.exam.id, "days": 31})

    assert queries.count <= 14


def test_a_centre_sets_its_own_machine_aside_and_no_other(
    client_as: ClientAs, scene: Scene
) -> None:
    block = {
        "kind": "maintenance",
        "start": _utc(9),
        "end": _utc(12),
        "reason": "季度保养",
    }
    path = f"/api/v1/devices/{scene.device.id}/blocks"

    made = client_as("imaging").post(path, json=block)

    assert made.status_code == 201
    refused = client_as("clinic").post("/api/v1/bookings", json=body(scene, 10))
    assert (refused.status_code, refused.json["code"]) == (422, "device-blocked")  # type: ignore[index]
    assert client_as("clinic").post(path, json=block).status_code == 403
    ended = client_as("imaging").post(f"/api/v1/blocks/{made.json['id']}/end")  # type: ignore[index]
    assert ended.status_code == 200
    backwards = client_as("imaging").post(path, json={**block, "end": _utc(8)})
    assert backwards.status_code == 422
    assert client_as("imaging").post("/api/v1/blocks/999/end").status_code == 404
    on = client_as("imaging").post(
        f"/api/v1/devices/{scene.device.id}/log", json={"state": "in_operation"}
    )
    assert on.status_code == 201
    assert datetime.fromisoformat(on.json["happened_at"]).tzinfo is not None  # type: ignore[index]
    listed = client_as("clinic").get("/api/v1/devices").json
    assert listed["rows"][0]["centre"] == "镇巴县人民医院"  # type: ignore[index]
