"""The one place a transaction is opened."""

from collections.abc import Generator
from contextlib import contextmanager

from flask import Flask, current_app, g
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker


def init_app(app: Flask, engine: Engine) -> None:
    """Bind the application to one database."""
    app.extensions["engine"] = engine
    app.extensions["sessions"] = sessionmaker(engine, expire_on_commit=False)
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")
    app.extensions["looks"] = sessionmaker(alone, expire_on_commit=False)


def engine() -> Engine:
    """Return the engine of this application."""
    bound: Engine = current_app.extensions["engine"]
    return bound


@contextmanager
def transaction() -> Generator[Session]:
    """Open the single transaction of this request, job or command, or join the one it has.

    Commits when the outermost block ends, rolls back when it raises. Services receive
    the session and never commit, so one user action is always one transaction.
    """
    running: Session | None = g.get("transaction")
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


@contextmanager
def look() -> Generator[Session]:
    """Open a session in which every statement stands alone, without a transaction around it.

    Opening and ending a transaction would cost two more round trips than the one question
    asked of every request: who is it?
    """
    looks: sessionmaker[Session] = current_app.extensions["looks"]
    with looks.begin() as session:
        yield session
