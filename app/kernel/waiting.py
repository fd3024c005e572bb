"""Wait for a lock without missing that the thing it guards has gone meanwhile."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.kernel.db import sqlstate

R = TypeVar("R")

LOCK_NOT_AVAILABLE = "55P03"
WAITS_MS = (250, 500, 1000, 2000)
"""How long each try waits; a last one waits as long as the connection allows."""


def lock_unless(session: Session, refuse: Callable[[], None], lock: Callable[[], R]) -> R:
    """Return what ``lock`` returns once it is granted; ``refuse`` raises if it is not worth it.

    Of fifty who want one thing, forty-nine will not get it. Made to take the lock one after
    the other only to learn that, the last of them wait longer than a lock may be waited for.
    So ``refuse`` looks, without a lock, at what is committed: before the queue and between
    the tries. It may only refuse; whoever goes on decides again under the lock.
    """
    for wait in WAITS_MS:
        refuse()
        try:
            with session.begin_nested():
                session.execute(text(f"SET LOCAL lock_timeout = {wait}"))
                granted = lock()
        except OperationalError as error:
            if sqlstate(error) != LOCK_NOT_AVAILABLE:
                raise
        else:
            session.execute(text("SET LOCAL lock_timeout TO DEFAULT"))
            return granted
    refuse()
    return lock()
