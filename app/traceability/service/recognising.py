"""Find the coded thing that was scanned, or say what is wrong with the scan (识别与核验)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.alerts import service as alerts
from app.catalogue.models import Item
from app.kernel.actor import Actor
from app.kernel.errors import DomainError
from app.kernel.ids import ItemId
from app.kernel.incidents import Incident
from app.kernel.local_time import local, local_day
from app.traceability.errors import (
    DispensedElsewhere,
    IdempotencyConflict,
    NotATraceCode,
    RateLimited,
    UnknownCode,
)
from app.traceability.models import Lot, PlatformCode, Unit
from app.traceability.rules import CodeKind, Scan, recognise, serial_key
from app.traceability.rules.platform import PlatformAnswer, refusal_of

MOST_UNKNOWN = 20
"""Different unknown codes from one device within ``WINDOW``; more of them is guessing."""
WINDOW = timedelta(minutes=10)
GUESSING = "rate-limited"
QUESTIONED = "no-code-list-questioned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """A scan and the thing it is of, with its item and lot; a tote has neither."""

    scan: Scan
    unit: Unit
    item: Item | None = None
    lot: Lot | None = None


def find_scanned(
    session: Session, actor: Actor, text: str, *, now: datetime, device: str = ""
) -> Scanned:
    """Return the announced thing of a scanned text.

    Raises:
        MalformedCode, NotATraceCode: the text is no code of a pack.
        CheckFailed, NotActivated, CodeCancelled: the platform has answered, and refuses it.
        RateLimited: the device scanned too many unknown codes.
        UnknownCode: nobody announced it.
    """
    scan = recognise(text)
    found = session.execute(_whole_thing(), {"code": scan.code}).first()
    if found is None:
        raise why_unknown(session, actor, scan, now=now, device=device)
    unit, item, lot = found
    return Scanned(scan=scan, unit=unit, item=item, lot=lot)


@cache
def _whole_thing() -> Select[Unit, Item, Lot]:
    """Select a thing with all that giving it needs to know: one question, not three."""
    return (
        select(Unit, Item, Lot)
        .outerjoin(Item, Item.id == Unit.item_id)
        .outerjoin(Lot, Lot.id == Unit.lot_id)
        .where(Unit.code == bindparam("code"))
    )


def why_unknown(
    session: Session, actor: Actor, scan: Scan, *, now: datetime, device: str = ""
) -> DomainError:
    """Return what is wrong with a scan of which no unit is known."""
    if scan.fault is not None:
        return scan.fault
    if not is_unit_code(scan):
        return NotATraceCode(scan.code, scanned=scan.code, kind=kind_of(scan))
    return _platform_refusal(session, actor, scan) or _unknown(
        session, actor, scan, device, now=now
    )


def is_unit_code(scan: Scan) -> bool:
    """Say whether a scan names one thing, not a kind of goods, a lot or a label of ours."""
    if scan.kind in {CodeKind.GS1, CodeKind.DIGITAL_LINK}:
        return serial_key(scan.elements) is not None
    return scan.kind in {CodeKind.CN20, CodeKind.UNKNOWN}


def kind_of(scan: Scan) -> str:
    """Return the word for a code that is none of a unit."""
    device = scan.kind is CodeKind.GS1 and "01" in scan.elements
    return "udi" if device else scan.kind.value


def _platform_refusal(session: Session, actor: Actor, scan: Scan) -> DomainError | None:
    known = session.get(PlatformCode, scan.code, populate_existing=True)
    if known is None or known.answered_at is None:
        return None
    answer = PlatformAnswer(status=known.status, scan=known.scan, sold_by=known.sold_by)
    if answer.is_sold:
        return _sold(actor, scan, answer.sold_by, known.answered_at)
    return refusal_of(scan.code, answer)


def _sold(actor: Actor, scan: Scan, seller: str, learned: datetime) -> DomainError:
    """Return the refusal of a pack that the platform knows as given by somebody else."""
    told = {"site": seller, "first": f"{local(learned):%Y-%m-%d %H:%M}"}
    suspicion = Incident(
        kind=DispensedElsewhere.code,
        key=f"sold:{scan.code}:{actor.facility_id}",
        level=4,
        code=scan.code,
        details=told,
    )
    return DispensedElsewhere(scan.code, scanned=scan.code, **told).leaving(suspicion)


def _unknown(
    session: Session, actor: Actor, scan: Scan, device: str, *, now: datetime
) -> DomainError:
    guess = Incident(
        kind=GUESSING,
        key=f"guess:{actor.user_id}:{device}:{local_day(now)}",
        level=3,
        code="",
        details={"device": device},
        alarms_at=MOST_UNKNOWN + 1,
        within=WINDOW,
        subject=scan.code,
    )
    if alerts.attempts_so_far(session, guess, now=now) >= MOST_UNKNOWN:
        wait = int(WINDOW.total_seconds())
        return RateLimited(scan.code, scanned=scan.code, retry_after=wait).leaving(guess)
    return UnknownCode(scan.code, scanned=scan.code, advice="rescan").leaving(guess)


def question_list(
    session: Session, actor: Actor, named: tuple[ItemId, str, str], document: str, *, now: datetime
) -> None:
    """Ask whether an item belongs on the no-code list: a real code of it was met (无码库).

    ``named`` is the item, its name, and the code.
    """
    item_id, name, code = named
    question = Incident(
        kind=QUESTIONED,
        key=f"no-code:{item_id}",
        level=1,
        code=code,
        what=name,
        document=document,
    )
    alerts.raise_alert(session, actor, question, now=now)


def conflict_of(client_event_id: str, code: str = "") -> IdempotencyConflict:
    """Return the refusal of an event that came before under its name, with other content."""
    conflict = Incident(
        kind=IdempotencyConflict.code,
        key=f"conflict:{client_event_id}",
        level=3,
        code=code,
        details={"event": client_event_id},
    )
    refusal = IdempotencyConflict(client_event_id, client_event_id=client_event_id)
    refusal.leaving(conflict)
    return refusal
