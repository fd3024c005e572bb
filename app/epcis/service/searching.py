"""Find events: our own happenings and what others told us, in one order, page by page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from app.epcis.errors import EventNotFound, QueryTooLarge
from app.epcis.models import CapturedEvent
from app.epcis.queries import captured, happenings
from app.epcis.queries import facts as facts_of
from app.epcis.queries.happenings import Wanted
from app.epcis.rules.addresses import Addresses
from app.epcis.rules.clauses import ColumnClause, Op, Query
from app.epcis.rules.contexts import CONTEXT, namespaces
from app.epcis.rules.export import PREFIX, declared, events_of
from app.epcis.rules.matching import is_meant
from app.epcis.service.finding import where_ids_lead
from app.kernel.actor import Actor
from app.kernel.local_time import local

OWN, DECLARED, TOLD = 0, 1, 2
"""Ranks of the sources: where times agree, our happenings come first."""
LAST = 2**62
LEAST_BATCH = 100
MOST_COUNTED = 10_000
Event = dict[str, Any]
Candidate = tuple[datetime | None, int, int]
"""Sort value, rank and key of what may hold events that are meant."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where in the order of a query an event stands; ``part`` counts those of a happening."""

    moment: datetime | None
    rank: int
    key: int
    part: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query with its page: after which position, how many events."""

    query: Query
    addresses: Addresses
    size: int
    after: Position | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of events, and where the next one goes on if there is more."""

    events: list[Event]
    last: Position | None


def find_events(session: Session, actor: Actor, asked: Asked) -> Found:
    """Return a page of the events that are visible to the actor and meant by the query.

    Raises:
        QueryTooLarge: more events are meant than the query itself allows.
    """
    if asked.after is None and asked.query.most is not None:
        _refuse_more_than(session, actor, asked, asked.query.most)
    walk = _walk(session, actor, asked)
    page = list(islice(walk, asked.size))
    more = next(walk, None) is not None
    return Found([event for _, event in page], page[-1][0] if page and more else None)


def get_events(session: Session, actor: Actor, addresses: Addresses, event_id: str) -> list[Event]:
    """Return the event of this id and its error declarations.

    Raises:
        EventNotFound: there is none, or none that the actor may see.
    """
    clause = ColumnClause(parameter="EQ_eventID", op=Op.EQ, values=(event_id,), column="event_id")
    asked = Asked(query=Query(clauses=(clause,)), addresses=addresses, size=LEAST_BATCH)
    events = find_events(session, actor, asked).events
    if not events:
        raise EventNotFound("event")
    return events


def _refuse_more_than(session: Session, actor: Actor, asked: Asked, most: int) -> None:
    whole = replace(asked, size=LEAST_BATCH)
    count = sum(1 for _ in islice(_walk(session, actor, whole), min(most, MOST_COUNTED) + 1))
    if count > most or count > MOST_COUNTED:
        raise QueryTooLarge("events", most=most)


def _walk(session: Session, actor: Actor, asked: Asked) -> Iterator[tuple[Position, Event]]:
    """Yield all events from the asked position on, read in batches."""
    wanted = happenings.prepare(
        session, asked.addresses, asked.query, _may_be(session, asked.query)
    )
    here, size = asked.after, max(asked.size + 1, LEAST_BATCH)
    passed = here
    while True:
        batch, is_last = _candidates(session, actor, (asked.query, wanted), (here, size))
        for position, event in _expanded(session, asked, batch):
            if passed is None or _beyond(asked.query, position, passed):
                yield position, event
        if is_last:
            return
        here = passed = Position(*batch[-1], part=LAST)


def _may_be(session: Session, query: Query) -> ColumnElement[bool] | None:
    ids = [
        str(value)
        for clause in query.clauses
        if isinstance(clause, ColumnClause) and clause.column == "event_id"
        for value in clause.values
    ]
    return where_ids_lead(session, ids) if ids else None


