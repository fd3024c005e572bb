"""Make things happen at the same instant."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from app.kernel.db import violated
from app.kernel.errors import DomainError

R = TypeVar("R")
PATIENCE_SECONDS = 30
BLOCKED = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


DEADLOCKS = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")


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


def look_then_act(
    rivals: sessionmaker[Session],
    look: Callable[[Session], R],
    act: Callable[[Session, R], object],
    *,
    count: int = 4,
) -> Counter[str]:
    """Do it the naive way: ``count`` transactions look, and act once all of them have looked.

    Return what became of them: "acted"; "let be", for what it saw was nothing; else the refusal
    or the constraint that stopped it. A control made of this goes wrong every time.
    """
    looked = Barrier(count)

    def run() -> str:
        try:
            with rivals.begin() as session:
                found = look(session)
                looked.wait(timeout=PATIENCE_SECONDS)
                if found:
                    act(session, found)
                return "acted" if found else "let be"
        except DomainError as refusal:
            return refusal.code
        except IntegrityError as error:
            return violated(error) or str(error)

    return Counter(at_once(run, rivals=count))


def wait_until_blocked(rivals: sessionmaker[Session], count: int = 1) -> None:
    """Return once ``count`` transactions of this database wait for a lock."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with rivals() as session:
            if session.scalars(BLOCKED).one() >= count:
                return
        time.sleep(0.01)
    raise AssertionError(f"nobody waits for a lock after {PATIENCE_SECONDS} s")


def deadlocks(rivals: sessionmaker[Session]) -> int:
    """Return how many deadlocks the server has broken up in this database so far."""
    with rivals() as session:
        engine = session.get_bind().engine
    engine.dispose()  # a server process counts for all to see when it ends
    with rivals() as session:
        return int(session.scalars(DEADLOCKS).one())
