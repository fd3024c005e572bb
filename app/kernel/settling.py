"""Up to which keys tables are settled: whoever reads up to there never misses a row.

A key is drawn inside its transaction, so a row may become visible after rows with higher keys.
The highest keys drawn are noted; once every transaction that was writing these tables at that
moment has ended, nothing below can appear any more. Writers never wait.
"""

from collections.abc import Collection, Mapping
from time import monotonic, sleep

from sqlalchemy import text
from sqlalchemy.orm import Session

_HIGHEST = text("SELECT pg_sequence_last_value(pg_get_serial_sequence(:table, 'id')::regclass)")
_WRITERS = text("""
    SELECT virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND relation = ANY(CAST(CAST(:tables AS text[]) AS regclass[]))
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid()""")
_POLL_SECONDS = 0.02


def settled_keys(
    session: Session, tables: Collection[str], patience: float
) -> Mapping[str, int] | None:
    """Return of each table a key below which no row can appear any more.

    None when a transaction that was writing goes on for longer than ``patience`` seconds.
    """
    highest = {table: session.scalar(_HIGHEST, {"table": table}) or 0 for table in tables}
    until = monotonic() + patience
    given = {"tables": list(tables)}
    writers = set(session.scalars(_WRITERS, given))
    while writers := writers & set(session.scalars(_WRITERS, given)):
        if monotonic() > until:
            return None
        sleep(_POLL_SECONDS)
    return highest
