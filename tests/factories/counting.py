"""Ready-made counts: a sheet on a shelf, numbers typed, codes scanned."""

from datetime import datetime
from itertools import count

from sqlalchemy.orm import Session

from app.counting import queries
from app.counting import service as counting
from app.counting.models import CountSheet, EntryKind
from app.counting.queries import LineRow
from app.counting.service import Approval, CountEvent, Entered, NewCount
from app.inventory import service as inventory
from app.inventory.models import PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest
from app.kernel.actor import Actor
from app.traceability.models import Lot
from tests.factories.stock import spot

_numbers = count(1)
BIN = "MAIN"


def a_count(session: Session, actor: Actor, *, now: datetime) -> CountSheet:
    """Open a count of everything in the actor's bins."""
    wanted = NewCount(facility_id=actor.facility_id)
    return counting.open_count(session, actor, wanted, now=now)


def lines_of(session: Session, sheet: CountSheet) -> list[LineRow]:
    """Return the lines of a sheet."""
    return queries.list_lines(session, sheet.id)


def typed(
    sheet: CountSheet, line: LineRow, quantity: int, at: datetime, *, key: str = ""
) -> CountEvent:
    """Say that so many base units were counted of a line."""
    number = next(_numbers)
    return CountEvent(
        client_event_id=key or f"count-event-{number}",
        device="phone",
        device_seq=number,
        kind=EntryKind.TYPED,
        sheet=sheet.reference,
        event_time=at,
        line=line.id,
        loose=quantity,
    )


def scanned(
    sheet: CountSheet, code: str, at: datetime, *, key: str = "", bin_code: str = BIN
) -> CountEvent:
    """Say that a code was scanned in a bin."""
    number = next(_numbers)
    return CountEvent(
        client_event_id=key or f"scan-event-{number}",
        device="phone",
        device_seq=number,
        kind=EntryKind.SCANNED,
        sheet=sheet.reference,
        event_time=at,
        bin=bin_code,
        code=code,
    )


def enter(session: Session, actor: Actor, *events: CountEvent, now: datetime) -> list[Entered]:
    """Send events as a phone does."""
    return counting.enter(session, actor, events, now=now)


def approval_of(session: Session, sheet: CountSheet, reason: str = "复盘一致") -> Approval:
    """Return the approval of what the sheet shows now."""
    shown = counting.differences(session, sheet)
    return Approval(reference=sheet.reference, seen=counting.seen(shown), reason=reason)


def sold(session: Session, actor: Actor, sale: tuple[Lot, int, str], *, now: datetime) -> None:
    """Use some of a lot from the actor's main bin; a sale is lot, quantity and key."""
    lot, quantity, key = sale
    request = PostingRequest(
        kind=PostingKind.CONSUME,
        key=key,
        facility_id=actor.facility_id,
        document="USE",
        occurred_at=now,
        movements=[
            Movement(
                lot_id=lot.id,
                quantity=quantity,
                source=spot(session, actor.facility_id),
                target=spot(session, actor.facility_id, PlaceKind.PATIENT),
            )
        ],
    )
    inventory.post(session, actor, request, now=now)
