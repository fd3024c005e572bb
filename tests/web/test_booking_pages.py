from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.local_time import local_day
from tests.factories.booking import Scene, a_device, a_scene, an_exam, an_operator, at, on_shift
from tests.factories.cast import Cast
from tests.factories.stock import NOW
from tests.queries import QueryCount
from tests.unit.test_booking_rules import CONTRAST_FINE

ClientAs = Callable[[str | None], FlaskClient]
TOMORROW = local_day(NOW) + timedelta(days=1)


@pytest.fixture
def scene(session: Session, cast: Cast) -> Scene:
    made = a_scene(
        session, cast.actor("clinic"), cast.actor("imaging"), cast.hospital, first=TOMORROW
    )
    session.commit()
    return made


def form(scene: Scene, hour: int = 9) -> dict[str, str]:
    return {
        "exam_item_id": str(scene.exam.id),
        "device_id": str(scene.device.id),
        "patient_id": str(scene.patient.id),
        "start": at(hour, day=TOMORROW).isoformat(),
        "indication": "头痛三天",
    }


def booked(client: FlaskClient, scene: Scene, hour: int = 9) -> str:
    answer = client.post("/bookings", data=form(scene, hour))
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].rsplit("/", 1)[1]


@pytest.mark.parametrize("locale", ["zh_Hans_CN", "en"])
def test_a_clinic_walks_from_the_exam_to_the_slip(
    client_as: ClientAs, scene: Scene, locale: str
) -> None:
    clinic = client_as("clinic")
    clinic.set_cookie("tongcang_locale", locale)
    chosen = {k: v for k, v in form(scene).items() if k in {"exam_item_id", "device_id", "start"}}

    assert scene.exam.name in clinic.get("/bookings/new").text
    times = clinic.get("/bookings/new", query_string={"exam_item_id": scene.exam.id})
    assert "08:00" in times.text
    found = clinic.get("/bookings/new/confirm", query_string={**chosen, "q": "zs"})
    assert "张三" in found.text
    assert "13800001234" not in found.text
    ready = clinic.get(
        "/bookings/new/confirm", query_string={**chosen, "patient_id": scene.patient.id}
    )
    assert ready.status_code == 200
    reference = booked(clinic, scene)

    for path in ("", "/slip", "/move"):
        assert reference in clinic.get(f"/bookings/{reference}{path}").text
    assert reference in clinic.get("/bookings").text
    assert "张三" in clinic.get(f"/bookings/calendar?day={TOMORROW}").text


def test_a_new_patient_is_registered_on_the_way(client_as: ClientAs, scene: Scene) -> None:
    chosen = {k: v for k, v in form(scene).items() if k in {"exam_item_id", "device_id", "start"}}
    person = {
        "name": "钱七",
        "sex": "male",
        "birth_date": "1970-05-01",
        "phone": "13700000000",
        "id_number": "",
    }
    clinic = client_as("clinic")

    answer = clinic.post("/bookings/new/patient", query_string=chosen, data=person)

    assert answer.status_code == 303
    assert "钱七" in clinic.get(answer.headers["Location"]).text
    wrong = clinic.post(
        "/bookings/new/patient",
        query_string=chosen,
        data={**person, "id_number": "612328198001010021"},
    )
    assert wrong.status_code == 422
    assert "身份证号有误" in wrong.text


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "X-Page-Form": "1"}])
def test_who_comes_too_late_is_offered_times_nearby(
    client_as: ClientAs, scene: Scene, headers: dict[str, str], session: Session
) -> None:
    other = client_as("clinic")
    booked(other, scene)
    late = other.post("/bookings", data={**form(scene)}, headers=headers)

    assert late.status_code == 409
    assert "邻近可约时间" in late.text
    assert ("<html" in late.text) == (not headers)


def test_an_answer_that_rules_the_exam_out_is_named(
    client_as: ClientAs, scene: Scene, session: Session
) -> None:
    contrast = an_exam(session, "CT-002", contrast=True)
    session.commit()
    words = {True: "yes", False: "no"}
    answers = {
        f"contrast.{code}": words[value] if isinstance(value, bool) else str(value)
        for code, value in CONTRAST_FINE.items()
    }
    wish = {**form(scene), "exam_item_id": str(contrast.id), **answers}
    clinic = client_as("clinic")

    stopped = clinic.post("/bookings", data={**wish, "contrast.contrast_allergy": "yes"})
    assert stopped.status_code == 409
    assert "曾对造影剂过敏" in stopped.text
    assert "此项回答为禁忌证" in stopped.text
    missing = {name: text for name, text in wish.items() if name != "contrast.egfr"}
    assert clinic.post("/bookings", data=missing).status_code == 409
    made = clinic.post("/bookings", data={**wish, "contrast.metformin": "yes"})
    assert made.status_code == 303
    assert "正在服用二甲双胍" in clinic.get(made.headers["Location"]).text


