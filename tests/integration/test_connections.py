"""The pool's connections: dead ones are noticed when taken, living ones are not asked."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.kernel import liveness
from app.kernel.db import open_engine
from app.kernel.numbering import NEXT_REFERENCE, issue_number
from tests.factories.stock import NOW


@pytest.fixture
def pool(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url, pool_size=1)
    yield engine
    engine.dispose()


def backend(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def test_a_connection_closed_by_the_server_is_replaced(pool: Engine, engine: Engine) -> None:
    first = backend(pool)
    with engine.connect() as administrator:
        administrator.execute(text("SELECT pg_terminate_backend(:pid, 2000)"), {"pid": first})

    assert backend(pool) != first


def test_only_what_lay_idle_for_long_is_asked(
    pool: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, asked = backend(pool), []
    answers = pool.dialect.do_ping

    def counted(connection: object) -> bool:
        asked.append(connection)
        return bool(answers(connection))  # type: ignore[arg-type]

    monkeypatch.setattr(pool.dialect, "do_ping", counted)
    assert backend(pool) == first
    assert asked == []

    monkeypatch.setattr(liveness, "IDLE_SECONDS", 0.0)
    assert backend(pool) == first
    assert len(asked) == 1


def test_an_idle_connection_without_an_answer_is_replaced(
    pool: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = backend(pool)

    def silent(_connection: object) -> bool:
        raise pool.dialect.loaded_dbapi.OperationalError

    monkeypatch.setattr(pool.dialect, "do_ping", silent)
    monkeypatch.setattr(liveness, "IDLE_SECONDS", 0.0)

    assert backend(pool) != first


@pytest.mark.parametrize("last", [0, 6, 9_998, 99_999])
def test_a_reference_is_the_same_whoever_writes_it(session: Session, last: int) -> None:
    day = datetime(2026, 11, 23, tzinfo=UTC).date()
    if last:
        seed = "INSERT INTO number_series (prefix, day, last) VALUES ('XX', :day, :last)"
        session.execute(text(seed), {"day": day, "last": last})

    by_statement = session.execute(text(NEXT_REFERENCE), {"prefix": "XX", "day": day}).scalar_one()
    by_function = issue_number(session, "XX", now=NOW)

    assert by_statement == f"XX-20261123-{last + 1:04d}"
    assert by_function == f"XX-20261123-{last + 2:04d}"
