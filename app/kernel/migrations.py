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
LEDGERS = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'only_grows' ORDER BY 1"


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


def grant(engine: Engine, role: str) -> int:
    """Let a plain role work without owning anything; ledgers it can only read and add to.

    Returns how many tables only grow. Their trigger refuses changes to everybody; without
    the right, not even the trigger can be taken away.
    """
    with engine.begin() as connection:
        name = connection.dialect.identifier_preparer.quote(role)
        ledgers = connection.scalars(text(LEDGERS)).all()
        for statement in (
            f"GRANT USAGE ON SCHEMA public TO {name}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}",
            *(f"REVOKE UPDATE, DELETE, TRUNCATE ON {ledger} FROM {name}" for ledger in ledgers),
        ):
            connection.execute(text(statement))
    return len(ledgers)
