"""Give a pack, or part of it, to a patient by its code, once (发药、拆零)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.dispensing import queries
from app.dispensing.errors import ScanAPack
from app.dispensing.models import Dispensing, DispensingKind, DispensingLine
from app.dispensing.rules import quantity_to_give
from app.dispensing.service import signing
from app.dispensing.service.references import new_reference
from app.dispensing.service.signing import NO_PAPERS, Papers, Signed
from app.inventory import service as inventory
from app.inventory.errors import InsufficientStock
from app.inventory.models import PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, LotId, PlaceId
from app.kernel.local_time import local
from app.traceability import service as traceability
from app.traceability.errors import AlreadyDispensed, NotATraceCode, NotHere
from app.traceability.models import BizStep, Disposition, Unit, UnitLevel
from app.traceability.rules import CodeKind, recognise
from app.traceability.service import Happening

GONE = frozenset(
    {Disposition.DISPENSED, Disposition.DESTROYED, Disposition.LOST, Disposition.SENT_BACK}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenseRequest:
    """A pack's code and how many base units to take out; None takes all that is left.

    What a device did earlier has its own moment, and another at which the book can have it.
    """

    code: str
    quantity: int | None = None
    note: str = ""
    papers: Papers = NO_PAPERS
    happened_at: datetime | None = None
    booked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was given, and what is left in the pack."""

    document: Dispensing
    unit: Unit
    item: Item
    quantity: int


def dispense(session: Session, actor: Actor, request: DispenseRequest, *, now: datetime) -> Given:
    """Give a pack that lies on one of the actor's shelves; stock and code change together.

    Sixteen scans of one code may pass the checks in the same instant. They queue for the
    balance, and all but the first find the pack gone.

    Raises:
        NotATraceCode: a goods code (69 码) was scanned.
        UnknownCode: nobody announced the code.
        ScanAPack: a carton or tote was scanned.
        AlreadyDispensed: the pack has left; ``data`` says when, where and by whom.
        NotHere: the pack is recorded elsewhere.
        LotHeld, LotExpired: the lot may not be used.
        SplitNotAllowed, Exhausted: part of the pack may not, or cannot, be taken.
        PrescriptionNeeded, SecondPersonNeeded: it is a controlled medicine.
    """
    unit = _pack(session, request.code)
    _refuse_gone(session, unit)
    item = session.get_one(Item, unit.item_id)
    facility_id, shelf = _shelf(session, actor, unit)
    quantity = _quantity(request, unit, item)
    controlled = [item.id] if item.is_controlled else []
    signed = signing.sign(session, actor, (facility_id, controlled), request.papers, now=now)
    patient = inventory.place_for(session, facility_id, PlaceKind.PATIENT)
    document = _document(session, actor, (facility_id, request), now=now)
    signing.record(session, document, signed)
    line = DispensingLine(
        dispensing_id=document.id,
        item_id=item.id,
        lot_id=LotId(unit.lot_id or 0),
        unit_id=unit.id,
        quantity=quantity,
    )
    session.add(line)
    session.flush()
    try:
        places, when = (shelf, patient.id), (request.booked_at or document.happened_at, now)
        _post(session, actor, (document, line, signed), places, when)
        told = _happening(document, shelf, now=now)
        traceability.dispense(session, actor, (unit, quantity), places, told)
    except (InsufficientStock, AlreadyDispensed):
        session.refresh(unit)
        _refuse_gone(session, unit)
        _quantity(request, unit, item)
        raise
    return Given(document=document, unit=unit, item=item, quantity=quantity)


def _quantity(request: DispenseRequest, unit: Unit, item: Item) -> int:
    return quantity_to_give(
        request.quantity, unit.remaining, special_class=item.special_class.value, item=item.name
    )


def posting_key(document: Dispensing) -> str:
    """Return the key under which the ledger knows a dispensing document."""
    return f"dispensing/{document.reference}"


def _pack(session: Session, code: str) -> Unit:
    found = recognise(code)
    if found.kind is CodeKind.GOODS:
        raise NotATraceCode(found.code, scanned=found.code, kind=found.kind.value)
    unit = traceability.get_unit(session, found.code)
    if unit.level is not UnitLevel.PACK:
        raise ScanAPack(unit.code, scanned=unit.code)
    return unit


def _refuse_gone(session: Session, unit: Unit) -> None:
    if unit.disposition not in GONE:
        return
    last = queries.find_last_given(session, unit.id)
    told = last and (f"{local(last.happened_at):%Y-%m-%d %H:%M}", last.facility, last.by)
    raise AlreadyDispensed(
        unit.code,
        scanned=unit.code,
        last=" ".join(told) if told else "",
        reference=last.reference if last else "",
    )


def _shelf(session: Session, actor: Actor, unit: Unit) -> tuple[FacilityId, PlaceId]:
    place_id = unit.place_id or traceability.place_of(session, [unit.id])[unit.id]
    facility_id, kind = queries.find_place(session, place_id)
    if facility_id not in actor.facility_ids or kind is not PlaceKind.BIN:
        raise NotHere(unit.code, scanned=unit.code)
    return facility_id, place_id


def _document(
    session: Session, actor: Actor, told: tuple[FacilityId, DispenseRequest], *, now: datetime
) -> Dispensing:
    facility_id, request = told
    document = Dispensing(
        reference=new_reference(session, facility_id, now=now),
        facility_id=facility_id,
        kind=DispensingKind.DISPENSE,
        note=request.note,
        user_id=actor.user_id,
        happened_at=request.happened_at or now,
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


def _happening(document: Dispensing, shelf: PlaceId, *, now: datetime) -> Happening:
    return Happening(
        step=BizStep.DISPENSING,
        disposition=Disposition.DISPENSED,
        facility_id=document.facility_id,
        place_id=shelf,
        document=document.reference,
        event_time=document.happened_at,
        recorded_at=now,
    )
