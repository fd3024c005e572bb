"""A real PostgreSQL for the run, a rolled-back transaction for each test, a cast of people.

``session``, ``sessions``, ``app`` and ``client_as`` belong together: one connection, undone
after the test. ``rivals``, ``racing_app`` and ``racing_client_as`` truly commit, on a clone
of their own.
"""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import gettempdir

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import URL, Engine
from sqlalchemy.orm import Session, sessionmaker

from app.factory import create_app
from app.kernel.db import open_engine
from app.kernel.settings import Settings
from tests import databases
from tests.clients import client_of
from tests.factories.cast import Cast, the_cast
from tests.queries import QueryCount, counting

ClientAs = Callable[[str | None], FlaskClient]
SECRET = "a secret of tests, long enough to sign with"
SELDOM = (20_000, 20, 50)
LONGEST_FIRST = (
    "test_every_page",
    "test_county_day",
    "test_fuzz",
    "test_purchasing",
    "test_moves",
    "test_outsider_sweep",
    "test_bad_input_sweep",
    "test_planning",
    "test_killed_server",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the files that take longest, so that no worker is left alone with one.

    They hold few tests or many small ones, so counting tests does not find them.
    """
    rank = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


def pytest_collection_finish() -> None:
    """Collect garbage seldom from now on, and never again look at what all tests share."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)


@pytest.fixture(scope="session")
def shared(testrun_uid: str) -> Iterator[Path]:
    """A folder that all workers of this run share; pytest's own are swept by other runs."""
    folder = databases.folder_of(testrun_uid)
    yield folder
    if not (folder / "postgres").exists():
        rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server(shared: Path) -> Iterator[URL]:
    with databases.server(shared) as url:
        databases.build_template(url, shared)
        yield url


@pytest.fixture(scope="session")
def database_url(server: URL) -> Iterator[str]:
    with databases.clone(server) as url:
        yield url


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> Iterator[sessionmaker[Session]]:
    """Sessions whose commits are savepoints: the next test finds the database empty."""
    with engine.connect() as connection:
        outer = connection.begin()
        yield sessionmaker(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        outer.rollback()


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    with sessions() as session:
        yield session


@pytest.fixture
def cast(session: Session) -> Cast:
    """The facilities and people of the contract, committed for this test."""
    cast = the_cast(session)
    session.commit()
    return cast


@pytest.fixture(scope="session")
def built_app(database_url: str) -> Flask:
    """One application per worker: building it takes longer than most tests."""
    return an_app(database_url)


@pytest.fixture
def app(
    built_app: Flask, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> Flask:
    monkeypatch.setitem(built_app.extensions, "sessions", sessions)
    monkeypatch.setitem(built_app.extensions, "looks", sessions)
    return built_app


@pytest.fixture
def client_as(app: Flask, cast: Cast) -> ClientAs:
    """``client_as("clinic")``: a test client signed in on pages; None is a stranger."""
    return lambda username: client_of(app, username)


@pytest.fixture
def racing_url(server: URL) -> Iterator[str]:
    """A database of this test's own, in which everything truly commits."""
    with databases.clone(server) as url:
        yield url


@pytest.fixture
def rivals(racing_url: str) -> Iterator[sessionmaker[Session]]:
    """Sessions that truly commit, each on its own connection, for tests of races."""
    engine = open_engine(racing_url, pool_size=32)
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()


@pytest.fixture
def racing_cast(rivals: sessionmaker[Session]) -> Cast:
    with rivals.begin() as session:
        return the_cast(session)


@pytest.fixture
def racing_app(racing_url: str, rivals: sessionmaker[Session]) -> Flask:
    app = an_app(racing_url)
    app.extensions["sessions"] = app.extensions["looks"] = rivals
    return app


@pytest.fixture
def racing_client_as(racing_app: Flask, racing_cast: Cast) -> ClientAs:
    """Like ``client_as``, for requests that run at the same time."""
    return lambda username: client_of(racing_app, username)


@pytest.fixture
def count_queries(engine: Engine) -> Callable[[], QueryCount]:
    """``with count_queries() as queries: …; assert queries.count <= 12``."""
    return lambda: counting(engine)


def an_app(url: str) -> Flask:
    home = Path(gettempdir()) / "tongcang-tests-home"
    app = create_app(Settings(database_url=url, secret_key=SECRET, secure_cookies=False, home=home))
    app.testing = True
    return app
