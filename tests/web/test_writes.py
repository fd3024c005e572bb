from collections import Counter
from functools import partial

import pytest
from flask import Flask, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from app.accounts.models import UserAccount
from app.kernel.errors import Conflict
from app.kernel.numbering import NumberSeries
from app.web.guard import requires
from app.web.unit_of_work import transaction
from app.web.writes import writes
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.racing import at_once

KEY = {"Idempotency-Key": "one key"}


def new_user(cast: Cast, username: str = "newcomer") -> dict[str, object]:
    return {
        "username": username,
        "name": "新人",
        "facility_id": cast.yudu.id,
        "password": "long enough",
        "roles": ["clinic"],
    }


def test_eight_twins_at_once_have_one_effect_and_one_answer(
    racing_client_as: ClientAs, racing_cast: Cast, rivals: sessionmaker[Session]
) -> None:
    clients = [racing_client_as("admin") for _ in range(8)]
    body = new_user(racing_cast)

    def post(number: int) -> TestResponse:
        return clients[number].post("/api/v1/users", json=body, headers=KEY)

    answers = at_once(*(partial(post, number) for number in range(8)))

    assert Counter(answer.status_code for answer in answers) == {201: 8}
    assert len({answer.data for answer in answers}) == 1
    assert sum("Idempotent-Replay" in answer.headers for answer in answers) == 7
    with rivals.begin() as session:
        found = session.scalars(select(UserAccount).where(UserAccount.username == "newcomer"))
        assert len(found.all()) == 1


def test_without_a_key_the_second_is_refused(client_as: ClientAs, cast: Cast) -> None:
    admin, body = client_as("admin"), new_user(cast)

    statuses = [admin.post("/api/v1/users", json=body).status_code for _ in range(2)]

    assert statuses == [201, 409]


def test_another_body_under_the_same_key_is_refused(client_as: ClientAs, cast: Cast) -> None:
    admin = client_as("admin")
    admin.post("/api/v1/users", json=new_user(cast), headers=KEY)

    other = admin.post("/api/v1/users", json=new_user(cast, "another"), headers=KEY)

    assert other.status_code == 422
    assert other.json is not None
    assert other.json["code"] == "idempotency-key-reused"


def test_a_refusal_is_remembered(client_as: ClientAs, cast: Cast, session: Session) -> None:
    admin, body = client_as("admin"), new_user(cast, "clinic")
    first = admin.post("/api/v1/users", json=body, headers=KEY)
    session.execute(text("UPDATE user_account SET username = 'moved' WHERE username = 'clinic'"))
    session.commit()

    again = admin.post("/api/v1/users", json=body, headers=KEY)

    assert (first.status_code, again.status_code) == (409, 409)
    assert again.data == first.data


def test_the_key_of_another_person_is_another_key(client_as: ClientAs, cast: Cast) -> None:
    first = client_as("clinic").post("/api/v1/tokens/revoke", headers=KEY)
    second = client_as("clinic2").post("/api/v1/tokens/revoke", headers=KEY)

    assert (first.status_code, second.status_code) == (204, 204)
    assert "Idempotent-Replay" not in second.headers


def test_a_form_sent_twice_is_done_once(client_as: ClientAs, cast: Cast) -> None:
    admin = client_as("admin")
    form = {key: value for key, value in new_user(cast).items() if key != "roles"}
    form |= {"client_key": "from the page", "roles": "clinic"}

    answers = [admin.post("/users", data=form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]


@pytest.fixture
def flaky(racing_app: Flask) -> Counter[str]:
    """An edge that counts, and fails twice with a deadlock of the real server."""
    calls: Counter[str] = Counter()

    @racing_app.post("/api/v1/flaky")
    @requires()
    @writes
    def edge() -> ResponseReturnValue:
        calls["tries"] += 1
        with transaction() as session:
            session.add(NumberSeries(prefix="FL", day=text("current_date"), last=1))
            session.flush()
            if calls["tries"] <= 2:
                raise_sqlstate(session, "40P01")
        return jsonify(tries=calls["tries"])

    @racing_app.post("/api/v1/refusing")
    @requires()
    @writes
    def refusing() -> ResponseReturnValue:
        with transaction() as session:
            session.add(NumberSeries(prefix="RF", day=text("current_date"), last=1))
            session.flush()
        raise Conflict("already")

    return calls


def raise_sqlstate(session: Session, state: str) -> None:
    session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'test' USING ERRCODE = '{state}'; END $$"))


def test_a_deadlock_is_repeated_and_leaves_one_effect(
    flaky: Counter[str], racing_client_as: ClientAs, rivals: sessionmaker[Session]
) -> None:
    answer = racing_client_as("clinic").post("/api/v1/flaky", headers=KEY)

    assert answer.json == {"tries": 3}
    with rivals.begin() as session:
        assert len(session.scalars(select(NumberSeries)).all()) == 1


def test_a_refusal_undoes_the_work_of_its_edge(
    flaky: Counter[str], racing_client_as: ClientAs, rivals: sessionmaker[Session]
) -> None:
    answer = racing_client_as("clinic").post("/api/v1/refusing", headers=KEY)

    assert answer.status_code == 409
    with rivals.begin() as session:
        assert session.scalars(select(NumberSeries)).all() == []


def test_a_lock_held_too_long_is_answered_with_503(
    racing_client_as: ClientAs,
    racing_cast: Cast,
    rivals: sessionmaker[Session],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    admin = racing_client_as("admin")
    user_id = racing_cast.actor("clinic").user_id
    with rivals.begin() as session:
        session.execute(
            text("SELECT 1 FROM user_account WHERE id = :id FOR UPDATE"), {"id": user_id}
        )
        answer = admin.put(f"/api/v1/users/{user_id}/roles", json={"roles": ["driver"]})

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert OperationalError is not None
