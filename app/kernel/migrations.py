"""The schema's version: bring a database up to date, and say whether it is."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

FOLDER = Path(__file__).parents[2] / "migrations"


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's settings; migrations run on ``connection``."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to ``revision`` in one transaction."""
    with engine.begin() as connection:
        command.upgrade(configuration(connection), revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the database back to ``revision``."""
    with engine.begin() as connection:
        command.downgrade(configuration(connection), revision)


@cache
def newest() -> frozenset[str]:
    """Return the newest revision this code knows."""
    return frozenset(ScriptDirectory.from_config(configuration()).get_heads())


def is_current(session: Session) -> bool:
    """Say whether the database is at the newest revision this code knows."""
    session.execute(text("SELECT 1"))
    context = MigrationContext.configure(session.connection())
    return frozenset(context.get_current_heads()) == newest()
