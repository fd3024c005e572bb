"""The dispatcher's desk over HTTP: tried, kept, searched, compared, published, and refused."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.delivery.models import Plan
from app.delivery.rules.states import PlanState
from app.delivery.service import desk
from app.delivery.service.desk import Keeping
from app.delivery.service.trial import Edit, TakenMove
from app.fulfilment.models import Tote
from app.kernel import clock
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.fleet import (
    TOMORROW,
    a_driver_of,
    a_van,
    another_driver,
    two_stops,
)
from tests.queries import QueryCount

API = "/api/v1/delivery/plans"


@pytest.fixture
def tote(session: Session, cast: Cast) -> Tote:
    """A planned day with a second, warm van that stays at the depot; return a planned tote."""
    _, yudu, _ = two_stops(session, cast)
    van = a_van(session, cast, "V02", cold=False)
    a_driver_of(session, cast, another_driver(session, cast), van)
    session.commit()
    return yudu


def plan_of(session: Session) -> Plan:
    return session.scalars(select(Plan).order_by(Plan.id)).all()[0]


def a_move(tote: Tote, vehicle: str = "V02") -> dict[str, object]:
    return {"totes": [tote.code], "vehicle": vehicle}


def a_draft(session: Session, cast: Cast, tote: Tote) -> Plan:
    edit = Edit(plan_id=plan_of(session).id, moves=(TakenMove(totes=(tote.code,), vehicle="V02"),))
    draft = desk.keep_draft(
        session, cast.actor("dispatcher"), edit, Keeping(reason="x", seen=1), now=clock.now()
    )
    session.commit()
    return draft


def test_a_program_tries_a_change_and_reads_the_verdict(
    client_as: ClientAs, session: Session, tote: Tote
) -> None:
    client = client_as("dispatcher")
    path = f"{API}/{plan_of(session).id}/what-if"

    fine = client.post(path, json={"moves": [a_move(tote)]})
    same = client.post(path, json={})

    assert (fine.status_code, same.status_code) == (200, 200)
    assert fine.json is not None
    assert fine.json["is_sound"]
    assert (fine.json["before"]["vehicles"], fine.json["after"]["vehicles"]) == (1, 2)
    assert fine.json["after"]["metres"] - fine.json["before"]["metres"] == 12_000
    assert float(fine.json["cost_change"]) > 0
    assert same.json is not None
    assert same.json["cost_change"] == "0.00"
    assert session.scalar(select(func.count()).select_from(Plan)) == 1


def test_a_change_is_kept_once_per_key_and_the_second_dispatcher_is_told(
    client_as: ClientAs, session: Session, tote: Tote
) -> None:
    client = client_as("dispatcher")
    path = f"{API}/{plan_of(session).id}/drafts"
    body = {"moves": [a_move(tote)], "reason": "停电", "seen": 1}

    answers = [
        client.post(path, json=body, headers={"Idempotency-Key": key}) for key in ("a", "a", "b")
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert answers[2].json is not None
    assert answers[2].json["code"] == "plan-moved-on"
    assert "第 2 版" in answers[2].json["detail"]
    versions = client.get(f"/api/v1/delivery/versions?day={TOMORROW}").json
    assert versions is not None
    assert [(one["version"], one["state"], one["reason"]) for one in versions] == [
        (2, "draft", "停电"),
        (1, "stored", ""),
    ]


def test_a_draft_is_searched_around_locks_and_published(
    client_as: ClientAs, session: Session, cast: Cast, tote: Tote
) -> None:
    client, plan, draft = client_as("dispatcher"), plan_of(session), a_draft(session, cast, tote)

    asked = client.post(
        f"{API}/{draft.id}/searches", json={"reason": "x", "seen": 2, "lock": ["V02"]}
    )
    refused = client.post(f"{API}/{draft.id}/publish", json={"published": None})
    done = client.post(f"{API}/{draft.id}/publish", json={"published": plan.id})

    assert (asked.status_code, refused.status_code, done.status_code) == (202, 409, 200)
    day = client.get(f"/api/v1/delivery/day?day={TOMORROW}").json
    assert day is not None
    assert len(day["runs"]) == 2


@pytest.mark.parametrize("locale", ["zh_Hans_CN", "en"])
def test_the_desk_shows_a_version_and_what_a_move_would_do(
    client_as: ClientAs, session: Session, tote: Tote, locale: str
) -> None:
    client = client_as("dispatcher")
    client.set_cookie("tongcang_locale", locale)
    plan = plan_of(session)

    shown = client.get(f"/delivery/desk/?day={TOMORROW}")
    query = f"plan={plan.id}&what={tote.code}&to=V02&at=&hold={tote.code}&lock=V01"
    tried = client.get(f"/delivery/desk/?{query}", headers={"HX-Request": "true"})
    undone = client.get(f"/delivery/desk/?plan={plan.id}&moves={tote.code}>V02@0&undo=1")

    assert [page.status_code for page in (shown, tried, undone)] == [200, 200, 200]
    assert f"{tote.code}&gt;V02@" in tried.text
    assert "<html" not in tried.text
    assert "keep-form" in tried.text
    assert 'name="moves"' not in undone.text
    if locale == "zh_Hans_CN":
        assert "改动通过校验" in tried.text


def test_the_page_keeps_compares_searches_and_publishes(
    client_as: ClientAs, session: Session, tote: Tote
) -> None:
    client, plan = client_as("dispatcher"), plan_of(session)
    form = {"plan": plan.id, "seen": 1, "reason": "停电", "moves": f"{tote.code}>V02@0"}

    kept = client.post("/delivery/desk/drafts", data=form)
    draft = session.scalars(select(Plan).where(Plan.state == PlanState.DRAFT)).one()
    open_draft = client.get(f"/delivery/desk/?plan={draft.id}")
    compared = client.get(f"/delivery/desk/plans/{plan.id}/compare?other={draft.id}")
    released = client.post(f"/delivery/desk/plans/{draft.id}/publish", data={"published": plan.id})
    searched = client.post(
        "/delivery/desk/searches", data={"plan": draft.id, "seen": 2, "reason": "y"}
    )
    waiting = client.get(f"/delivery/desk/?day={TOMORROW}")

    assert [kept.status_code, released.status_code, searched.status_code] == [302, 302, 302]
    assert "发布第 2 版" in open_draft.text
    assert tote.code in compared.text
    assert "正在优化其余车次" in waiting.text


@pytest.mark.parametrize(
    "query",
    ["plan=0", "moves=nonsense", "at=0", "surprise=1", "moves=A>V01@1x", "day=soon"],
)
def test_a_desk_that_makes_no_sense_is_refused(client_as: ClientAs, query: str) -> None:
    assert client_as("dispatcher").get(f"/delivery/desk/?{query}").status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {"moves": [{"totes": [], "vehicle": "V01"}]},
        {"moves": [{"totes": ["T"], "vehicle": "V01", "position": -1}]},
        {"moves": [{"totes": ["T"], "vehicle": ""}]},
        {"moves": "T"},
    ],
)
def test_a_change_that_makes_no_sense_is_refused(client_as: ClientAs, body: object) -> None:
    assert client_as("dispatcher").post(f"{API}/1/what-if", json=body).status_code == 422


def test_the_desk_is_the_dispatchers(client_as: ClientAs, session: Session, tote: Tote) -> None:
    plan = plan_of(session)

    for username in ("driver", "clinic", "director"):
        client = client_as(username)
        assert client.get("/delivery/desk/").status_code == 403
        assert client.post(f"{API}/{plan.id}/what-if", json={}).status_code == 403
    assert client_as("dispatcher").post(f"{API}/{2**40}/what-if", json={}).status_code == 404


def test_an_empty_day_has_an_empty_desk(client_as: ClientAs) -> None:
    assert "还没有可调整的方案" in client_as("dispatcher").get("/delivery/desk/").text


def test_the_desk_asks_the_same_few_questions_however_many_stops(
    client_as: ClientAs, session: Session, tote: Tote, count_queries: Callable[[], QueryCount]
) -> None:
    client, plan = client_as("dispatcher"), plan_of(session)
    client.get(f"/delivery/desk/?plan={plan.id}")

    with count_queries() as asked:
        client.get(f"/delivery/desk/?plan={plan.id}&moves={tote.code}>V02@0")

    assert asked.count <= 35, asked.statements
