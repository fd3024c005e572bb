"""Which events that others told us meet a query."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.epcis.models import CapturedEvent, CapturedField, CapturedThing
from app.epcis.rules.clauses import AnyClause, ColumnClause, FieldClause, Op, Query, ThingClause
from app.epcis.rules.fields import number_in
from app.epcis.rules.matching import LONGEST_TEXT
from app.kernel.actor import Actor, Permission

Condition = ColumnElement[bool]
_COMPARE: dict[Op, Callable[[Any, Any], Condition]] = {
    Op.GT: lambda column, value: column > value,
    Op.GE: lambda column, value: column >= value,
    Op.LT: lambda column, value: column < value,
    Op.LE: lambda column, value: column <= value,
}


def captured_keys(
    session: Session, actor: Actor, query: Query, after: tuple[Any, ...] | None, size: int
) -> list[tuple[Any, int]]:
    """Return sort value and key of the events from ``after`` on, at most ``size``."""
    statement = _matching(actor, query)
    if query.order_by is None:
        found = statement.add_columns(CapturedEvent.id).order_by(CapturedEvent.id)
        rest = found.where(CapturedEvent.id >= after[1]) if after else found
        return [(None, row[0]) for row in session.execute(rest.limit(size))]
    column: InstrumentedAttribute[datetime] = getattr(CapturedEvent, query.order_by)
    pair = tuple_(column, CapturedEvent.id)
    found = statement.add_columns(column, CapturedEvent.id)
    if after:
        found = found.where(pair <= after if query.descending else pair >= after)
    ends = (column, CapturedEvent.id)
    found = found.order_by(*(end.desc() if query.descending else end for end in ends))
    return [(row[0], row[1]) for row in session.execute(found.limit(size))]


def captured_events(session: Session, ids: Sequence[int]) -> dict[int, CapturedEvent]:
    """Return events by key."""
    rows = session.scalars(select(CapturedEvent).where(CapturedEvent.id.in_(ids)))
    return {row.id: row for row in rows}


def seen_by(actor: Actor) -> list[Condition]:
    """Return the condition that an event was told to a facility of the actor."""
    if actor.may(Permission.COUNTY_READ):
        return []
    return [CapturedEvent.facility_id.in_(actor.facility_ids)]


def _matching(actor: Actor, query: Query) -> Select[Any]:
    conditions = [condition_of(clause) for clause in query.clauses]
    if query.window:
        since, until = query.window.told
        conditions += [CapturedEvent.id > since, CapturedEvent.id <= until]
    return select().select_from(CapturedEvent).where(*seen_by(actor), *conditions)


def condition_of(clause: AnyClause) -> Condition:
    """Return a clause as a condition on captured events."""
    if isinstance(clause, ColumnClause):
        return _on_column(clause)
    if isinstance(clause, ThingClause):
        return CapturedEvent.id.in_(_naming(clause))
    return CapturedEvent.id.in_(_saying(clause))


def _on_column(clause: ColumnClause) -> Condition:
    column: InstrumentedAttribute[Any] = getattr(CapturedEvent, clause.column)
    if clause.op is Op.EXISTS:
        return column.is_(True) if clause.column == "sensed" else column.is_not(None)
    if clause.op is Op.EQ:
        return column.in_(clause.values) if clause.values else false()
    if clause.op is Op.WD:
        within = (column.startswith(f"{value}/", autoescape=True) for value in clause.values)
        return or_(column.in_(clause.values), *within)
    return _COMPARE[clause.op](column, clause.values[0])


def _naming(clause: ThingClause) -> Select[Any]:
    found = select(CapturedThing.event_id).where(CapturedThing.role.in_(clause.roles))
    if all(isinstance(value, str) for value in clause.values):
        return found.where(_named(CapturedThing.uri, [str(value) for value in clause.values]))
    if clause.uom:
        found = found.where(CapturedThing.uom == clause.uom)
    if clause.op is Op.EQ:
        return found.where(CapturedThing.quantity.in_(clause.values))
    return found.where(_COMPARE[clause.op](CapturedThing.quantity, clause.values[0]))


def _named(column: InstrumentedAttribute[str], values: Sequence[str]) -> Condition:
    whole = [value for value in values if not value.endswith("*")]
    begun = (value[:-1] for value in values if value.endswith("*"))
    starts = (column.startswith(value, autoescape=True) for value in begun)
    return or_(column.in_(whole), *starts)


def _saying(clause: FieldClause) -> Select[Any]:
    found = select(CapturedField.event_id).where(
        CapturedField.scope == clause.scope, CapturedField.name == clause.name
    )
    if clause.uom:
        found = found.where(CapturedField.uom == clause.uom)
    if clause.op is Op.EXISTS:
        return found
    if clause.op is Op.EQ:
        return found.where(_equal(clause))
    bound = clause.values[0]
    column: Any = CapturedField.moment if isinstance(bound, datetime) else CapturedField.number
    return found.where(and_(column.is_not(None), _COMPARE[clause.op](column, bound)))


def _equal(clause: FieldClause) -> Condition:
    texts = [value[:LONGEST_TEXT] for value in clause.values if isinstance(value, str)]
    numbers = [number_in(text) for text in texts]
    numbers += [value for value in clause.values if isinstance(value, float)]
    known = [number for number in numbers if number is not None]
    return or_(
        CapturedField.text.in_(texts) if texts else false(),
        CapturedField.number.in_(known) if known else false(),
    )
