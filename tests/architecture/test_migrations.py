from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, text

from app.kernel import migrations
from app.kernel.db import Base, open_engine
from tests import databases

APP = Path(__file__).parents[2] / "app"

CATALOGUE = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
               a.attidentity, a.attgenerated, coalesce(l.collname, ''),
               coalesce(pg_get_expr(d.adbin, d.adrelid), '')
        FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        LEFT JOIN pg_collation l ON l.oid = a.attcollation
        WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
          AND c.relname <> 'alembic_version'
        """,
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
          AND conrelid::regclass::text <> 'alembic_version'
        """,
    "indexes": """
        SELECT tablename, indexname, indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
        """,
}
REST = """
    SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace
              AND relname NOT LIKE 'alembic_version%')
         + (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace)
    """


@pytest.fixture
def empty(server: URL) -> Iterator[Engine]:
    with databases.clone(server, databases.EMPTY) as url:
        engine = open_engine(url)
        yield engine
        engine.dispose()


def catalogue_of(engine: Engine) -> dict[str, list[str]]:
    with engine.connect() as connection:
        return {
            kind: sorted(str(tuple(row)) for row in connection.execute(text(query)))
            for kind, query in CATALOGUE.items()
        }


def test_migrations_go_up_down_and_up(empty: Engine) -> None:
    migrations.upgrade(empty)
    first = catalogue_of(empty)
    migrations.downgrade(empty)
    with empty.connect() as connection:
        left = connection.scalar(text(REST))
    migrations.upgrade(empty)

    assert left == 0
    assert catalogue_of(empty) == first


def test_migrations_build_what_the_models_say(empty: Engine, engine: Engine) -> None:
    for path in sorted([*APP.glob("*/models.py"), *APP.glob("*/models/*.py")]):
        parts = path.relative_to(APP.parent).with_suffix("").parts
        import_module(".".join(parts).removesuffix(".__init__"))
    Base.metadata.create_all(empty)

    said, built = catalogue_of(empty), catalogue_of(engine)

    for kind, lines in said.items():
        assert set(lines) - set(built[kind]) == set(), f"{kind} missing from the migrations"
        assert set(built[kind]) - set(lines) == set(), f"{kind} unknown to the models"


def test_history_only_grows(engine: Engine) -> None:
    with engine.connect() as connection:
        guarded = connection.scalars(
            text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'only_grows'")
        )
        assert "history" in set(guarded)
