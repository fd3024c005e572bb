"""Rows in bulk: PostgreSQL's COPY inside the transaction of a session."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any, cast

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from app.kernel.db import Base, Numbered

_TIMEOUTS = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")

_OWNED = text("""
    SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class
    WHERE relname = ANY(:names) AND relkind = 'r'""")
_LINKS = text("""
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE contype = 'f' AND conrelid::regclass::text = ANY(:names)
    ORDER BY conrelid::regclass::text, conname""")


class Bulk:
    """Copies rows and hands out keys; call ``settle`` when all is copied."""

    def __init__(self, session: Session) -> None:
        """Work on the connection of ``session``; long statements and pauses are allowed."""
        self.session = session
        for setting in _TIMEOUTS:
            session.execute(text(f"SET LOCAL {setting} = 0"))
        session.execute(text("SET LOCAL synchronous_commit = off"))
        self._keys: dict[str, Iterator[int]] = {}
        self.copied: defaultdict[str, int] = defaultdict(int)

    def keys(self, model: type[Base]) -> Iterator[int]:
        """Return the free keys of a table, ascending; always the same iterator."""
        table = Base.metadata.tables[model.__tablename__]
        if table.name not in self._keys:
            highest = self.session.scalar(select(func.max(table.c.id))) or 0
            self._keys[table.name] = count(highest + 1)
        return self._keys[table.name]

    def copy(self, model: type[Base], columns: str, rows: Iterable[Sequence[Any]]) -> None:
        """Copy rows with these columns, named in one string; the rest take their defaults."""
        table = Base.metadata.tables[model.__tablename__]
        names = columns.split()
        fixed = {
            column.name: column.default.arg
            for column in table.columns
            if column.name not in names and isinstance(column.default, ScalarElementColumnDefault)
        }
        values = [*fixed.values()]
        types = [table.c[name].type for name in names]
        numbered = [
            (i, kind.number_of) for i, kind in enumerate(types) if isinstance(kind, Numbered)
        ]
        listed = ", ".join([*names, *fixed])
        with (
            self._driver().cursor() as cursor,
            cursor.copy(f"COPY {table.name} ({listed}) FROM STDIN") as copy,
        ):
            done = 0
            for row in rows:
                stored = [*row, *values]
                for place, number_of in numbered:
                    stored[place] = number_of(stored[place])
                copy.write_row(stored)
                done += 1
        self.copied[table.name] += done

    @contextmanager
    def unlinked(self, *models: type[Base]) -> Iterator[None]:
        """Check the foreign keys of these tables once at the end, not row by row.

        The keys are taken off and put back, which only the tables' owner may do; for
        anybody else they stay on and the copy takes longer.
        """
        names = [model.__tablename__ for model in models]
        owned = self.session.scalar(_OWNED, {"names": names})
        links = self.session.execute(_LINKS, {"names": names}).all() if owned else []
        for table, name, _ in links:
            self.session.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
        yield
        for table, name, definition in links:
            added = f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"
            self.session.execute(text(added))

    def settle(self) -> None:
        """Move each sequence behind the keys used, and refresh the planner's statistics."""
        for name in self._keys:
            self.session.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'),"
                    f" greatest(1, (SELECT max(id) FROM {name})))"
                )
            )
        for name in self.copied:
            self.session.execute(text(f"ANALYZE {name}"))

    def _driver(self) -> psycopg.Connection[Any]:
        return cast(
            "psycopg.Connection[Any]", self.session.connection().connection.driver_connection
        )


def json(value: Any) -> Jsonb:
    """Return a value as a JSON column wants it."""
    return Jsonb(value)
