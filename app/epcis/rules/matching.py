"""Say of one event whether a query means it: the plain reading of what the database is asked."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from app.epcis.rules.clauses import AnyClause, ColumnClause, FieldClause, Op, ThingClause, Value
from app.epcis.rules.fields import Field, Thing, fields_in, moment_in, number_in, things_in
from app.epcis.rules.vocabulary import short
from app.traceability.rules.event_hash import Namespaces
from app.traceability.rules.gs1_uris import canonical

LONGEST_TEXT = 500
"""A longer value is found by its beginning."""
Columns = Mapping[str, Any]


def columns_of(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an event that have a column of their own."""
    error = event.get("errorDeclaration", {})
    return {
        "type": event["type"],
        "action": event.get("action", ""),
        "event_id": event.get("eventID", ""),
        "event_time": moment_in(event["eventTime"]),
        "record_time": moment_in(event.get("recordTime", "")),
        "biz_step": short(event.get("bizStep", "")),
        "disposition": short(event.get("disposition", "")),
        "read_point": canonical(event.get("readPoint", {}).get("id", "")),
        "biz_location": canonical(event.get("bizLocation", {}).get("id", "")),
        "transformation_id": canonical(event.get("transformationID", "")),
        "declared_at": moment_in(error.get("declarationTime", "")),
        "error_reason": short(error.get("reason", "")),
        "sensed": bool(event.get("sensorElementList")),
    }


def is_meant(event: Mapping[str, Any], clauses: Iterable[AnyClause], known: Namespaces) -> bool:
    """Say whether an event meets every condition."""
    columns = columns_of(event)
    things = list(things_in(event))
    fields = list(fields_in(event, known))
    return all(_holds(clause, columns, things, fields) for clause in clauses)


def _holds(clause: AnyClause, columns: Columns, things: list[Thing], fields: list[Field]) -> bool:
    if isinstance(clause, ColumnClause):
        return fits(clause, columns[clause.column])
    if isinstance(clause, ThingClause):
        return any(_names(clause, thing) for thing in things if thing.role in clause.roles)
    return any(
        _says(clause, field)
        for field in fields
        if field.scope == clause.scope and field.name == clause.name
    )


def fits(clause: ColumnClause, value: Any) -> bool:
    """Say whether the value of a column meets a condition."""
    if clause.op is Op.EXISTS:
        return bool(value)
    if clause.op is Op.WD:
        return any(value == one or str(value).startswith(f"{one}/") for one in clause.values)
    if clause.op is Op.EQ:
        return value in clause.values
    return value is not None and _compared(clause.op, value, clause.values[0])


def _names(clause: ThingClause, thing: Thing) -> bool:
    if all(isinstance(value, str) for value in clause.values):
        return any(_alike(str(value), thing.uri) for value in clause.values)
    if thing.quantity is None or (clause.uom or thing.uom) != thing.uom:
        return False
    if clause.op is Op.EQ:
        return thing.quantity in clause.values
    return _compared(clause.op, thing.quantity, clause.values[0])


def _alike(pattern: str, uri: str) -> bool:
    return uri.startswith(pattern[:-1]) if pattern.endswith("*") else uri == pattern


def _says(clause: FieldClause, field: Field) -> bool:
    if clause.op is Op.EXISTS:
        return True
    if clause.uom and clause.uom != field.uom:
        return False
    if clause.op is Op.EQ:
        return any(_same(value, field) for value in clause.values)
    bound = clause.values[0]
    value = field.moment if isinstance(bound, datetime) else field.number
    return value is not None and _compared(clause.op, value, bound)


def _same(value: Value, field: Field) -> bool:
    if not isinstance(value, str):
        return value == field.number
    number = number_in(value)
    alike = value[:LONGEST_TEXT] == field.text[:LONGEST_TEXT]
    return alike or (number is not None and number == field.number)


def _compared(op: Op, value: Any, bound: Value) -> bool:
    if op is Op.GT:
        return bool(value > bound)
    if op is Op.GE:
        return bool(value >= bound)
    return bool(value < bound if op is Op.LT else value <= bound)
