"""Road data: asked of real services over HTTP, entered in sheets, and shown to the dispatcher."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel.ids import FacilityId
from app.kernel.settings import Settings, SettingsError
from app.network import jobs, queries
from app.network import service as network
from app.network.models import Facility, RoadFigure, RoadLeg
from app.network.outbound import ServiceKind, ServiceSilent, TableService
from app.network.rules.roads import UNKNOWN, RoadPoint
from app.web.messages.network import drives_said
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.fleet import TOMORROW, a_depot, a_plan, a_tote_for
from tests.factories.network import new_facility
from tests.tables import METRES, SECONDS, Behaviour, table_service

POINTS = [
    RoadPoint(
        id=FacilityId(one),
        latitude=32.5,
        longitude=108 + one / 10,
        altitude_metres=None,
        township="",
    )
    for one in range(1, 4)
]


@pytest.mark.parametrize("kind", list(ServiceKind))
def test_every_kind_of_service_is_asked_and_understood(kind: ServiceKind) -> None:
    behaviour = Behaviour(unroutable=1)
    with table_service(kind.value, behaviour) as url:
        table = TableService(url=url, kind=kind, data="2026-11").table(POINTS[:1], POINTS)

    assert behaviour.asked == [(1, 3)]
    assert behaviour.paths[0].startswith("/roads")
    assert table.seconds.tolist() == [[round(SECONDS), UNKNOWN, round(SECONDS)]]
    assert table.metres.tolist() == [[round(METRES), UNKNOWN, round(METRES)]]


@pytest.mark.parametrize(
    "odd",
    [
        {"durations": [[1, 2]], "distances": [[1, 2]]},
        {"durations": [[1, 2, "x"]], "distances": [[1, 2, 3]]},
        {"durations": [[1, 2, -3]], "distances": [[1, 2, 3]]},
        {"durations": [[1, 2, float("inf")]], "distances": [[1, 2, 3]]},
        {"durations": None, "distances": []},
        [],
        {},
        "text",
    ],
    ids=range(8),
)
def test_an_answer_of_another_shape_is_silence(odd: Any) -> None:
    with table_service("osrm", Behaviour(answer=odd)) as url:
        service = TableService(url=url, kind=ServiceKind.OSRM, data="1")
        with pytest.raises(ServiceSilent):
            service.table(POINTS[:1], POINTS)


def test_a_service_that_refuses_or_does_not_answer_is_silent() -> None:
    with table_service("osrm", Behaviour(status=302)) as url, pytest.raises(ServiceSilent):
        TableService(url=url, kind=ServiceKind.OSRM, data="1").table(POINTS, POINTS)
    with pytest.raises(ServiceSilent):
        TableService(url=url, kind=ServiceKind.OSRM, data="1").table(POINTS, POINTS)
    with table_service("osrm", Behaviour(silent=True)) as url:
        slow = TableService(url=url, kind=ServiceKind.OSRM, data="1", timeout_seconds=0.1)
        began = time.monotonic()
        with pytest.raises(ServiceSilent):
            slow.table(POINTS, POINTS)
        assert time.monotonic() - began < 2


def test_an_unknown_kind_of_service_is_named_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"DATABASE_URL": "x", "SECRET_KEY": "x", "ROADS_KIND": "google"}
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match="ROADS_KIND must be one of: osrm, valhalla, vroom"):
        Settings.from_environment()


Completes = Callable[..., int]


@pytest.fixture
def completes(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Completes:
    def completed(url: str, ids: list[FacilityId], *, data: str = "1") -> int:
        settings = replace(app.extensions["settings"], roads_url=url, roads_data=data)
        monkeypatch.setitem(app.extensions, "settings", settings)
        with app.app_context():
            return jobs.complete(ids)

    return completed


def test_only_new_rows_and_columns_are_asked_for(
    session: Session, cast: Cast, completes: Completes
) -> None:
    many = [new_facility(f"{one}村卫生室", code=f"W{one:03d}") for one in range(120)]
    session.add_all(many)
    session.commit()
    ids = [facility.id for facility in many]
    behaviour = Behaviour()
    with table_service("osrm", behaviour) as url:
        assert completes(url, ids[:-1]) == 119 * 118
        assert all(origins + targets <= 100 for origins, targets in behaviour.asked)
        behaviour.asked.clear()
        assert completes(url, ids[:-1]) == 0
        assert behaviour.asked == []
        assert completes(url, ids) == 2 * 119
        assert sum(origins * targets for origins, targets in behaviour.asked) == 2 * 119
        behaviour.asked.clear()
        assert completes(url, ids[:10], data="2") == 90
    assert session.scalar(select(func.count()).select_from(RoadFigure)) == 90
    assert completes("", ids) == 0
    fetch = queries.holding_fetch(session, "van")
    assert fetch is not None
    assert fetch.source == ""


def test_a_silent_service_leaves_the_estimate_and_a_notice(
    session: Session, cast: Cast, completes: Completes, client_as: ClientAs
) -> None:
    ids = [cast.central.id, cast.yudu.id, cast.yanchang.id]
    with table_service("osrm", Behaviour(status=500)) as url:
        assert completes(url, ids) == 0

    found = network.day_roads(session, cast.central.id, ids, TOMORROW)
    assert len(found.legs) == 6
    assert found.provenance.text().endswith("; service-silent")
    page = client_as("dispatcher").get("/roads/").text
    assert "路网服务无应答" in page


def test_a_plan_says_in_words_what_its_roads_are_made_of(
    app: Flask, session: Session, cast: Cast, client_as: ClientAs
) -> None:
    a_depot(session, cast)
    a_tote_for(session, cast)
    a_plan(session, cast)
    session.commit()

    board = client_as("dispatcher").get(f"/delivery/?day={TOMORROW}").text

    assert "道路数据：test roads 2 段" in board
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        everything = "x × 2; great-circle@1f × 3; closed 1,2; slowed 4; service-silent"
        said = "x 2 段；估算 3 段；2 处封路；1 条限速；路网服务无应答"
        assert drives_said(everything) == said


def sent(text: str, encoding: str = "utf-8") -> dict[str, Any]:
    return {"file": (BytesIO(text.encode(encoding)), "县乡公路.csv")}


def test_a_sheet_of_drives_is_taken_over_whole_and_named_as_source(
    session: Session, cast: Cast, client_as: ClientAs
) -> None:
    dispatcher = client_as("dispatcher")
    rows = "起点,终点,秒,米\nC001,渔渡镇卫生院,1500,21000\n渔渡镇,C001,1600,21000\n"

    for _ in range(2):
        answer = dispatcher.post("/roads/sheets", data=sent(rows, "gb18030"))
        assert answer.status_code == 302

    drives = session.scalars(select(RoadLeg)).all()
    assert {(drive.seconds, drive.metres) for drive in drives} == {(1_500, 21_000), (1_600, 21_000)}
    assert {drive.source for drive in drives} == {"县乡公路.csv (dispatcher 某)"}
    assert "县乡公路.csv" in dispatcher.get("/roads/").text


def test_every_bad_row_of_a_sheet_is_named_in_chinese_and_nothing_is_taken(
    session: Session, cast: Cast, client_as: ClientAs
) -> None:
    rows = "起点,终点,秒,米\nC001,T001,1500,21000\nC001,月亮村,1,1\nC001,T002,半小时,5\n"

    answer = client_as("dispatcher").post("/roads/sheets", data=sent(rows))

    assert answer.status_code == 422
    assert "第 3 行：没有编码或名称为“月亮村”的单位。" in answer.text
    assert "第 4 行：“半小时”不是整数（秒或米）。" in answer.text
    assert session.scalars(select(RoadLeg)).all() == []


@pytest.mark.parametrize("body", [b"", b"\xff\xff\xff", b"\xe8\xb5\xb7,x\n"])
def test_a_file_without_drives_is_refused(
    session: Session, cast: Cast, client_as: ClientAs, body: bytes
) -> None:
    answer = client_as("dispatcher").post(
        "/roads/sheets", data={"file": (BytesIO(body), "x.csv")} if body else {}
    )

    assert answer.status_code == 422
    assert session.scalars(select(RoadLeg)).all() == []


def test_the_dispatcher_closes_a_road_sees_it_and_lifts_it(
    session: Session, cast: Cast, client_as: ClientAs
) -> None:
    dispatcher = client_as("dispatcher")
    closed = {
        "kind": "closed",
        "origin_id": str(cast.central.id),
        "target_id": str(cast.yudu.id),
        "starts_on": "2020-01-01",
        "ends_on": "2099-12-31",
        "reason": "山体塌方",
    }

    assert dispatcher.post("/roads/conditions", data=closed).status_code == 302
    page = dispatcher.get("/roads/").text
    assert "中心药房 ↔ 渔渡镇" in page
    assert "山体塌方" in page
    assert client_as("clinic").post("/roads/conditions", data=closed).status_code == 403
    backwards = {**closed, "ends_on": "2019-01-01"}
    assert dispatcher.post("/roads/conditions", data=backwards).status_code == 422

    (condition,) = queries.list_conditions(session, date(2026, 11, 30))
    lift = f"/roads/conditions/{condition.condition.id}/lift"
    assert dispatcher.post(lift).status_code == 302
    assert "山体塌方" not in dispatcher.get("/roads/").text


def test_the_dispatcher_sets_terrain_and_positions(
    session: Session, cast: Cast, client_as: ClientAs
) -> None:
    dispatcher = client_as("dispatcher")
    town = {"township": cast.yudu.township, "terrain": "mountain"}
    assert dispatcher.post("/roads/townships", data=town).status_code == 302
    (yudu,) = [one for one in queries.list_towns(session) if one.township == cast.yudu.township]
    assert yudu.terrain.value == "mountain"

    place = {"latitude": "32.53", "longitude": "107.9", "system": "bd09", "source": "百度"}
    answer = dispatcher.post(
        f"/facilities/{cast.yudu.id}/position", data={**place, "altitude_metres": ""}
    )
    assert answer.status_code == 302
    session.expire_all()
    moved = session.get_one(Facility, cast.yudu.id)
    assert moved.position_system.value == "bd09"
    assert 0.001 < abs(moved.latitude - 32.53) < 0.02
    assert "BD-09（百度地图）" in dispatcher.get(f"/facilities/{cast.yudu.id}").text
    assert "登记位置" not in client_as("clinic").get(f"/facilities/{cast.yudu.id}").text
