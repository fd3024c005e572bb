"""A pack that was given before: one scan twice, a repeat here, or a suspicion (重复发药)."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.alerts import service as alerts
from app.catalogue.models import Item
from app.dispensing import queries
from app.dispensing.queries import LastGiven
from app.dispensing.rules import ALARMS_AT, SAME_SCAN, UNDO_WITHIN
from app.dispensing.service.requests import DispenseRequest, Given
from app.kernel.actor import Actor
from app.kernel.errors import DomainError
from app.kernel.incidents import Incident
from app.kernel.local_time import local
from app.traceability import service as traceability
from app.traceability.errors import (
    AlreadyDispensed,
    DispensedElsewhere,
    Exhausted,
    OutOfCirculation,
    PackSetApart,
)
from app.traceability.models import Disposition, Unit
from app.traceability.rules import recognise
from app.traceability.rules.transitions import OUT_OF_STOCK
from app.traceability.service import Scanned

SUSPICIOUS = frozenset({Disposition.DESTROYED, Disposition.SENT_BACK, Disposition.WRITTEN_OFF})
"""What should not lie on any shelf again; a lost pack may simply have been found."""


def known_event(session: Session, actor: Actor, request: DispenseRequest) -> Given | None:
    """Return the first answer to an act the client named before; refuse another of that name."""
    if not request.client_event_id:
        return None
    found = queries.find_by_event(session, request.client_event_id)
    if found is None:
        return None
    document, line, unit = found
    same = (
        document.user_id == actor.user_id
        and unit.code == recognise(request.code).code
        and request.quantity in {None, line.quantity}
    )
    if not same:
        raise traceability.conflict_of(request.client_event_id, unit.code)
    return Given(
        reference=document.reference,
        unit=unit,
        item=session.get_one(Item, unit.item_id),
        quantity=line.quantity,
        repeats=True,
    )


def same_scan(
    session: Session,
    actor: Actor,
    request: DispenseRequest,
    found: tuple[Scanned, Item],
    *,
    now: datetime,
) -> Given | None:
    """Return the first answer to a scan that one device read twice for one document."""
    if not request.device:
        return None
    scanned, item = found
    last = queries.find_last_given(session, scanned.unit.id)
    asked = (request.device, request.document, request.quantity)
    if last is None or not _is_same_scan(last, actor, asked, now=now):
        return None
    return Given(
        reference=last.reference,
        unit=scanned.unit,
        item=item,
        quantity=last.quantity,
        ambiguous=scanned.scan.ambiguous,
        repeats=True,
    )


def _is_same_scan(
    last: LastGiven, actor: Actor, asked: tuple[str, str, int | None], *, now: datetime
) -> bool:
    """Say whether a device only read a code twice; ``asked`` is device, document, quantity."""
    device, source, quantity = asked
    same = (last.user_id, last.device, last.source) == (actor.user_id, device, source)
    return (
        bool(device)
        and same
        and quantity in {None, last.quantity}
        and now - last.happened_at <= SAME_SCAN
    )


def refuse_gone(session: Session, actor: Actor, unit: Unit, what: str, *, now: datetime) -> None:
    """Refuse a pack that nobody may give any more, and say why and what to do.

    Raises:
        PackSetApart: it is in quarantine.
        AlreadyDispensed, DispensedElsewhere, Exhausted: it was given, here or elsewhere.
        OutOfCirculation: it left our hands otherwise.
    """
    if unit.disposition is Disposition.QUARANTINE:
        raise PackSetApart(unit.code, scanned=unit.code, reason="")
    if unit.disposition is Disposition.DISPENSED or (unit.capacity and not unit.remaining):
        raise why_given(session, actor, unit, what, now=now)
    if unit.disposition in OUT_OF_STOCK:
        raise _out_of_circulation(actor, unit, what)


def why_given(
    session: Session, actor: Actor, unit: Unit, what: str, *, now: datetime
) -> DomainError:
    """Return the refusal of a pack in which nothing is left."""
    last = queries.find_last_given(session, unit.id)
    if last is None:
        return AlreadyDispensed(unit.code, scanned=unit.code, last="", reference="")
    if last.facility_id not in actor.facility_ids:
        return _elsewhere(actor, unit, last, what)
    if last.quantity < unit.capacity:
        return Exhausted(
            unit.code,
            scanned=unit.code,
            asked=0,
            left=0,
            capacity=unit.capacity,
            taken=unit.consumed,
        )
    return _here(session, unit, last, what, now=now)


def _here(
    session: Session, unit: Unit, last: LastGiven, what: str, *, now: datetime
) -> DomainError:
    repeat = Incident(
        kind=AlreadyDispensed.code,
        key=f"repeat:{unit.id}:{last.reference}",
        level=2,
        code=unit.code,
        what=what,
        document=last.reference,
        facility_id=last.facility_id,
        details={"first": _moment(last)},
        alarms_at=ALARMS_AT,
        subject=now.isoformat(),
    )
    until = last.happened_at + UNDO_WITHIN
    return AlreadyDispensed(
        unit.code,
        scanned=unit.code,
        last=f"{_moment(last)} {last.facility} {last.by}",
        reference=last.reference,
        attempt=alerts.attempts_so_far(session, repeat, now=now) + 1,
        undo={
            "reference": last.reference,
            "until": until.isoformat(),
            "allowed": now <= until,
            "href": f"/dispensings/{last.reference}",
        },
    ).leaving(repeat)


def _elsewhere(actor: Actor, unit: Unit, last: LastGiven, what: str) -> DomainError:
    told = {"first": _moment(last), "site": last.facility}
    suspicion = Incident(
        kind=DispensedElsewhere.code,
        key=f"elsewhere:{unit.id}:{last.reference}:{actor.facility_id}",
        level=4,
        code=unit.code,
        what=what,
        document=last.reference,
        details={**told, "quarantine": unit.code},
        quarantine=(unit.id,),
    )
    return DispensedElsewhere(unit.code, scanned=unit.code, **told).leaving(suspicion)


def _out_of_circulation(actor: Actor, unit: Unit, what: str) -> DomainError:
    was = unit.disposition.value
    suspicion = Incident(
        kind=OutOfCirculation.code,
        key=f"re-entry:{unit.id}:{was}:{actor.facility_id}",
        level=4 if unit.disposition in SUSPICIOUS else 2,
        code=unit.code,
        what=what,
        details={"was": was},
    )
    return OutOfCirculation(unit.code, scanned=unit.code, was=was).leaving(suspicion)


def _moment(last: LastGiven) -> str:
    return f"{local(last.happened_at):%Y-%m-%d %H:%M}"
