"""Subscriptions: whom to call when a named query means something new."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from app.epcis.errors import EventNotFound, ScheduleWrong, SubscribeNotPermitted
from app.epcis.models import CapturedEvent, NamedQuery, Subscription
from app.epcis.rules.schedules import next_time
from app.kernel.actor import Actor
from app.traceability.models import TraceEvent

UNFIT = ("orderBy", "orderDirection", "eventCountLimit", "maxEventCount")
"""Parameters that have no meaning for what is still to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Where to call, when, and from which record time on; an empty schedule is a stream."""

    dest: str
    token: str = ""
    schedule: Mapping[str, str]
    stream: bool
    report_if_empty: bool = False
    recorded_from: datetime | None = None


def subscribe(
    session: Session, actor: Actor, name: str, wish: Wish, *, now: datetime
) -> Subscription:
    """Subscribe to a named query of the actor's facility.

    What is recorded from now on will be told, or from ``recorded_from`` on.

    Raises:
        EventNotFound: the facility has no query of this name.
        ScheduleWrong: neither a schedule nor a stream, or both, or a schedule of no moment.
        SubscribeNotPermitted: the query counts or sorts its events.
    """
    if bool(wish.schedule) is wish.stream:
        raise ScheduleWrong("schedule", field="stream")
    due = next_time(wish.schedule, now) if wish.schedule else now
    query = _locked(session, actor, name)
    unfit = [parameter for parameter in UNFIT if parameter in query.query]
    if unfit:
        raise SubscribeNotPermitted(name, parameter=unfit[0])
    from_start = wish.recorded_from is not None and wish.recorded_from < now
    made = Subscription(
        code=str(uuid4()),
        facility_id=actor.facility_id,
        user_id=actor.user_id,
        query_name=name,
        query=query.query,
        dest=wish.dest,
        token=wish.token,
        schedule=dict(wish.schedule),
        report_if_empty=wish.report_if_empty,
        recorded_from=wish.recorded_from,
        created_at=now,
        next_at=due,
        own_after=0 if from_start else session.scalar(select(func.max(TraceEvent.id))) or 0,
        told_after=0 if from_start else session.scalar(select(func.max(CapturedEvent.id))) or 0,
        page={},
    )
    session.add(made)
    session.flush()
    return made


def _locked(session: Session, actor: Actor, name: str) -> NamedQuery:
    """Return a query that nobody can forget before this transaction ends."""
    found = session.scalar(
        select(NamedQuery)
        .where(NamedQuery.facility_id == actor.facility_id, NamedQuery.name == name)
        .with_for_update(read=True, key_share=True)
    )
    if found is None:
        raise EventNotFound("query")
    return found


def list_subscriptions(
    session: Session, actor: Actor, name: str, page: tuple[int, int]
) -> list[Subscription]:
    """Return the subscriptions to a query behind a key, one more than asked for."""
    after, size = page
    rows = session.scalars(
        select(Subscription)
        .where(*_live(actor, name), Subscription.id > after)
        .order_by(Subscription.id)
        .limit(size + 1)
    )
    return list(rows)


def get_subscription(session: Session, actor: Actor, name: str, code: str) -> Subscription:
    """Return a subscription to a query of the actor's facility.

    Raises:
        EventNotFound: there is none, or it has ended.
    """
    found = session.scalar(
        select(Subscription).where(*_live(actor, name), Subscription.code == code)
    )
    if found is None:
        raise EventNotFound("subscription")
    return found


def unsubscribe(session: Session, actor: Actor, name: str, code: str, *, now: datetime) -> None:
    """End a subscription; what it was told stays on record.

    Raises:
        EventNotFound: there is none, or it has ended.
    """
    ended = (
        update(Subscription)
        .where(*_live(actor, name), Subscription.code == code)
        .values(ended_at=now)
        .returning(Subscription.id)
    )
    if session.scalar(ended) is None:
        raise EventNotFound("subscription")


def end_all(session: Session, actor: Actor, name: str, *, now: datetime) -> None:
    """End the subscriptions to a query that was forgotten."""
    session.execute(update(Subscription).where(*_live(actor, name)).values(ended_at=now))


def _live(actor: Actor, name: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Subscription.facility_id == actor.facility_id,
        Subscription.query_name == name,
        Subscription.ended_at.is_(None),
    )
