"""Pages and API of plans and runs: who may open what, and what outsiders may not know."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delivery.models import Plan, Run
from app.delivery.queries import RunView
from app.delivery.rules.states import PlanState, RunState, ScanKind
from app.delivery.service import closing
from app.fulfilment.models import Tote
from app.kernel import clock
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.fleet import (
    TOMORROW,
    a_depot,
    a_driver_of,
    a_tote_for,
    an_event,
    another_driver,
    scanned,
    two_stops,
)
from tests.queries import QueryCount

Two = tuple[RunView, Tote, Tote]


@pytest.fixture
def two(session: Session, cast: Cast) -> Two:
    """A run with a tote for Yudu and one for Yanchang."""
    made = two_stops(session, cast)
    session.commit()
    return made


@pytest.mark.parametrize("username", ["dispatcher", "pharmacist", "director"])
@pytest.mark.parametrize("locale", ["zh_Hans_CN", "en"])
def test_the_board_shows_the_day_with_its_runs(
    client_as: ClientAs, two: Two, username: str, locale: str
) -> None:
    run, *_ = two
    client = client_as(username)
    client.set_cookie("tongcang_locale", locale)

    board = client.get(f"/delivery/?day={TOMORROW}")

    assert board.status_code == 200
    assert run.reference in board.text
    assert "36.0" in board.text
    for path in (f"/delivery/runs/{run.reference}", f"/delivery/runs/{run.reference}/sheet"):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("username", ["outsider", "clinic", "village", "imaging", "buyer"])
def test_the_board_is_for_those_who_deliver(client_as: ClientAs, two: Two, username: str) -> None:
    run, *_ = two
    client = client_as(username)

    for path in ("/delivery/", f"/delivery/runs/{run.reference}", "/api/v1/delivery/day"):
        assert client.get(path).status_code == 403
    assert client_as(None).get("/delivery/").status_code == 302


def test_only_the_dispatcher_plans(client_as: ClientAs, two: Two) -> None:
    form = {"day": TOMORROW.isoformat(), "leave_from": ""}

    assert client_as("director").post("/delivery/plans", data=form).status_code == 403
    assert client_as("driver").post("/delivery/plans", data=form).status_code == 403


def test_the_button_asks_for_a_plan_and_the_page_shows_its_progress(
    client_as: ClientAs, session: Session, cast: Cast
) -> None:
    a_depot(session, cast)
    a_tote_for(session, cast)
    session.commit()
    client = client_as("dispatcher")
    days = "/delivery/"
    assert "一键排车" in client.get(days).text

    form = {"day": TOMORROW.isoformat(), "leave_from": "06:30", "client_key": "one press"}
    client.environ_base["REMOTE_ADDR"] = "127.0.0.1"
    first = client.post("/delivery/plans", data=form)
    again = client.post("/delivery/plans", data=form)
    plan = session.scalars(select(Plan)).one()

    assert (first.status_code, again.status_code) == (302, 302)
    assert "正在排车" in client.get(f"/delivery/?day={TOMORROW}").text
    progress = client.get(f"/delivery/plans/{plan.id}/progress", headers={"HX-Request": "true"})
    assert "hx-get" in progress.text
    assert "HX-Refresh" not in progress.headers
    assert client.post(f"/delivery/plans/{plan.id}/stop").status_code == 302


def test_a_finished_plan_asks_for_the_whole_board(
    client_as: ClientAs, session: Session, two: Two
) -> None:
    plan = session.scalars(select(Plan)).one()
    assert plan.state is PlanState.STORED

    progress = client_as("dispatcher").get(f"/delivery/plans/{plan.id}/progress")

    assert progress.headers["HX-Refresh"] == "true"


def test_programs_plan_and_read_the_day(
    client_as: ClientAs, session: Session, cast: Cast, two: Two
) -> None:
    run, *_ = two
    client = client_as("dispatcher")

    day = client.get(f"/api/v1/delivery/day?day={TOMORROW}")
    asked = client.post("/api/v1/delivery/plans", json={"day": TOMORROW.isoformat()})
    shown = client.get(f"/api/v1/delivery/runs/{run.reference}")

    assert day.json is not None
    assert day.json["runs"][0]["reference"] == run.reference
    assert day.json["plan"]["baseline_metres"] == 48_000
    assert asked.status_code in (202, 422)
    assert shown.json is not None
    assert [len(stop["totes"]) for stop in shown.json["stops"]] == [1, 1]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"day": "tomorrow"},
        {"day": "2026-11-24", "solve_seconds": 0},
        {"day": "2026-11-24", "solve_seconds": "6"},
        {"day": "2026-11-24", "leave_from": "later"},
        {"day": "2026-11-24", "surprise": 1},
        {"day": "0001-01-01"},
    ],
)
def test_a_request_that_makes_no_sense_is_refused(
    client_as: ClientAs, body: dict[str, object]
) -> None:
    answer = client_as("dispatcher").post("/api/v1/delivery/plans", json=body)

    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"


def test_what_does_not_exist_is_404(client_as: ClientAs, cast: Cast) -> None:
    client = client_as("dispatcher")

    for path in (
        "/delivery/runs/DR-1",
        "/delivery/plans/1/progress",
        "/api/v1/delivery/plans/1",
        "/api/v1/delivery/runs/DR-1",
    ):
        assert client.get(path).status_code == 404
    assert client.post("/api/v1/delivery/totes/TT-1/release").status_code == 404


def test_the_dispatcher_closes_a_run_and_sends_a_tote_again(
    client_as: ClientAs, session: Session, cast: Cast, two: Two
) -> None:
    run, yudu, yanchang = two
    events = [an_event(run, ScanKind.LOAD, tote.code) for tote in (yudu, yanchang)]
    shut = [an_event(run, ScanKind.CLOSED, stop=at, reason="锁门") for at in (1, 2)]
    back = an_event(run, ScanKind.RETURN, yudu.code)
    scanned(session, cast, *events, an_event(run, ScanKind.DEPART), *shut, back)
    session.commit()
    client = client_as("dispatcher")

    refused = client.post(f"/delivery/runs/{run.reference}/close", data={})
    kept = {"code": yanchang.code, "reason": "明早再送"}
    closed = client.post(f"/delivery/runs/{run.reference}/close", data=kept)
    again = client.post(f"/delivery/totes/{yudu.code}/release")

    assert (refused.status_code, closed.status_code, again.status_code) == (422, 302, 302)
    state = select(Run.state).where(Run.reference == run.reference)
    assert session.scalars(state.execution_options(populate_existing=True)).one() is RunState.CLOSED


def test_the_board_asks_the_same_number_of_questions_for_any_number_of_stops(
    client_as: ClientAs,
    session: Session,
    cast: Cast,
    two: Two,
    count_queries: Callable[[], QueryCount],
) -> None:
    client = client_as("dispatcher")

    with count_queries() as queries:
        assert client.get(f"/delivery/?day={TOMORROW}").status_code == 200

    assert queries.count <= 20, queries.statements


def test_costs_count_what_was_driven(
    client_as: ClientAs, session: Session, cast: Cast, two: Two
) -> None:
    run, yudu, yanchang = two
    client = client_as("director")
    path = f"/api/v1/delivery/costs?since={TOMORROW}&until={TOMORROW}"
    planned = client.get(path).json
    events = [an_event(run, ScanKind.LOAD, tote.code) for tote in (yudu, yanchang)]
    scanned(session, cast, *events, an_event(run, ScanKind.DEPART))
    session.commit()

    driven = client.get(path).json

    assert planned == {"rows": []}
    assert driven is not None
    assert driven["rows"][0]["metres"] == 36_000
    assert driven["rows"][0]["baseline_metres"] == 48_000


def test_a_driver_sees_only_the_own_runs(
    client_as: ClientAs, session: Session, cast: Cast, two: Two
) -> None:
    run, *_ = two
    a_driver_of(session, cast, another_driver(session, cast))
    session.commit()
    own, other = client_as("driver"), client_as("driver2")
    pages = (f"/driver/runs/{run.reference}", f"/driver/runs/{run.reference}/stops/1")

    assert run.reference in own.get("/driver/").text
    assert run.reference not in other.get("/driver/").text
    for page in pages:
        assert own.get(page).status_code == 200
        assert other.get(page).status_code == 404
    assert own.get(f"/driver/runs/{run.reference}/stops/9").status_code == 404
    answer = other.post(f"/api/v1/driver/runs/{run.reference}/close", json={})
    assert answer.status_code == 404
    assert client_as("dispatcher").get("/driver/").status_code == 403


def test_somebody_without_a_drivers_record_has_no_runs(client_as: ClientAs, cast: Cast) -> None:
    assert client_as("driver").get("/driver/").status_code == 404
    assert client_as("driver").get("/api/v1/driver/runs").status_code == 404


def test_the_phone_shows_the_way_and_the_number_to_call(
    client_as: ClientAs, session: Session, cast: Cast, two: Two
) -> None:
    cast.yudu.phone = "0916 671 0001"
    session.add(cast.yudu)
    session.commit()
    run, *_ = two

    page = client_as("driver").get(f"/driver/runs/{run.reference}").text

    assert "tel:09166710001" in page
    assert "https://uri.amap.com/navigation?to=107.900000%2C32.500000%2C" in page
    assert "coordinate=wgs84" in page


def test_a_closed_run_leaves_the_phone_with_its_outcome(
    client_as: ClientAs, session: Session, cast: Cast, two: Two
) -> None:
    run, yudu, yanchang = two
    events = [
        an_event(run, ScanKind.LOAD, yudu.code),
        an_event(run, ScanKind.LOAD, yanchang.code),
        an_event(run, ScanKind.CLOSED, stop=1, reason="锁门"),
        an_event(run, ScanKind.CLOSED, stop=2, reason="锁门"),
        an_event(run, ScanKind.RETURN, yudu.code),
        an_event(run, ScanKind.RETURN, yanchang.code),
    ]
    scanned(session, cast, *events)
    session.commit()
    client = client_as("driver")
    assert "结束车次" in client.get(f"/driver/runs/{run.reference}").text

    answer = client.post(f"/driver/runs/{run.reference}/close", data={"client_key": "the end"})

    assert answer.status_code == 302
    repeat = client.post(f"/driver/runs/{run.reference}/close", data={"client_key": "the end"})
    assert repeat.status_code == 302
    with pytest.raises(Exception, match=run.reference):
        closing.close_run(session, cast.actor("driver"), run.reference, {}, now=clock.now())


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_far_day_is_empty(client_as: ClientAs, cast: Cast, day: str) -> None:
    client = client_as("dispatcher")

    assert client.get(f"/delivery/?day={day}").status_code == 200
    assert client.get(f"/api/v1/delivery/day?day={day}").status_code == 200
    assert client.get("/delivery/?day=soon").status_code == 422
