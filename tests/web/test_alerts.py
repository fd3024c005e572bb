import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.alerts import service
from app.alerts.models import Alert
from app.kernel.incidents import Incident
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.stock import NOW

LIGHT = Incident(
    kind="dispensed-here",
    key="light",
    level=2,
    code="89990000000000000001",
    what="阿莫西林胶囊",
    document="DP-20261123-0001",
    details={"first": "2026-11-23 09:00"},
)
SERIOUS = Incident(kind="dispensed-elsewhere", key="serious", level=4, what="阿莫西林胶囊")


@pytest.fixture
def alert_ids(session: Session, cast: Cast) -> dict[str, int]:
    for incident in (LIGHT, SERIOUS):
        service.record(session, cast.actor("clinic"), incident, now=NOW)
    session.commit()
    rows = session.execute(select(Alert.incident_key, Alert.id))
    return {row.incident_key: row.id for row in rows}


def test_the_desk_shows_what_where_who_and_the_life_line(
    client_as: ClientAs, alert_ids: dict[str, int]
) -> None:
    page = client_as("clinic").get("/alerts").text

    assert "疑似重复" in page
    assert "疑似回流" in page
    assert page.index("疑似回流") < page.index("疑似重复")
    for told in ("阿莫西林胶囊", "clinic 某", "渔渡", "DP-20261123-0001", f"/c/{LIGHT.code}"):
        assert told in page
    assert f"/alerts/{alert_ids['light']}/close" in page
    assert f"/alerts/{alert_ids['serious']}/close" not in page
    assert LIGHT.what not in client_as("outsider").get("/alerts").text


def test_an_alert_is_taken_over_and_closed_on_the_page(
    client_as: ClientAs, alert_ids: dict[str, int]
) -> None:
    client, path = client_as("clinic"), f"/alerts/{alert_ids['light']}"

    assert client.post(f"{path}/take").status_code == 302
    assert "clinic 某正在处理" in client.get("/alerts").text
    assert client.post(f"{path}/close", data={"reason": "患者带回，已核对"}).status_code == 302
    closed = client.get("/alerts?closed=true").text
    assert "患者带回，已核对" in closed
    assert client.post(f"{path}/close", data={"reason": "再关"}).status_code == 409


def test_programs_list_take_and_close(client_as: ClientAs, alert_ids: dict[str, int]) -> None:
    clinic, quality = client_as("clinic"), client_as("quality")
    path = f"/api/v1/alerts/{alert_ids['serious']}"

    rows = (clinic.get("/api/v1/alerts").json or {})["rows"]
    only = (clinic.get(f"/api/v1/alerts?level=2&code={LIGHT.code}").json or {})["rows"]
    mine = clinic.post(f"{path}/close", json={"reason": "没事"})
    closed = quality.post(f"{path}/close", json={"reason": "封存待查"}).json or {}

    assert [row["level"] for row in rows] == [4, 2]
    assert [row["kind"] for row in only] == ["dispensed-here"]
    assert (mine.status_code, (mine.json or {})["code"]) == (403, "closing-needs-quality")
    assert (closed["state"], closed["owner"]) == ("closed", "quality 某")
    assert client_as("outsider").get(path).status_code == 404
    assert client_as("driver").get("/alerts").status_code == 403
