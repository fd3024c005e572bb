"""Take in what was counted: numbers typed and codes scanned, each once, offline or not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.counting.errors import CodesNeeded, CountedTooLate
from app.counting.models import CountEntry, CountLine, CountSheet, EntryKind
from app.counting.rules import SheetState, base_units, is_countable_time
from app.counting.service.opening import own_sheet, step
from app.counting.service.scanning import take_scan
from app.kernel.actor import Actor
from app.kernel.db import Json
from app.kernel.errors import DomainError, NotFound, RuleBroken
from app.traceability import service as traceability


class Outcome(StrEnum):
    """How one act of counting was answered."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountEvent:
    """One act of counting from a device: a code scanned in a bin, or a number for a line.

    ``event_time`` is when it was counted, by the device's clock.
    """

    client_event_id: str
    device: str
    device_seq: int
    kind: EntryKind
    sheet: str
    event_time: datetime
    line: int | None = None
    packs: int = 0
    loose: int = 0
    bin: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """The answer to one event; ``go`` names a bin whose own code was scanned."""

    client_event_id: str
    outcome: Outcome
    refusal: str = ""
    data: Json = field(default_factory=dict)
    go: str = ""
    quantity: int = 0


def enter(
    session: Session, actor: Actor, events: Sequence[CountEvent], *, now: datetime
) -> list[Entered]:
    """Take in a batch of counts and answer each, in the order given.

    A device's events are applied by its own numbering, each in a savepoint: one that is
    refused changes nothing and stops no other. A repeated event changes nothing.
    """
    in_order = sorted(range(len(events)), key=lambda n: (events[n].device, events[n].device_seq))
    answers = {n: _answer(session, actor, events[n], now=now) for n in in_order}
    return [answers[n] for n in range(len(events))]


def _answer(session: Session, actor: Actor, event: CountEvent, *, now: datetime) -> Entered:
    try:
        with session.begin_nested():
            return take(session, actor, event, now=now)
    except DomainError as refusal:
        traceability.note_incident(session, actor, refusal, now)
        told = {"subject": refusal.subject, **refusal.data}
        return _rejected(event, refusal.code, told)
    except (DataError, IntegrityError):
        return _rejected(event, RuleBroken.code, {})


def _rejected(event: CountEvent, code: str, data: Json) -> Entered:
    return Entered(
        client_event_id=event.client_event_id, outcome=Outcome.REJECTED, refusal=code, data=data
    )


def take(session: Session, actor: Actor, event: CountEvent, *, now: datetime) -> Entered:
    """Do what one event says, or say that it was done before.

    Raises:
        DomainError: the event contradicts the sheet or the goods.
    """
    sheet = own_sheet(session, actor, event.sheet)
    if _is_known(session, event):
        return Entered(client_event_id=event.client_event_id, outcome=Outcome.DUPLICATE)
    step(session, sheet, SheetState.COUNTING)
    if _is_known(session, event):  # its twin held the sheet until now
        return Entered(client_event_id=event.client_event_id, outcome=Outcome.DUPLICATE)
    counted_at = min(event.event_time, now)
    if event.kind is EntryKind.TYPED:
        quantity = _type(session, (sheet, actor), event, counted_at, now=now)
        return Entered(
            client_event_id=event.client_event_id, outcome=Outcome.ACCEPTED, quantity=quantity
        )
    scanned = (event.client_event_id, event.bin, event.code)
    taken = take_scan(session, (sheet, actor), scanned, counted_at, now=now)
    return Entered(
        client_event_id=event.client_event_id,
        outcome=Outcome.ACCEPTED if taken.is_new else Outcome.DUPLICATE,
        go=taken.go,
        quantity=taken.quantity,
    )


def _is_known(session: Session, event: CountEvent) -> bool:
    return (
        session.scalar(
            select(CountEntry.id).where(CountEntry.client_event_id == event.client_event_id)
        )
        is not None
    )


def _type(
    session: Session,
    by: tuple[CountSheet, Actor],
    event: CountEvent,
    counted_at: datetime,
    *,
    now: datetime,
) -> int:
    sheet, actor = by
    line = get_line(session, sheet, event.line or 0)
    item = session.get_one(Item, line.item_id)
    quantity = base_units(event.packs, event.loose, item.units_per_pack)
    if item.is_coded and quantity:
        raise CodesNeeded(item.name, item=item.name)
    ensure_round(line, counted_at, now=now)
    entry = {
        "client_event_id": event.client_event_id,
        "sheet_id": sheet.id,
        "line_id": line.id,
        "round": line.round,
        "kind": EntryKind.TYPED,
        "quantity": quantity,
        "stray": False,
        "counted_at": counted_at,
        "recorded_at": now,
        "user_id": actor.user_id,
    }
    session.execute(insert(CountEntry).values(**entry))
    session.execute(
        update(CountLine)
        .where(
            CountLine.id == line.id,
            func.coalesce(CountLine.counted_at, counted_at) <= counted_at,
        )
        .values(
            counted=quantity,
            counted_from=counted_at,
            counted_at=counted_at,
            counted_by_id=actor.user_id,
        )
        .execution_options(synchronize_session=False)
    )
    return quantity


def get_line(session: Session, sheet: CountSheet, line_id: int) -> CountLine:
    """Return a line of a sheet as it now is.

    Raises:
        NotFound: the sheet has no such line.
    """
    line = session.scalars(
        select(CountLine)
        .where(CountLine.id == line_id, CountLine.sheet_id == sheet.id)
        .execution_options(populate_existing=True)
    ).first()
    if line is None:
        raise NotFound("count line")
    return line


def ensure_round(line: CountLine, counted_at: datetime, *, now: datetime) -> None:
    """Refuse what was counted before the present round of a line began.

    Raises:
        CountedTooLate: it belongs to an earlier round, or to no time at all.
    """
    opened_at = line.open_since or now
    if not is_countable_time(counted_at, opened_at=opened_at, now=now):
        raise CountedTooLate(str(line.id))
