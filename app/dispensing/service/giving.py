"""Give a pack, or part of it, to a patient by its code, once (发药、拆零)."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.dispensing import queries
from app.dispensing.errors import ScanAPack
from app.dispensing.models import Dispensing, DispensingKind, DispensingLine
from app.dispensing.rules import Splitting, quantity_to_give
from app.dispensing.service import signing
from app.dispensing.service.advising import advise
from app.dispensing.service.references import new_reference
from app.dispensing.service.repeating import known_event, refuse_gone, same_scan
from app.dispensing.service.requests import DispenseRequest, Given
from app.dispensing.service.signing import Signed
from app.inventory import service as inventory
from app.inventory.errors import InsufficientStock
from app.inventory.models import PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.db import refusing
from app.kernel.ids import FacilityId, ItemId, LotId, PlaceId
from app.kernel.local_time import local_day
from app.traceability import service as traceability
from app.traceability.errors import (
    AlreadyDispensed,
    NotHere,
    PlaceholderRefused,
    UnknownCode,
    WrongItem,
)
from app.traceability.models import BizStep, Disposition, Unit, UnitLevel
from app.traceability.service import Happening, Origin, Scanned, conflict_of

AMBIGUOUS = "8003/8004: CN20, no symbology named"
"""Kept with the event of a code that could be a GS1 asset number just as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Giving:
    """A checked request: the pack, its item and lot, the shelf it lies on, who signs."""

    request: DispenseRequest
    scanned: Scanned
    item: Item
    lot_id: LotId
    facility_id: FacilityId
    shelf: PlaceId
    quantity: int
    signed: Signed | None


def dispense(session: Session, actor: Actor, request: DispenseRequest, *, now: datetime) -> Given:
    """Give a pack that lies on one of the actor's shelves; stock and code change together.

    Scans of one code at once queue for the balance, and all but the first find the pack gone.

    Raises:
        MalformedCode, NotATraceCode, UnknownCode, PlaceholderRefused, RateLimited,
            CheckFailed, NotActivated, CodeCancelled: the text is no code of a known pack.
        ScanAPack: a carton or tote was scanned.
        AlreadyDispensed, DispensedElsewhere: the pack has left; ``data`` says when and where.
        OutOfCirculation, PackSetApart: it was destroyed, sent back …, or is in quarantine.
        WrongItem: it is of another item than the prescription asks for.
        NotHere: the pack is recorded elsewhere.
        Recalled, QualityHold, LotExpired: the lot may not be used.
        SplitNotAllowed, Exhausted: part of the pack may not, or cannot, be taken.
        PrescriptionNeeded, SecondPersonNeeded: it is a controlled medicine.
        IdempotencyConflict: the client gave another act the same name before.
    """
    known = known_event(session, actor, request)
    if known is not None:
        return known
    scanned = _scanned(session, actor, request, now=now)
    unit = scanned.unit
    if unit.level is not UnitLevel.PACK:
        raise ScanAPack(unit.code, scanned=unit.code)
    item = session.get_one(Item, unit.item_id)
    first = same_scan(session, actor, request, (scanned, item), now=now)
    if first is not None:
        return first
    refuse_gone(session, actor, unit, item.name, now=now)
    giving = _check(session, actor, request, (scanned, item), now=now)
    try:
        document = _give_once(session, actor, giving, now=now)
    except (InsufficientStock, AlreadyDispensed):
        known = known_event(session, actor, request)
        if known is not None:
            return known
        session.refresh(unit)
        refuse_gone(session, actor, unit, item.name, now=now)
        _quantity(request, unit, item)
        raise
    return _told(session, actor, giving, document, now=now)


def _told(
    session: Session, actor: Actor, giving: _Giving, document: Dispensing, *, now: datetime
) -> Given:
    """Return what was given; a real code of goods on the no-code list questions the list."""
    item, unit = giving.item, giving.scanned.unit
    if not item.is_coded:
        named = (item.id, item.name, unit.code)
        traceability.question_list(session, actor, named, document.reference, now=now)
    lot = traceability.get_lot(session, giving.lot_id)
    return Given(
        document=document,
        unit=unit,
        item=item,
        quantity=giving.quantity,
        advice=advise(session, (giving.facility_id, item.id, lot.expires_on), on=local_day(now)),
        ambiguous=giving.scanned.scan.ambiguous,
    )


def _scanned(session: Session, actor: Actor, request: DispenseRequest, *, now: datetime) -> Scanned:
    """Return the scanned pack; an unknown code of goods without codes was invented."""
    try:
        return traceability.find_scanned(
            session, actor, request.code, now=now, device=request.device
        )
    except UnknownCode as unknown:
        asked = session.get(Item, request.item_id) if request.item_id else None
        if asked is None or asked.is_coded:
            raise
        raise PlaceholderRefused(unknown.subject, scanned=unknown.subject) from unknown


