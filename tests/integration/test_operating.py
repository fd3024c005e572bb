import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import URL, Engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from app.kernel import migrations
from app.kernel.db import open_engine
from tests import databases
from tests.conftest import an_app
from tests.factories.cast import Cast

PLAIN = f"tongcang_plain_{uuid.uuid4().hex[:8]}"


@pytest.fixture
def owner(racing_url: str) -> Iterator[Engine]:
    engine = open_engine(racing_url)
    yield engine
    engine.dispose()


@pytest.fixture
def plain(server: URL, racing_url: str, owner: Engine) -> Iterator[Engine]:
    """A role that owns nothing; made by a superuser, because only the demo's owner may not."""
    admin = server.set(username="postgres")
    try:
        databases.run_ddl(admin, f"DROP ROLE IF EXISTS {PLAIN}", f"CREATE ROLE {PLAIN} LOGIN")
    except DBAPIError:
        pytest.skip("TEST_DATABASE_URL gives no superuser, who alone may make a role")
    migrations.grant(owner, PLAIN)
    engine = open_engine(databases.text_of(make_url(racing_url).set(username=PLAIN)))
    yield engine
    engine.dispose()
    with owner.begin() as connection:
        connection.execute(text(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {PLAIN}"))
        connection.execute(text(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {PLAIN}"))
        connection.execute(text(f"REVOKE ALL ON SCHEMA public FROM {PLAIN}"))
    databases.run_ddl(admin, f"DROP ROLE {PLAIN}")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE history SET reason = 'x'",
        "DELETE FROM history",
        "TRUNCATE history",
        "ALTER TABLE history DISABLE TRIGGER only_grows",
    ],
)
def test_a_plain_role_cannot_rewrite_the_past(plain: Engine, change: str) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"), plain.begin() as one:
        one.execute(text(change))


@pytest.mark.parametrize(
    "change", ["UPDATE history SET reason = 'x'", "DELETE FROM history", "TRUNCATE history"]
)
def test_not_even_the_owner_rewrites_the_past(owner: Engine, change: str) -> None:
    with pytest.raises(DBAPIError, match="only grows"), owner.begin() as connection:
        connection.execute(text(change))


def test_the_product_runs_as_a_plain_role(
    plain: Engine, racing_url: str, racing_cast: Cast
) -> None:
    app = an_app(databases.text_of(make_url(racing_url).set(username=PLAIN)))
    client = app.test_client()

    health = client.get("/healthz")
    token = client.post("/api/v1/tokens", json={"username": "admin", "password": "a long password"})

    assert health.status_code == 200
    assert token.status_code == 201
    app.extensions["engine"].dispose()


def test_health_is_503_while_migrations_are_pending(server: URL) -> None:
    with databases.clone(server, databases.EMPTY) as url:
        app = an_app(url)
        answer = app.test_client().get("/healthz")
        app.extensions["engine"].dispose()

    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["migrations"] == "pending"


def test_health_is_503_without_a_database() -> None:
    app = an_app("postgresql+psycopg://nobody@127.0.0.1:1/none")
    client = app.test_client()

    assert client.get("/healthz").status_code == 503
    answer = client.get("/api/v1/me", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"


def test_the_doctor_finds_nothing_wrong(app: Flask, racing_url: str) -> None:
    well = an_app(racing_url)

    result = well.test_cli_runner().invoke(args=["doctor"])

    assert result.exit_code == 0, result.output
    assert "FAIL" not in result.output
    well.extensions["engine"].dispose()


def test_migrating_twice_changes_nothing(
    racing_url: str, rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    app = an_app(racing_url)

    result = app.test_cli_runner().invoke(args=["migrate"])

    assert result.exit_code == 0, result.output
    with rivals.begin() as session:
        assert session.scalar(text("SELECT count(*) FROM user_account")) == len(racing_cast.actors)
    app.extensions["engine"].dispose()


TRACE = ("trace_event", "event_unit", "trace_correction", "trace_client_event", "trace_second")


@pytest.mark.parametrize("table", [*TRACE, "trace_seal", "trace_key"])
def test_a_plain_role_adds_to_the_trace_log_and_changes_nothing(plain: Engine, table: str) -> None:
    column = "facility_id" if table == "trace_seal" else "event_id"
    column = {"trace_event": "document", "trace_key": "base"}.get(table, column)
    changes = (
        f"UPDATE {table} SET {column} = {column}",
        f"DELETE FROM {table}",
        f"TRUNCATE {table} CASCADE",
        f"ALTER TABLE {table} DISABLE TRIGGER only_grows",
        f"DROP TABLE {table}",
    )
    for change in changes:
        with (
            pytest.raises(DBAPIError, match=r"permission denied|must be owner"),
            plain.begin() as c,
        ):
            c.execute(text(change))
    with plain.begin() as connection:
        may_add = text("SELECT has_table_privilege(:table, 'INSERT')")
        assert connection.scalar(may_add, {"table": table})
