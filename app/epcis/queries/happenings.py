"""Our own happenings: which may meet a query, and the facts of each.

The database is asked for a small superset by the indexes there are; which of the events of a
happening are really meant is read off the events themselves (``rules.matching``).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    false,
    literal,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from app.epcis.rules import vocabulary as words
from app.epcis.rules.addresses import Addresses
from app.epcis.rules.clauses import AnyClause, ColumnClause, FieldClause, Op, Query, ThingClause
from app.epcis.rules.export import action_of, all_words_of, words_of
from app.epcis.rules.fields import Role, Scope
from app.epcis.rules.matching import fits
from app.inventory.models import Place
from app.kernel.actor import Actor, Permission
from app.network.models import Facility
from app.traceability.models import (
    Aggregation,
    BizStep,
    Disposition,
    TraceCorrection,
    TraceEvent,
    Unit,
)
from app.traceability.queries import named_units

Condition = ColumnElement[bool]
_SHOWN = frozenset({"type", "action", "biz_step", "disposition"})
_OPENED = {"type": words.AGGREGATION, "action": "DELETE"}
_OPENED |= {"biz_step": "unpacking", "disposition": "container_open"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A query prepared for our own happenings: ids and pairs instead of URIs and words."""

    conditions: tuple[Condition, ...]
    declared_only: bool


def prepare(
    session: Session, addresses: Addresses, query: Query, may_be: Condition | None = None
) -> Wanted | None:
    """Return the query in terms of our tables, or None when none of ours can be meant.

    ``may_be`` are the happenings to which the event ids asked for may lead, if any were.
    """
    readers: dict[type[AnyClause], Callable[..., Condition]] = {
        ColumnClause: _on_column,
        ThingClause: _on_things,
        FieldClause: _on_field,
    }
    conditions = [_on_words(query), TRUE if may_be is None else may_be]
    conditions += [readers[type(one)](session, addresses, one) for one in query.clauses]
    if any(condition is FALSE for condition in conditions):
        return None
    kept = tuple(condition for condition in conditions if condition is not TRUE)
    return Wanted(conditions=kept, declared_only=_asks_for_declarations(query))


TRUE, FALSE = true(), false()


def _asks_for_declarations(query: Query) -> bool:
    columns = {clause.column for clause in query.clauses if isinstance(clause, ColumnClause)}
    fields = {clause.scope for clause in query.clauses if isinstance(clause, FieldClause)}
    return bool(columns & {"declared_at", "error_reason"}) or Scope.CORRECTIVE in fields


def _on_words(query: Query) -> Condition:
    """Return which steps and dispositions can be meant, by the words they are told in."""
    shown = [c for c in query.clauses if isinstance(c, ColumnClause) and c.column in _SHOWN]
    if not shown:
        return TRUE
    pairs = [(step, became) for step in BizStep for became in Disposition]
    told = [pair for pair in pairs if any(_all_fit(shown, one) for one in _observed(*pair))]
    if len(told) == len(pairs):
        return TRUE
    either: list[Condition] = []
    if told:
        either.append(tuple_(TraceEvent.step, TraceEvent.disposition).in_(told))
    filled = [step for step in BizStep if _all_fit(shown, _filled(step))]
    if filled:
        either.append(and_(TraceEvent.step.in_(filled), _began(Aggregation.from_event_id)))
    if _all_fit(shown, _OPENED):
        either.append(_began(Aggregation.until_event_id))
    return or_(*either) if either else FALSE


def _all_fit(clauses: Iterable[ColumnClause], facts: dict[str, str]) -> bool:
    return all(fits(clause, facts[clause.column]) for clause in clauses)


def _observed(step: BizStep, became: Disposition) -> list[dict[str, str]]:
    """Return how a happening may be told."""
    return [
        {
            "type": words.OBJECT,
            "action": action_of(biz_step),
            "biz_step": biz_step,
            "disposition": disposition,
        }
        for biz_step, disposition in all_words_of(step, became)
    ]


def _filled(step: BizStep) -> dict[str, str]:
    said = ("packing", "in_progress")
    if step is BizStep.ANNOUNCING:
        said = words_of(step, Disposition.ANNOUNCED)
    facts = {"type": words.AGGREGATION, "action": "ADD"}
    return facts | {"biz_step": said[0], "disposition": said[1]}


def _began(column: Any) -> Condition:
    """Return that a stay in a container began or ended with the happening."""
    named = named_units()
    return (
        select(literal(1))
        .select_from(named)
        .join(Aggregation, Aggregation.child_id == named.c.unit_id)
        .where(named.c.event_id == TraceEvent.id, column == TraceEvent.id)
        .correlate(TraceEvent)
        .exists()
    )


def _on_column(session: Session, addresses: Addresses, clause: ColumnClause) -> Condition:
    if clause.column in _SHOWN or clause.column == "event_id":
        return TRUE if clause.values else FALSE
    if clause.column in {"event_time", "record_time", "declared_at", "error_reason"}:
        return _on_time(clause)
    if clause.column not in {"read_point", "biz_location"}:
        return FALSE
    return _on_place(session, addresses, clause)


def _on_time(clause: ColumnClause) -> Condition:
    """Return a condition on times; those of a declaration are looked at afterwards."""
    if clause.column in {"declared_at", "error_reason"}:
        return TRUE
    if clause.column == "record_time":
        return TRUE if clause.op is Op.GE else TraceEvent.recorded_at < clause.values[0]
    column = TraceEvent.event_time
    return column >= clause.values[0] if clause.op is Op.GE else column < clause.values[0]


