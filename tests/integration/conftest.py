"""A scene for bookings, and a small demo county that is loaded once per worker."""

from collections.abc import Iterator

import pytest
from sqlalchemy import URL, Engine
from sqlalchemy.orm import Session

from app.demo.load.county import load_county
from app.demo.plan import CountyPlan
from app.kernel.db import open_engine
from tests import databases
from tests.factories.booking import Scene, a_scene
from tests.factories.cast import PASSWORD, Cast
from tests.factories.demo import DEMO_NOW, a_small_county


@pytest.fixture
def scene(session: Session, cast: Cast) -> Scene:
    made = a_scene(session, cast.actor("clinic"), cast.actor("imaging"), cast.hospital)
    session.commit()
    return made


@pytest.fixture(scope="session")
def demo_plan() -> CountyPlan:
    return a_small_county()


@pytest.fixture(scope="session")
def demo_engine(server: URL, demo_plan: CountyPlan) -> Iterator[Engine]:
    with databases.clone(server) as url:
        engine = open_engine(url)
        with Session(engine) as session, session.begin():
            load_county(session, demo_plan, PASSWORD, now=DEMO_NOW)
        yield engine
        engine.dispose()


@pytest.fixture
def demo_county(demo_engine: Engine) -> Iterator[Session]:
    """A session on the loaded county; what a test does there is undone."""
    with demo_engine.connect() as connection:
        outer = connection.begin()
        yield Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
        outer.rollback()