def test_a_booking_is_moved_and_cancelled_on_pages(client_as: ClientAs, scene: Scene) -> None:
    clinic = client_as("clinic")
    reference = booked(clinic, scene)
    path = f"/bookings/{reference}"
    start = at(10, day=TOMORROW).isoformat()

    moved = clinic.post(f"{path}/move", data={"device_id": scene.device.id, "start": start})
    assert moved.status_code == 303
    closed = at(20, day=TOMORROW).isoformat()
    refused = clinic.post(f"{path}/move", data={"device_id": scene.device.id, "start": closed})
    assert (refused.status_code, "不开放" in refused.text) == (409, True)
    assert clinic.post(f"{path}/cancel", data={"reason": ""}).status_code == 422
    assert clinic.post(f"{path}/cancel", data={"reason": "病人改期"}).status_code == 303
    page = clinic.get(path).text
    assert "已取消" in page
    assert "病人改期" in page


def test_the_desk_takes_a_patient_through_the_day(client_as: ClientAs, scene: Scene) -> None:
    reference = booked(client_as("clinic"), scene)
    desk = client_as("imaging")
    board = f"/imaging?day={TOMORROW}"
    assert reference in desk.get(board).text
    for step in ("arrive", "review-screening", "start", "complete"):
        assert desk.post(f"/imaging/{reference}/{step}").status_code == 303
    assert "已完成" in desk.get(board).text
    month = f"{local_day(clock.now()):%Y-%m}"
    assert reference in desk.get(f"/statements?month={month}").text
    own = client_as("clinic").get(f"/statements?month={month}").text
    assert "¥180.00" in own


def test_the_desk_notes_who_is_missing_or_cannot_go_on(client_as: ClientAs, scene: Scene) -> None:
    desk, clinic = client_as("imaging"), client_as("clinic")
    reference = booked(clinic, scene)

    assert desk.post(f"/imaging/{reference}/no-show").status_code == 422
    for step in ("arrive", "start"):
        desk.post(f"/imaging/{reference}/{step}")
    aborted = desk.post(f"/imaging/{reference}/abort", data={"reason": "病人不适"})
    assert aborted.status_code == 303
    assert "已中止" in clinic.get(f"/bookings/{reference}").text


def test_a_machine_is_set_aside_on_its_page(client_as: ClientAs, scene: Scene) -> None:
    desk = client_as("imaging")
    block = {
        "device_id": str(scene.device.id),
        "kind": "quality_control",
        "start": f"{TOMORROW}T08:00",
        "end": f"{TOMORROW}T08:30",
        "reason": "每日质控",
    }

    assert desk.post("/devices/blocks", data=block).status_code == 303
    page = desk.get("/devices").text
    assert "每日质控" in page
    assert (
        desk.post("/devices/blocks", data={**block, "start": "0001-01-01T00:00"}).status_code == 422
    )
    number = page.split("/devices/blocks/")[1].split("/end")[0]
    assert desk.post(f"/devices/blocks/{number}/end").status_code == 303
    assert "每日质控" not in client_as("clinic").get("/devices").text


def test_the_calendar_shows_where_an_exam_fits(client_as: ClientAs, scene: Scene) -> None:
    clinic = client_as("clinic")
    booked(clinic, scene)
    query = {"day": TOMORROW.isoformat(), "exam_item_id": scene.exam.id}

    page = clinic.get("/bookings/calendar", query_string=query).text

    assert "08:00 空闲，预约" in page
    assert "09:00 空闲，预约" not in page
    assert "09:15 空闲，预约" in page
    others = client_as("clinic2").get("/bookings/calendar", query_string=query).text
    assert "张三" not in others


def test_an_outsider_meets_404_on_every_page(client_as: ClientAs, scene: Scene) -> None:
    reference = booked(client_as("clinic"), scene)
    outsider = client_as("outsider")

    for path in ("", "/slip", "/move"):
        assert outsider.get(f"/bookings/{reference}{path}").status_code == 404
    assert outsider.post(f"/bookings/{reference}/cancel", data={"reason": "x"}).status_code == 404
    assert outsider.get(f"/statements?facility_id={scene.clinic.facility_id}").status_code == 404
    assert reference not in outsider.get("/bookings").text
    assert outsider.get("/imaging").status_code == 403


def test_pages_ask_a_fixed_number_of_queries(
    client_as: ClientAs,
    scene: Scene,
    session: Session,
    cast: Cast,
    count_queries: Callable[[], QueryCount],
) -> None:
    clinic, desk = client_as("clinic"), client_as("imaging")
    paths = (
        (clinic, "/bookings"),
        (clinic, f"/bookings/calendar?day={TOMORROW}&exam_item_id={scene.exam.id}"),
        (clinic, f"/bookings/new?exam_item_id={scene.exam.id}"),
        (clinic, "/devices"),
        (clinic, "/statements"),
        (desk, f"/imaging?day={TOMORROW}"),
    )
    booked(clinic, scene)

    def counts() -> list[int]:
        found = []
        for client, path in paths:
            with count_queries() as queries:
                assert client.get(path).status_code == 200
            found.append(queries.count)
        return found

    few = counts()
    for hour in range(10, 14):
        booked(clinic, scene, hour)
    second = a_device(session, cast.hospital, "CT-02")
    on_shift(session, an_operator(session, "second", cast.hospital), second, first=TOMORROW)
    session.commit()

    assert counts() == few
    assert max(few) <= 16
