"""The page of the proof of savings: for directors, printable, with its prices and its command."""

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.savings import jobs, service
from app.savings.models import CostCard, SavingsStudy
from app.savings.service import StudyRequest
from app.web.worker import run_next
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.savings import a_cost_card, a_driven_run
from tests.factories.stock import NOW

CARD = {
    "valid_from": "2026-12-01",
    "approved_by": "县财政局",
    "basis": "镇财〔2026〕12号",
    "vehicle_day": "130.00",
    "driver_hour": "35",
    "km": "1.40",
    "stop": "2",
    "cold_day": "60",
    "cold_km": "0.35",
    "hub_line": "0.80",
    "linehaul_day": "160",
    "linehaul_km": "1.60",
}


def test_the_proof_is_for_directors(client_as: ClientAs) -> None:
    for username, status in (("director", 200), ("clinic", 403), ("dispatcher", 403)):
        assert client_as(username).get("/savings").status_code == status
    assert client_as("dispatcher").post("/savings/cards", data=CARD).status_code == 403
    assert client_as("director").get("/savings?study_id=99").status_code == 404


def test_a_director_keeps_a_version_of_the_cost_card(client_as: ClientAs, session: Session) -> None:
    client = client_as("director")
    assert client.post("/savings/cards", data=CARD).status_code == 302
    card = session.scalars(select(CostCard)).one()
    assert (card.fen_per_vehicle_day, card.hub_fen_per_line) == (13_000, 80)
    assert "镇财〔2026〕12号" in client.get("/savings").text
    for wrong in ({"km": "-1"}, {"basis": ""}, {"valid_from": "soon"}):
        assert client.post("/savings/cards", data=CARD | wrong).status_code == 422


def test_a_study_without_prices_is_refused_in_words(client_as: ClientAs) -> None:
    answer = client_as("director").post("/savings/studies", data={"days": "5"})
    assert answer.status_code == 422
    assert "没有可用的成本参数卡版本" in answer.text


def test_the_page_shows_the_result_its_prices_and_the_command(
    app: Flask, client_as: ClientAs, session: Session, cast: Cast
) -> None:
    day = a_driven_run(session, cast)
    a_cost_card(session, cast)
    request = StudyRequest(until=day, days=5, steps=1)
    service.request_study(session, cast.actor("director"), request, now=NOW)
    session.commit()
    client = client_as("director")
    assert "正在核算" in client.get("/savings").text
    assert "正在核算" in client.get("/savings/progress").text

    assert run_next(app, jobs.HANDLERS)

    assert client.get("/savings/progress").headers["HX-Refresh"] == "true"
    page = client.get("/savings").text
    study = session.scalars(select(SavingsStudy)).one()
    session.refresh(study)
    command = f"prove-savings --until {day} --days 5 --steps 1 --seed 1"
    for shown in (command, study.inputs_digest[:16], "从严口径", "B2 各机构自行取货", "县财政局"):
        assert shown in page
    assert "节约核算" in client.get(f"/savings?study_id={study.id}").text
