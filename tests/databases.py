"""One PostgreSQL per run, one migrated template, and a clone of it for whoever needs one."""

import fcntl
import os
import shutil
import time
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from app import embedded
from app.kernel import migrations
from app.kernel.db import open_engine

TEMPLATE = "tongcang_template"
EMPTY = "template0"
MOST_DROPS = 50
DROP_PAUSE_SECONDS = 0.2
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of the run's own is made in it
ROOM_BYTES = 4 * 1024**3
FOLDER = "tongcang-tests-"
DAY_SECONDS = 24 * 3600


def folder_of(run: str) -> Path:
    """Return where the files of a run lie: in memory where there is room, else on the disk.

    A test of a race has a database of its own: hundreds of files, ten times faster in memory.
    """
    _forget_killed_runs()
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM_BYTES
    folder = (MEMORY if roomy else Path(gettempdir())) / f"{FOLDER}{run}"
    folder.mkdir(exist_ok=True)
    return folder


def _forget_killed_runs() -> None:
    """Remove what runs of another day left in memory; no run lasts that long."""
    for left in MEMORY.glob(f"{FOLDER}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > DAY_SECONDS:
                shutil.rmtree(left, ignore_errors=True)


@contextmanager
def server(shared: Path) -> Generator[URL]:
    """Yield a server: the one of TEST_DATABASE_URL, or one that all workers of a run share.

    The role of TEST_DATABASE_URL must be allowed to create databases.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield make_url(given)
        return
    with embedded.server(shared / "postgres", keep=False) as url:
        yield make_url(url)


def build_template(url: URL, shared: Path) -> None:
    """Migrate the template once per server; the other workers wait and find it.

    A worker that starts late may find the server of this run stopped and starts a new one,
    so the note that the template is done names the server's start.
    """
    with (shared / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done, started = shared / "template.done", started_at(url)
        if done.exists() and done.read_text() == started:
            return
        run_ddl(url, f"DROP DATABASE IF EXISTS {TEMPLATE}", f"CREATE DATABASE {TEMPLATE}")
        engine = open_engine(text_of(url.set(database=TEMPLATE)))
        migrations.upgrade(engine)
        engine.dispose()
        done.write_text(started)


def started_at(url: URL) -> str:
    engine = create_engine(url)
    with engine.connect() as connection:
        moment = connection.scalar(text("SELECT pg_postmaster_start_time()"))
    engine.dispose()
    return str(moment)


@contextmanager
def clone(url: URL, template: str = TEMPLATE) -> Iterator[str]:
    """Yield the URL of a fresh copy of a template; it is dropped afterwards."""
    name = f"tongcang_{uuid.uuid4().hex[:12]}"
    run_ddl(url, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield text_of(url.set(database=name))
    drop(url, name)


def drop(url: URL, name: str) -> None:
    """Drop a database; an autovacuum worker in it is not ours to end, so wait for it."""
    for attempt in range(1, MOST_DROPS + 1):
        try:
            run_ddl(url, f"DROP DATABASE {name} WITH (FORCE)")
        except DBAPIError:
            if attempt == MOST_DROPS:
                raise
            time.sleep(DROP_PAUSE_SECONDS)
        else:
            return


def run_ddl(url: URL, *statements: str) -> None:
    """Run statements that refuse to run inside a transaction."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
    finally:
        engine.dispose()


def text_of(url: URL) -> str:
    return url.render_as_string(hide_password=False)
