"""Make things happen at the same instant."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

R = TypeVar("R")
PATIENCE_SECONDS = 30
BLOCKED = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def at_once(*calls: Callable[[], R], rivals: int = 1) -> list[R]:
    """Run each call in ``rivals`` threads that all start together; return what each returned."""
    running = [call for call in calls for _ in range(rivals)]
    start = Barrier(len(running))

    def run(call: Callable[[], R]) -> R:
        start.wait(timeout=30)
        return call()

    with ThreadPoolExecutor(len(running)) as pool:
        futures = [pool.submit(run, call) for call in running]
        return [future.result() for future in futures]


def wait_until_blocked(rivals: sessionmaker[Session], count: int = 1) -> None:
    """Return once ``count`` transactions of this database wait for a lock."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with rivals() as session:
            if session.scalars(BLOCKED).one() >= count:
                return
        time.sleep(0.01)
    raise AssertionError(f"nobody waits for a lock after {PATIENCE_SECONDS} s")
