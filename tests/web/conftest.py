"""The hour of every page test, and one of everything for the sweeps, lived once per worker."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import time_machine
from flask import Flask
from sqlalchemy import URL, Engine
from sqlalchemy.orm import Session, sessionmaker

from app.kernel.db import open_engine
from tests import databases
from tests.factories.cast import the_cast
from tests.factories.stock import NOW
from tests.factories.world import World, a_world
from tests.fingerprint import changed, fingerprint
from tests.misuse import Leaves
from tests.sweeping import Sweep


@pytest.fixture(autouse=True)
def nine_o_clock() -> Iterator[None]:
    """Whoever opens a page does so at the moment the factories' stock came in."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture(scope="session")
def lived_in(server: URL) -> Iterator[tuple[Engine, World]]:
    with databases.clone(server) as url:
        engine = open_engine(url)
        with Session(engine, expire_on_commit=False) as session:
            world = a_world(session, the_cast(session))
        yield engine, world
        engine.dispose()


@pytest.fixture
def sweep(
    built_app: Flask, lived_in: tuple[Engine, World], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sweep]:
    """What the test does is undone after it."""
    engine, world = lived_in
    with engine.connect() as connection:
        outer = connection.begin()
        sessions = sessionmaker(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        monkeypatch.setitem(built_app.extensions, "sessions", sessions)
        yield Sweep(built_app, connection, world)
        outer.rollback()


@pytest.fixture
def leaves(session: Session) -> Leaves:
    """``with leaves("alert"): …`` proves that of all tables only these changed."""

    @contextmanager
    def watched(*tables: str) -> Iterator[None]:
        before = fingerprint(session.connection())
        yield
        assert set(changed(before, fingerprint(session.connection()))) == set(tables)

    return watched