def _on_place(session: Session, addresses: Addresses, clause: ColumnClause) -> Condition:
    spots = [addresses.place_in(str(value)) for value in clause.values]
    known = [spot for spot in spots if spot is not None]
    facilities = [code for code, place in known if not place]
    places = [spot for spot in known if spot[1]]
    either: list[Condition] = []
    if facilities:
        ids = session.scalars(select(Facility.id).where(Facility.code.in_(facilities))).all()
        either.append(TraceEvent.facility_id.in_(ids))
    if places:
        found = (
            select(Place.id)
            .join(Facility, Facility.id == Place.facility_id)
            .where(tuple_(Facility.code, Place.code).in_(places))
        )
        either.append(TraceEvent.place_id.in_(session.scalars(found).all()))
    return or_(*either) if either else FALSE


def _on_things(session: Session, addresses: Addresses, clause: ThingClause) -> Condition:
    codes = [addresses.code_in(str(value)) for value in clause.values]
    known = [code for code in codes if code is not None]
    if not known or not clause.roles & {Role.EPC, Role.PARENT}:
        return FALSE
    units = session.scalars(select(Unit.id).where(Unit.code.in_(known))).all()
    if not units:
        return FALSE
    found: list[Select[Any]] = []
    if Role.EPC in clause.roles:
        named = named_units()
        found.append(select(named.c.event_id).where(named.c.unit_id.in_(units)))
    if Role.PARENT in clause.roles:
        found += [
            select(column).where(Aggregation.parent_id.in_(units), column.is_not(None))
            for column in (Aggregation.from_event_id, Aggregation.until_event_id)
        ]
    return TraceEvent.id.in_(union_all(*found))


def _on_field(_session: Session, addresses: Addresses, clause: FieldClause) -> Condition:
    if clause.scope is Scope.CORRECTIVE:
        return TRUE
    if clause.scope is Scope.TRANSACTION:
        papers = [addresses.document_in(str(value)) for value in clause.values]
        return TraceEvent.document.in_([paper for paper in papers if paper])
    if clause.scope in {Scope.SOURCE, Scope.DESTINATION}:
        spots = [addresses.place_in(str(value)) for value in clause.values]
        codes = [spot[0] for spot in spots if spot]
        ids = select(Facility.id).where(Facility.code.in_(codes))
        return TraceEvent.facility_id.in_(ids) if codes else FALSE
    if clause.scope is Scope.EVENT and clause.name == f"{addresses.extensions}baseUnits":
        return TraceEvent.step.in_((BizStep.DISPENSING, BizStep.RETURNING))
    return FALSE


_KEYS = {"event_time": TraceEvent.event_time, "record_time": TraceEvent.recorded_at}


def happening_keys(
    session: Session,
    actor: Actor,
    asked: tuple[Query, Wanted],
    after: tuple[Any, ...] | None,
    size: int,
) -> list[tuple[Any, int]]:
    """Return sort value and key of the next happenings, at most ``size``."""
    query, wanted = asked
    column = _KEYS.get(query.order_by or "")
    ends: list[Any] = [literal(None) if column is None else column, TraceEvent.id]
    found = select(*ends)
    found = found.where(*wanted.conditions, *_seen(actor), *_recorded_since(query, TraceEvent))
    found = found.where(*_within(query, TraceEvent.id))
    return _paged(session, found, (column, TraceEvent.id), (query, after, size))


def declared_keys(
    session: Session,
    actor: Actor,
    asked: tuple[Query, Wanted],
    after: tuple[Any, ...] | None,
    size: int,
) -> list[tuple[Any, int]]:
    """Return sort value and key of the next happenings that were set right later."""
    query, wanted = asked
    by = select(TraceEvent.id, TraceEvent.recorded_at).subquery("by")
    column = {"event_time": TraceEvent.event_time, "record_time": by.c.recorded_at}.get(
        query.order_by or ""
    )
    found: Select[Any] = (
        select(literal(None) if column is None else column, TraceEvent.id)
        .join(TraceCorrection, TraceCorrection.corrects_id == TraceEvent.id)
        .join(by, by.c.id == TraceCorrection.event_id)
        .where(*wanted.conditions, *_seen(actor), *_recorded_since(query, by.c))
        .where(*_within(query, TraceCorrection.event_id))
    )
    return _paged(session, found, (column, TraceEvent.id), (query, after, size))


def _recorded_since(query: Query, row: Any) -> list[Condition]:
    return [
        row.recorded_at >= clause.values[0]
        for clause in query.clauses
        if isinstance(clause, ColumnClause)
        and clause.column == "record_time"
        and clause.op is Op.GE
    ]


def _within(query: Query, key: Any) -> list[Condition]:
    return [key > query.window.own[0], key <= query.window.own[1]] if query.window else []


def _seen(actor: Actor) -> list[Condition]:
    if actor.may(Permission.COUNTY_READ):
        return []
    return [TraceEvent.facility_id.in_(actor.facility_ids)]


def _paged(
    session: Session,
    found: Select[Any],
    ends: tuple[Any, Any],
    page: tuple[Query, tuple[Any, ...] | None, int],
) -> list[tuple[Any, int]]:
    (column, key), (query, after, size) = ends, page
    if column is None:
        rest = found.where(key >= after[1]) if after else found
        rest = rest.order_by(key)
    else:
        pair, down = tuple_(column, key), query.descending
        rest = found.where(pair <= after if down else pair >= after) if after else found
        rest = rest.order_by(*(end.desc() if down else end for end in (column, key)))
    return [(row[0], row[1]) for row in session.execute(rest.limit(size))]
