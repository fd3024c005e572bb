"""The one place a transaction is opened."""

from collections.abc import Generator
from contextlib import contextmanager

from flask import current_app, g, has_app_context
from sqlalchemy.orm import Session, sessionmaker


@contextmanager
def transaction() -> Generator[Session]:
    """Open the single transaction of this request, job or command, or join the one it has.

    Commits when the outermost block ends, rolls back when it raises. Services receive
    the session and never commit, so one user action is always one transaction.
    """
    running = g.get("transaction") if has_app_context() else None
    if running is not None:
        yield running
        return
    sessions: sessionmaker[Session] = current_app.extensions["sessions"]
    with sessions.begin() as session:
        g.transaction = session
        try:
            yield session
        finally:
            g.transaction = None