def _candidates(
    session: Session,
    actor: Actor,
    asked: tuple[Query, Wanted | None],
    page: tuple[Position | None, int],
) -> tuple[list[Candidate], bool]:
    """Return what comes next of all sources, as far as all have been read; and whether it ends."""
    (query, wanted), (after, size) = asked, page
    found: list[Candidate] = []
    ends: list[Candidate] = []
    for rank in (OWN, DECLARED, TOLD):
        start = _start(query, after, rank)
        if start is None or (rank != TOLD and wanted is None):
            continue
        rows = _read(session, actor, (query, wanted), (rank, start, size))
        found += rows
        ends += rows[-1:] if len(rows) == size else []
    order = _order(query)
    found.sort(key=order, reverse=query.descending and query.order_by is not None)
    if not ends:
        return found, True
    horizon = (max if _is_down(query) else min)(map(order, ends))
    if _is_down(query):
        return [one for one in found if order(one) >= horizon], False
    return [one for one in found if order(one) <= horizon], False


def _read(
    session: Session,
    actor: Actor,
    asked: tuple[Query, Wanted | None],
    source: tuple[int, tuple[Any, int] | tuple[()], int],
) -> list[Candidate]:
    (query, wanted), (rank, start, size) = asked, source
    after = start or None
    if rank == TOLD:
        rows = captured.captured_keys(session, actor, query, after, size)
    elif wanted is None or (rank == OWN and wanted.declared_only):
        rows = []
    else:
        keys = happenings.happening_keys if rank == OWN else happenings.declared_keys
        rows = keys(session, actor, (query, wanted), after, size)
    return [(moment, rank, key) for moment, key in rows]


def _is_down(query: Query) -> bool:
    return query.descending and query.order_by is not None


def _order(query: Query) -> Any:
    if query.order_by is None:
        return lambda one: (one[1], one[2])
    return lambda one: one


def _start(query: Query, after: Position | None, rank: int) -> tuple[Any, int] | tuple[()] | None:
    """Return from where a source is to be read: empty from its start, None not at all."""
    if after is None:
        return ()
    if rank == after.rank:
        return after.moment, after.key
    if query.order_by is None:
        return () if rank > after.rank else None
    comes_later = rank < after.rank if query.descending else rank > after.rank
    edge = LAST if comes_later is query.descending else 0
    return after.moment, edge


def _beyond(query: Query, position: Position, passed: Position) -> bool:
    order = _order(query)
    one = order((position.moment, position.rank, position.key))
    other = order((passed.moment, passed.rank, passed.key))
    if one == other:
        return position.part > passed.part
    return bool(one < other if _is_down(query) else one > other)


def _expanded(
    session: Session, asked: Asked, batch: Sequence[Candidate]
) -> Iterator[tuple[Position, Event]]:
    """Yield the events of a batch that are meant."""
    own = {key for _, rank, key in batch if rank == OWN}
    set_right = {key for _, rank, key in batch if rank == DECLARED}
    corrections = facts_of.corrections_of(session, list(set_right))
    by = {key for key, _ in corrections.values()}
    facts = facts_of.load(session, own | set_right | by)
    told = captured.captured_events(session, [key for _, rank, key in batch if rank == TOLD])
    known = namespaces({PREFIX: asked.addresses.extensions})
    for moment, rank, key in batch:
        if rank == TOLD:
            yield Position(moment, rank, key, 0), as_told(told[key])
            continue
        events = events_of(facts[key], asked.addresses)
        if rank == DECLARED:
            cause, step = corrections[key]
            right = events_of(facts[cause], asked.addresses)[0]
            reason = "did_not_occur" if step == "returning" else "incorrect_data"
            at = facts[cause].recorded_at
            events = [declared(events[0], right, reason=reason, at=at)]
        for part, event in enumerate(events):
            if is_meant(event, asked.query.clauses, known):
                yield Position(moment, rank, key, part), event


def as_told(row: CapturedEvent) -> Event:
    """Return an event that others told us, with its id, our record time and our note."""
    event = dict(row.document)
    if row.prefixes:
        event["@context"] = [CONTEXT, row.prefixes]
    event["eventID"] = row.event_id
    event["recordTime"] = local(row.record_time).isoformat(timespec="milliseconds")
    return event | ({f"{PREFIX}:note": row.note} if row.note else {})
