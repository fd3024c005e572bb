"""Everything the database holds, table by table, as one number each."""

from sqlalchemy import Connection, text

from app.kernel.db import Base

NOT_CONTENT = {
    "access_token": "when a token was last used",
    "sign_in_attempt": "the brake counts wrong credentials, and must",
}


def fingerprint(connection: Connection) -> dict[str, tuple[int, int]]:
    """Return the number of rows of each table and the sum of their hashes."""
    tables = sorted(set(Base.metadata.tables) - set(NOT_CONTENT))
    rows = connection.execute(
        text(
            " UNION ALL ".join(
                f"SELECT '{name}', count(*), sum(hashtextextended(t::text, 0)) FROM {name} t"
                for name in tables
            )
        )
    )
    return {name: (count, int(hashes or 0)) for name, count, hashes in rows}


def changed(before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]) -> list[str]:
    """Return the tables that differ."""
    return [name for name in before if before[name] != after[name]]
