"""Notice dead database connections when they are taken from the pool, at the cost of a look.

A question to the server before every transaction would be a whole round trip of each request.
A connection that was closed, by a restart or an administrator, has something to read although
nobody asked: only such a one, and one that lay idle for long, is asked whether it lives.
"""

import select
from time import monotonic
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

IDLE_SECONDS = 30.0
"""A host that vanished closes nothing: after so long only an answer proves that it is there."""
_SINCE = "idle_since"


def watch(engine: Engine) -> None:
    """Replace dead connections of an engine's pool before anybody uses them."""

    def given_back(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info[_SINCE] = monotonic()

    def taken(
        connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection
    ) -> None:
        since = entry.info.get(_SINCE)
        if since is None or (monotonic() - since < IDLE_SECONDS and not _has_news(connection)):
            return
        if not _answers(engine, connection):
            raise DisconnectionError("the server closed the connection")

    event.listen(engine, "checkin", given_back)
    event.listen(engine, "checkout", taken)


def _has_news(connection: Any) -> bool:
    """Say whether there is something to read, or the connection is closed on this side."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _answers(engine: Engine, connection: DBAPIConnection) -> bool:
    try:
        return bool(engine.dialect.do_ping(connection))
    except engine.dialect.loaded_dbapi.Error:
        return False