def _give_once(session: Session, actor: Actor, giving: _Giving, *, now: datetime) -> Dispensing:
    """Give a pack; of two acts of one name at once the second is refused by the name's index."""
    name = giving.request.client_event_id
    if not name:
        return _give(session, actor, giving, now=now)
    taken = conflict_of(name, giving.scanned.unit.code)
    with refusing(session, "uq_trace_client_event_client_event_id", taken):
        return _give(session, actor, giving, now=now)


def _check(
    session: Session,
    actor: Actor,
    request: DispenseRequest,
    found: tuple[Scanned, Item],
    *,
    now: datetime,
) -> _Giving:
    scanned, item = found
    unit = scanned.unit
    if request.item_id not in {None, item.id}:
        names = queries.names_of(session, {ItemId(request.item_id or 0)})
        expected = next((name for name, _ in names.values()), "")
        raise WrongItem(unit.code, scanned=unit.code, item=item.name, expected=expected)
    facility_id, shelf = _shelf(session, actor, unit)
    quantity = _quantity(request, unit, item)
    controlled = [item.id] if item.is_controlled else []
    signed = signing.sign(session, actor, (facility_id, controlled), request.papers, now=now)
    return _Giving(
        request=request,
        scanned=scanned,
        item=item,
        lot_id=LotId(unit.lot_id or 0),
        facility_id=facility_id,
        shelf=shelf,
        quantity=quantity,
        signed=signed,
    )


def _quantity(request: DispenseRequest, unit: Unit, item: Item) -> int:
    of = Splitting(
        item=item.name,
        special_class=item.special_class.value,
        allowed=item.split_allowed,
        capacity=unit.capacity,
    )
    return quantity_to_give(request.quantity, unit.remaining, of)


def posting_key(document: Dispensing) -> str:
    """Return the key under which the ledger knows a dispensing document."""
    return f"dispensing/{document.reference}"


def _shelf(session: Session, actor: Actor, unit: Unit) -> tuple[FacilityId, PlaceId]:
    place_id = unit.place_id or traceability.place_of(session, [unit.id])[unit.id]
    facility_id, kind = queries.find_place(session, place_id)
    if facility_id not in actor.facility_ids or kind is not PlaceKind.BIN:
        raise NotHere(unit.code, scanned=unit.code)
    return facility_id, place_id


def _give(session: Session, actor: Actor, giving: _Giving, *, now: datetime) -> Dispensing:
    patient = inventory.place_for(session, giving.facility_id, PlaceKind.PATIENT)
    document = _document(session, actor, giving, now=now)
    signing.record(session, document, giving.signed)
    unit = giving.scanned.unit
    line = DispensingLine(
        dispensing_id=document.id,
        item_id=giving.item.id,
        lot_id=giving.lot_id,
        unit_id=unit.id,
        quantity=giving.quantity,
    )
    session.add(line)
    session.flush()
    places = (giving.shelf, patient.id)
    when = (giving.request.booked_at or document.happened_at, now)
    _post(session, actor, (document, line, giving.signed), places, when)
    happening = _happening(document, giving, now=now)
    traceability.dispense(session, actor, (unit, giving.quantity), places, happening)
    return document


def _document(session: Session, actor: Actor, giving: _Giving, *, now: datetime) -> Dispensing:
    document = Dispensing(
        reference=new_reference(session, giving.facility_id, now=now),
        facility_id=giving.facility_id,
        kind=DispensingKind.DISPENSE,
        note=giving.request.note,
        device=giving.request.device,
        source=giving.request.document,
        user_id=actor.user_id,
        happened_at=giving.request.happened_at or now,
    )
    session.add(document)
    session.flush()
    return document


def _post(
    session: Session,
    actor: Actor,
    given: tuple[Dispensing, DispensingLine, Signed | None],
    places: tuple[PlaceId, PlaceId],
    when: tuple[datetime, datetime],
) -> None:
    document, line, signed = given
    shelf, patient = places
    booked_at, now = when
    movement = Movement(
        lot_id=line.lot_id,
        quantity=line.quantity,
        source=Spot(shelf, document.facility_id),
        target=Spot(patient, document.facility_id),
        line=("dispensing_line", line.id),
    )
    request = PostingRequest(
        kind=PostingKind.DISPENSE,
        key=posting_key(document),
        facility_id=document.facility_id,
        document=document.reference,
        occurred_at=booked_at,
        movements=[movement],
        second_user_id=signed.second_user_id if signed else None,
    )
    inventory.post(session, actor, request, now=now)


def _happening(document: Dispensing, giving: _Giving, *, now: datetime) -> Happening:
    happening = Happening(
        step=BizStep.DISPENSING,
        disposition=Disposition.DISPENSED,
        facility_id=document.facility_id,
        place_id=giving.shelf,
        document=document.reference,
        event_time=document.happened_at,
        recorded_at=now,
    )
    if giving.request.client_event_id:
        origin = Origin(client_event_id=giving.request.client_event_id)
        happening = replace(happening, origin=origin)
    if giving.scanned.scan.ambiguous:
        happening = replace(happening, reason=AMBIGUOUS)
    return happening
