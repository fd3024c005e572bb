"""Everything the database holds, table by table, as one number each."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, text

from app.kernel.db import Base

NOT_CONTENT = {
    "access_token": "when a token was last used",
    "sign_in_attempt": "the brake counts wrong credentials, and must",
}
WRITTEN = """
SELECT relname, pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
  + pg_stat_get_xact_tuples_deleted(oid) AS written
FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
"""How many rows the transaction wrote so far, by table; what was rolled back counts as well."""
Content = Mapping[str, tuple[int, int]]


def fingerprint(connection: Connection, among: Collection[str] | None = None) -> Content:
    """Return the number of rows and the sum of their hashes, of all tables or of these."""
    tables = set(Base.metadata.tables) - set(NOT_CONTENT)
    wanted = sorted(tables if among is None else tables.intersection(among))
    if not wanted:
        return {}
    rows = connection.execute(
        text(
            " UNION ALL ".join(
                f"SELECT '{name}', count(*), sum(hashtextextended(t::text, 0)) FROM {name} t"
                for name in wanted
            )
        )
    )
    return {name: (count, int(hashes or 0)) for name, count, hashes in rows}


def changed(before: Content, after: Content) -> list[str]:
    """Return the tables that differ."""
    return [name for name in before if before[name] != after[name]]


class Watch:
    """Takes the fingerprint again and again within one transaction of ours.

    Only of tables that it wrote to since the last look: the others hold what they held.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._written = self._writes()
        self._content = fingerprint(connection)

    def look(self) -> Content:
        """Return the fingerprint of everything."""
        written = self._writes()
        touched = {name for name, rows in written.items() if rows != self._written.get(name)}
        self._written = written
        self._content = {**self._content, **fingerprint(self._connection, touched)}
        return self._content

    def rewind(self, before: Content) -> None:
        """Know that everything is rolled back to an earlier look, which no counter shows."""
        self._written, self._content = self._writes(), before

    def _writes(self) -> dict[str, int]:
        counted = self._connection.execute(text(WRITTEN)).all()
        return {row.relname: row.written for row in counted}
