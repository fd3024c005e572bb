"""Run migrations one process at a time, and never wait long behind a running query."""

from importlib import import_module
from pathlib import Path

from alembic import context
from sqlalchemy import Connection, text

from app.kernel.db import Base

APP = Path(__file__).parents[1] / "app"


def load_tables() -> None:
    """Import every module that declares tables."""
    places = ("*/models.py", "*/models/*.py", "kernel/*.py", "kernel/*/*.py")
    for path in sorted(found for place in places for found in APP.glob(place)):
        parts = path.relative_to(APP.parent).with_suffix("").parts
        import_module(".".join(parts).removesuffix(".__init__"))


def run(connection: Connection) -> None:
    connection.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('tongcang.migrate', 0))")
    )
    connection.execute(text("SET LOCAL lock_timeout = '10s'"))
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


load_tables()
run(context.config.attributes["connection"])
