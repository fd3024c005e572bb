"""Tell subscribers what is new: claim a subscription, gather, and keep how the call ended.

A turn is a claim with a lease; between gathering and the answer lies the network, outside every
transaction. Only settled keys are told, so a turn that is repeated tells the same events again,
and none is passed over. Who tells it twice finds the events under the same ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, text, update
from sqlalchemy.orm import Session

from app.epcis.models import Notification, Subscription
from app.epcis.rules.addresses import Addresses
from app.epcis.rules.clauses import ColumnClause, Op, Query, Window
from app.epcis.rules.schedules import next_time
from app.epcis.service import searching
from app.epcis.service.naming import meaning_of
from app.epcis.service.searching import Asked, Position
from app.kernel.actor import Actor
from app.kernel.settling import settled_keys

PAGE = 500
"""Events in one call at most."""
LEASE = timedelta(minutes=2)
STREAM_PAUSE, FIRST_DELAY, LONGEST_DELAY = (timedelta(seconds=s) for s in (5, 10, 3600))
OWN, TOLD = "trace_event", "epcis_event"
PATIENCE_SECONDS = 3.0
MOST_DOUBLINGS = 16
REACHED = range(200, 300)
Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """A claim: which subscription, which of its attempts, on whose behalf."""

    subscription_id: int
    number: int
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a turn has to tell, and where the next goes on; ``call`` is false for nothing."""

    subscription: Subscription
    events: Sequence[Event]
    rest: Position | None
    call: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call ended: what the other side answered, or why it did not."""

    status: int
    fault: str = ""


def claim(session: Session, size: int, *, now: datetime) -> list[Turn]:
    """Take the subscriptions that are due, each for one attempt."""
    due = session.scalars(
        select(Subscription)
        .where(
            Subscription.ended_at.is_(None),
            Subscription.next_at <= now,
            or_(Subscription.lease_until.is_(None), Subscription.lease_until < now),
        )
        .order_by(Subscription.next_at, Subscription.id)
        .limit(size)
        .with_for_update(skip_locked=True)
    ).all()
    for one in due:
        one.turn, one.lease_until = one.turn + 1, now + LEASE
    session.flush()
    return [Turn(one.id, one.turn, one.user_id) for one in due]


def end(session: Session, turn: Turn, fault: str, *, now: datetime) -> None:
    """End a subscription whose subscriber may not read any more."""
    _write(session, turn, {"ended_at": now, "fault": fault})


def gather(
    session: Session, turn: Turn, read: tuple[Actor, Addresses], *, now: datetime
) -> Told | None:
    """Return what is to be told in a turn; None when it is over, or must wait for writers."""
    session.execute(text("SET LOCAL statement_timeout = '60s'"))
    held = _held(session, turn)
    if held is None:
        return None
    if held.own_until is None:
        ends = settled_keys(session, (OWN, TOLD), PATIENCE_SECONDS)
        if ends is None:
            _write(session, turn, {"next_at": now + STREAM_PAUSE, "lease_until": None})
            return None
        held.own_until = max(held.own_after, ends[OWN])
        held.told_until = max(held.told_after, ends[TOLD])
        session.flush()
    actor, addresses = read
    query = _narrowed(meaning_of(held.query, addresses), held)
    after = Position(None, *held.page["after"]) if held.page else None
    asked = Asked(query=query, addresses=addresses, size=PAGE, after=after)
    found = searching.find_events(session, actor, asked)
    wants_empty = bool(held.schedule) and held.report_if_empty and after is None
    return Told(
        subscription=held,
        events=found.events,
        rest=found.last,
        call=bool(found.events) or wants_empty,
    )


def record(session: Session, turn: Turn, told: Told, ending: Ending, *, now: datetime) -> bool:
    """Keep how a call ended and when the next is due; return whether the turn still counted."""
    was = told.subscription
    good = ending.status in REACHED
    called = {**_advanced(told, now=now), "notified_at": now}
    values = called if good else _put_off(was, ending, now=now)
    if not _write(session, turn, {**values, "lease_until": None}):
        return False
    session.add(
        Notification(
            subscription_id=was.id,
            turn=turn.number,
            called_at=now,
            events=len(told.events),
            status=ending.status,
            fault=ending.fault,
        )
    )
    return True


def skip(session: Session, turn: Turn, told: Told, *, now: datetime) -> None:
    """Go on without a call: nothing was new."""
    _write(session, turn, {**_advanced(told, now=now), "lease_until": None})


def _held(session: Session, turn: Turn) -> Subscription | None:
    return session.scalar(
        select(Subscription)
        .where(*_counts(turn))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _counts(turn: Turn) -> tuple[Any, ...]:
    return (
        Subscription.id == turn.subscription_id,
        Subscription.turn == turn.number,
        Subscription.ended_at.is_(None),
    )


def _write(session: Session, turn: Turn, values: dict[str, Any]) -> bool:
    """Write into a subscription, unless a later turn has begun or it has ended."""
    written = session.execute(
        update(Subscription)
        .where(*_counts(turn))
        .values(**values)
        .returning(Subscription.id)
        .execution_options(synchronize_session=False)
    )
    return written.first() is not None


def _narrowed(query: Query, held: Subscription) -> Query:
    """Return the query of a subscription within its window, in the order of recording."""
    window = Window(
        own=(held.own_after, held.own_until or 0), told=(held.told_after, held.told_until or 0)
    )
    clauses = query.clauses
    if held.recorded_from is not None:
        since = ColumnClause(
            parameter="GE_recordTime",
            op=Op.GE,
            values=(held.recorded_from,),
            column="record_time",
        )
        clauses = (*clauses, since)
    return replace(query, clauses=clauses, window=window)


def _advanced(told: Told, *, now: datetime) -> dict[str, Any]:
    """Return where a subscription stands after its page was told."""
    was, rest = told.subscription, told.rest
    healed = {"failures": 0, "fault": ""}
    if rest is not None:
        page = {"after": [rest.rank, rest.key, rest.part]}
        return {**healed, "page": page, "next_at": now}
    due = next_time(was.schedule, now) if was.schedule else now + STREAM_PAUSE
    return {
        **healed,
        "page": {},
        "own_after": was.own_until,
        "told_after": was.told_until,
        "own_until": None,
        "told_until": None,
        "next_at": due,
    }


def _put_off(was: Subscription, ending: Ending, *, now: datetime) -> dict[str, Any]:
    """Return when the same is told again: later each time, at most an hour later."""
    delay = FIRST_DELAY * 2 ** min(was.failures, MOST_DOUBLINGS)
    return {
        "failures": was.failures + 1,
        "fault": ending.fault or str(ending.status),
        "next_at": now + min(delay, LONGEST_DELAY),
    }
