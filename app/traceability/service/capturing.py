"""Many acts on coded things in a few statements, for what devices captured by themselves.

All things are locked at once; the acts are then followed in memory, in their order, so that a
thing may come several times. One row each tells in the end what became of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.kernel.arrays import array_of
from app.kernel.ids import PlaceId, TraceEventId, UnitId
from app.kernel.rows import insert_rows
from app.traceability.errors import (
    AlreadyDispensed,
    Exhausted,
    NotHere,
    PackSetApart,
    UnitChanged,
)
from app.traceability.models import Disposition, TraceClientEvent, TraceEvent, Unit
from app.traceability.rules.transitions import IN_HAND, became
from app.traceability.service.events import Happening, to_milliseconds, write_event
from app.traceability.service.steps import UNUSABLE, WORDS, lock_units, tops_of

CLOSE = text("""
    WITH given AS MATERIALIZED (
        SELECT * FROM unnest(CAST(:units AS bigint[]), CAST(:events AS bigint[]))
            AS given (unit_id, event_id)),
    closed AS (
        UPDATE aggregation a SET until_event_id = given.event_id FROM given
        WHERE a.child_id = given.unit_id AND a.until_event_id IS NULL
        RETURNING a.parent_id)
    UPDATE unit u SET is_open = true, revision = u.revision + 1
    WHERE u.id IN (SELECT parent_id FROM closed)""")
SETTLE = text("""
    UPDATE unit u
    SET consumed = became.consumed, place_id = became.place_id, parent_id = NULL,
        disposition = became.disposition, revision = u.revision + became.acts
    FROM unnest(CAST(:units AS bigint[]), CAST(:revisions AS bigint[]), CAST(:acts AS bigint[]),
        CAST(:consumed AS bigint[]), CAST(:places AS bigint[]), CAST(:dispositions AS bigint[]))
        AS became (unit_id, revision, acts, consumed, place_id, disposition)
    WHERE u.id = became.unit_id AND u.revision = became.revision""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Giving:
    """A pack, what is taken out of it, the shelf it must lie on, and what happened."""

    unit_id: UnitId
    quantity: int
    shelf: PlaceId
    patient: PlaceId
    happening: Happening


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """A pack with ``content`` base units that goes from one place to another."""

    unit_id: UnitId
    content: int
    route: tuple[PlaceId, PlaceId]
    happening: Happening


@dataclass(slots=True)
class _Standing:
    """What a locked thing is after the acts followed so far, and where it, or its box, lies."""

    unit: Unit
    consumed: int
    disposition: Disposition
    place_id: PlaceId
    around: Disposition
    acts: int = 0

    @property
    def state(self) -> Disposition:
        """Its state: of goods in hand that of their outermost container."""
        return self.around if self.disposition in IN_HAND else self.disposition

    @property
    def left(self) -> int:
        """Base units still inside."""
        return self.unit.capacity - self.consumed

    def step(self, wanted: Disposition, place_id: PlaceId, taken: int = 0) -> None:
        """Follow one act.

        Raises:
            StateForbids: the step is not listed.
        """
        consumed, capacity = self.consumed + taken, self.unit.capacity
        word = became(self.state, wanted, consumed=consumed, capacity=capacity)
        self.consumed, self.place_id = consumed, place_id
        self.disposition = self.around = WORDS[word]
        self.acts += 1


class _Event(NamedTuple):
    """One act on one thing as the log tells it."""

    unit_id: UnitId
    quantity: int
    became: Disposition
    told: Happening


Standings = Mapping[UnitId, _Standing]


def observe(session: Session, actor: Actor, units: Sequence[Unit], happening: Happening) -> None:
    """Note that things were seen; nothing about them changes."""
    write_event(session, actor, happening, dict.fromkeys((UnitId(one.id) for one in units), 0))


def observe_all(session: Session, actor: Actor, seen: Sequence[tuple[UnitId, Happening]]) -> None:
    """Note each of many things that were seen with an event of its own, like ``observe``."""
    _write_events(session, actor, [_Event(one, 0, told.disposition, told) for one, told in seen])


def dispense_all(session: Session, actor: Actor, givings: Sequence[Giving]) -> None:
    """Take base units out of many packs, like ``dispense`` does for one, in their order.

    Raises:
        AlreadyDispensed, PackSetApart, Exhausted: one of them has not that much left to give.
        NotHere: one of them lies elsewhere.
        StateForbids: the step is not listed for the state of one of them.
    """
    standing = _lock(session, [one.unit_id for one in givings])
    events = [
        _Event(one.unit_id, one.quantity, _give(one, standing[one.unit_id]), one.happening)
        for one in givings
    ]
    _settle(session, standing, _write_events(session, actor, events))


