"""Give a pack, or part of it, to a patient by its code, once (发药、拆零)."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.dispensing import queries
from app.dispensing.errors import ScanAPack
from app.dispensing.queries import Shelf
from app.dispensing.rules import Splitting, quantity_to_give
from app.dispensing.service import signing
from app.dispensing.service.advising import advise
from app.dispensing.service.repeating import known_event, refuse_gone, same_scan
from app.dispensing.service.requests import DispenseRequest, Given
from app.dispensing.service.signing import Signed
from app.dispensing.service.slips import Content, Slip, write_slip
from app.inventory import service as inventory
from app.inventory.errors import InsufficientStock
from app.inventory.models import PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.db import refusing
from app.kernel.errors import NotFound
from app.kernel.ids import ItemId, PlaceId
from app.kernel.local_time import local_day
from app.traceability import service as traceability
from app.traceability.errors import (
    AlreadyDispensed,
    NotHere,
    PlaceholderRefused,
    UnknownCode,
    WrongItem,
)
from app.traceability.models import BizStep, Disposition, Lot, Unit, UnitLevel
from app.traceability.service import Happening, Origin, Scanned, conflict_of

AMBIGUOUS = "8003/8004: CN20, no symbology named"
"""Kept with the event of a code that could be a GS1 asset number just as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Giving:
    """A checked request: the pack, its item and lot, the shelf it lies on, who signs."""

    request: DispenseRequest
    scanned: Scanned
    item: Item
    lot: Lot
    shelf: Shelf
    quantity: int
    happened_at: datetime
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
    item = _item(scanned)
    first = same_scan(session, actor, request, (scanned, item), now=now)
    if first is not None:
        return first
    refuse_gone(session, actor, unit, item.name, now=now)
    giving = _check(session, actor, request, (scanned, item), now=now)
    try:
        slip = _give_once(session, actor, giving, now=now)
    except (InsufficientStock, AlreadyDispensed):
        known = known_event(session, actor, request)
        if known is not None:
            return known
        session.refresh(unit)
        refuse_gone(session, actor, unit, item.name, now=now)
        _quantity(request, unit, item)
        raise
    return _told(session, actor, giving, slip, now=now)


def _told(session: Session, actor: Actor, giving: _Giving, slip: Slip, *, now: datetime) -> Given:
    """Return what was given; a real code of goods on the no-code list questions the list."""
    item, unit = giving.item, giving.scanned.unit
    if not item.is_coded:
        named = (item.id, item.name, unit.code)
        traceability.question_list(session, actor, named, slip.reference, now=now)
    given = (giving.shelf.facility_id, item.id, giving.lot.expires_on)
    return Given(
        reference=slip.reference,
        unit=unit,
        item=item,
        quantity=giving.quantity,
        advice=advise(session, given, on=local_day(now)),
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


def _give_once(session: Session, actor: Actor, giving: _Giving, *, now: datetime) -> Slip:
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
    shelf = _shelf(session, actor, unit)
    quantity = _quantity(request, unit, item)
    controlled = [item.id] if item.is_controlled else []
    at = (shelf.facility_id, controlled)
    signed = signing.sign(session, actor, at, request.papers, now=now)
    return _Giving(
        request=request,
        scanned=scanned,
        item=item,
        lot=_lot(scanned),
        shelf=shelf,
        quantity=quantity,
        happened_at=request.happened_at or now,
        signed=signed,
    )


def _item(scanned: Scanned) -> Item:
    if scanned.item is None:
        raise NotFound("item")
    return scanned.item


def _lot(scanned: Scanned) -> Lot:
    if scanned.lot is None:
        raise NotFound("lot")
    return scanned.lot


def _quantity(request: DispenseRequest, unit: Unit, item: Item) -> int:
    of = Splitting(
        item=item.name,
        special_class=item.special_class.value,
        allowed=item.split_allowed,
        capacity=unit.capacity,
    )
    return quantity_to_give(request.quantity, unit.remaining, of)


def posting_key(reference: str) -> str:
    """Return the key under which the ledger knows a dispensing document."""
    return f"dispensing/{reference}"


def _shelf(session: Session, actor: Actor, unit: Unit) -> Shelf:
    place_id = unit.place_id or traceability.place_of(session, [unit.id])[unit.id]
    shelf = queries.find_shelf(session, place_id)
    if shelf.facility_id not in actor.facility_ids or shelf.kind is not PlaceKind.BIN:
        raise NotHere(unit.code, scanned=unit.code)
    return shelf


def _give(session: Session, actor: Actor, giving: _Giving, *, now: datetime) -> Slip:
    shelf, unit = giving.shelf, giving.scanned.unit
    patient = (
        shelf.patient_id or inventory.place_for(session, shelf.facility_id, PlaceKind.PATIENT).id
    )
    slip = write_slip(session, actor, _content(giving), now=now)
    signing.record(session, slip.dispensing_id, giving.signed)
    inventory.post(session, actor, _posting(giving, slip, patient), now=now)
    places = (shelf.place_id, patient)
    happening = _happening(slip, giving, now=now)
    traceability.dispense(session, actor, (unit, giving.quantity), places, happening)
    return slip


def _content(giving: _Giving) -> Content:
    return Content(
        facility_id=giving.shelf.facility_id,
        item_id=giving.item.id,
        lot_id=giving.lot.id,
        unit_id=giving.scanned.unit.id,
        quantity=giving.quantity,
        happened_at=giving.happened_at,
        note=giving.request.note,
        device=giving.request.device,
        source=giving.request.document,
    )


def _posting(giving: _Giving, slip: Slip, patient: PlaceId) -> PostingRequest:
    at, signed = giving.shelf.facility_id, giving.signed
    movement = Movement(
        lot_id=giving.lot.id,
        quantity=giving.quantity,
        source=Spot(giving.shelf.place_id, at),
        target=Spot(patient, at),
        line=("dispensing_line", slip.line_id),
    )
    return PostingRequest(
        kind=PostingKind.DISPENSE,
        key=posting_key(slip.reference),
        facility_id=at,
        document=slip.reference,
        occurred_at=giving.request.booked_at or giving.happened_at,
        movements=[movement],
        second_user_id=signed.second_user_id if signed else None,
    )


def _happening(slip: Slip, giving: _Giving, *, now: datetime) -> Happening:
    happening = Happening(
        step=BizStep.DISPENSING,
        disposition=Disposition.DISPENSED,
        facility_id=giving.shelf.facility_id,
        place_id=giving.shelf.place_id,
        document=slip.reference,
        event_time=giving.happened_at,
        recorded_at=now,
    )
    if giving.request.client_event_id:
        origin = Origin(client_event_id=giving.request.client_event_id)
        happening = replace(happening, origin=origin)
    if giving.scanned.scan.ambiguous:
        happening = replace(happening, reason=AMBIGUOUS)
    return happening
