"""Many rows in one statement and one parameter, compiled once however many there are.

A multi-row VALUES names every value of every row: it is compiled anew for each count of
rows and ends at 65,535 parameters. Here the rows travel as one JSON document.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Text, bindparam, cast, column, func, select
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute
from sqlalchemy.sql.selectable import TableValuedAlias

from app.kernel.db import Numbered

Rows = Sequence[Mapping[str, object]]


def as_table(
    columns: Sequence[InstrumentedAttribute[Any]], rows: Rows, name: str = "given"
) -> TableValuedAlias:
    """Return rows as a table to select from; each column has the type of its namesake."""
    document = bindparam(None, json.dumps(_stored(columns, rows), default=str), Text)
    typed = [column(attribute.key, attribute.type) for attribute in columns]
    recordset = func.jsonb_to_recordset(cast(document, JSONB))
    return recordset.table_valued(*typed, name=name).render_derived(with_types=True)


def _stored(columns: Sequence[InstrumentedAttribute[Any]], rows: Rows) -> list[dict[str, object]]:
    """Return the rows with each numbered word as its number: JSON would write the word."""
    numbered = {
        attribute.key: attribute.type.number_of
        for attribute in columns
        if isinstance(attribute.type, Numbered)
    }
    stored = [dict(row) for row in rows]
    for row in stored:
        row.update({name: number_of(row[name]) for name, number_of in numbered.items()})
    return stored


def insert_rows(
    model: type[DeclarativeBase], rows: Rows, same: Mapping[str, object] | None = None
) -> Insert:
    """Return an INSERT of rows that all have the same keys, in their order.

    What is the ``same`` in all of them travels once.
    """
    names, common = list(rows[0]), same or {}
    given = as_table([getattr(model, name) for name in names], rows)
    shared = [bindparam(None, value, getattr(model, name).type) for name, value in common.items()]
    told = select(*given.c, *shared)
    return insert(model).from_select([*names, *common], told, include_defaults=False)