def move_all(session: Session, actor: Actor, movings: Sequence[Moving]) -> None:
    """Move many packs, like ``move`` does for one, in their order.

    Raises:
        NotHere: one of them lies elsewhere.
        PackSetApart: one of them is in quarantine.
        UnitChanged: something was taken out of one of them since it was looked at.
        StateForbids: the step is not listed for the state of one of them.
    """
    standing = _lock(session, [one.unit_id for one in movings])
    for one in movings:
        now = standing[one.unit_id]
        _refuse_elsewhere(now, one.route[0])
        _refuse_apart(now)
        if now.left != one.content:
            raise UnitChanged(now.unit.code, scanned=now.unit.code)
        now.step(one.happening.disposition, one.route[1])
    events = [_Event(one.unit_id, 0, one.happening.disposition, one.happening) for one in movings]
    _settle(session, standing, _write_events(session, actor, events))


def _lock(session: Session, unit_ids: Sequence[UnitId]) -> Standings:
    held = lock_units(session, set(unit_ids))
    tops = tops_of(session, held.values())
    return {
        unit.id: _Standing(unit, unit.consumed, unit.disposition, *tops[unit.id])
        for unit in held.values()
    }


def _give(one: Giving, now: _Standing) -> Disposition:
    """Follow one gift; return what the pack became by it."""
    code = now.unit.code
    _refuse_apart(now)
    if now.disposition in UNUSABLE or now.left == 0:
        raise AlreadyDispensed(code, scanned=code)
    if one.quantity > now.left:
        raise Exhausted(code, scanned=code, asked=one.quantity, left=now.left)
    _refuse_elsewhere(now, one.shelf)
    whole = one.quantity == now.left
    wanted = Disposition.DISPENSED if whole else Disposition.PARTIALLY_DISPENSED
    now.step(wanted, one.patient if whole else one.shelf, one.quantity)
    return wanted


def _refuse_apart(now: _Standing) -> None:
    if now.state is Disposition.QUARANTINE:
        raise PackSetApart(now.unit.code, scanned=now.unit.code, reason="")


def _refuse_elsewhere(now: _Standing, place_id: PlaceId) -> None:
    if now.place_id != place_id:
        raise NotHere(now.unit.code, scanned=now.unit.code)


def _write_events(
    session: Session, actor: Actor, acts: Sequence[_Event]
) -> dict[UnitId, TraceEventId]:
    """Append an event for each act on one thing; return the first event of each thing.

    The acts are one step at one facility, told at one time.
    """
    rows = [
        {
            "unit_id": act.unit_id,
            "quantity": act.quantity,
            "disposition": act.became,
            "event_time": to_milliseconds(act.told.event_time),
            "place_id": act.told.place_id,
            "document": act.told.document,
            "reason": act.told.reason,
        }
        for act in acts
    ]
    common = acts[0].told
    same = {
        "facility_id": common.facility_id,
        "step": common.step,
        "recorded_at": common.recorded_at,
        "user_id": actor.user_id,
    }
    added = insert_rows(TraceEvent, rows, same).returning(TraceEvent.id)
    # Keys are drawn in the order of the rows; in which they come back is the database's affair.
    events = sorted(session.scalars(added))
    _name(session, acts, events)
    first: dict[UnitId, TraceEventId] = {}
    for act, event_id in zip(acts, events, strict=True):
        first.setdefault(act.unit_id, event_id)
    return first


def _name(
    session: Session,
    acts: Sequence[_Event],
    events: Sequence[TraceEventId],
) -> None:
    """Store the names that clients gave their acts."""
    names = [
        {"event_id": event_id, "client_event_id": act.told.origin.client_event_id}
        for act, event_id in zip(acts, events, strict=True)
        if act.told.origin is not None
    ]
    if names:
        same = {"device": "", "device_seq": 0}
        session.execute(insert_rows(TraceClientEvent, names, same))


def _settle(session: Session, standing: Standings, events: Mapping[UnitId, TraceEventId]) -> None:
    """Write what became of each thing; one that lay in a box left it at its first event."""
    inside = [now.unit.id for now in standing.values() if now.unit.parent_id is not None]
    if inside:
        numbers = array_of(events[unit_id] for unit_id in inside)
        session.execute(CLOSE, {"units": array_of(inside), "events": numbers})
    changed = list(standing.values())
    settled = session.execute(
        SETTLE,
        {
            "units": array_of(now.unit.id for now in changed),
            "revisions": array_of(now.unit.revision for now in changed),
            "acts": array_of(now.acts for now in changed),
            "consumed": array_of(now.consumed for now in changed),
            "places": array_of(now.place_id for now in changed),
            "dispositions": array_of(now.disposition.number for now in changed),
        },
    )
    if settled.rowcount != len(changed):  # type: ignore[attr-defined]
        raise UnitChanged(changed[0].unit.code, scanned=changed[0].unit.code)
    for now in changed:
        session.expire(now.unit)
