"""Give many packs in a few statements, each with its own document, as devices told them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue.models import Item, SpecialClass
from app.dispensing import queries
from app.dispensing.errors import PrescriptionNeeded, ScanAPack
from app.dispensing.models import Dispensing, DispensingKind, DispensingLine
from app.dispensing.rules import Splitting, quantity_to_give
from app.dispensing.service.references import new_references
from app.inventory import service as inventory
from app.inventory.models import PlaceKind, PostingKind, UseTag
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, LotId, PlaceId, UnitId
from app.kernel.rows import insert_rows
from app.traceability import service as traceability
from app.traceability.errors import AlreadyDone, NotHere, UnknownCode
from app.traceability.models import BizStep, Disposition, Unit, UnitLevel
from app.traceability.rules import recognise
from app.traceability.service import Giving, Happening

KEY = "dispensing/{}"
"""The key under which the ledger knows a dispensing document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """A pack's code, what was taken out of it (None: all), and when."""

    code: str
    happened_at: datetime
    quantity: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planned:
    gift: Gift
    unit: Unit
    quantity: int
    shelf: PlaceId
    reference: str


def dispense_many(
    session: Session,
    actor: Actor,
    gifts: Sequence[Gift],
    booked_at: datetime | None,
    *,
    now: datetime,
) -> list[str]:
    """Give packs of one facility's shelves; return the documents, in the order given.

    All of them or none: whoever wants to know which one is refused gives them one by one.
    The book has them at their own moments, or all at ``booked_at``.

    Raises:
        AlreadyDone: a code comes twice.
        PrescriptionNeeded: one of the packs is a controlled medicine.
        DomainError: ``dispense`` would have refused one of them.
    """
    units = _packs(session, gifts)
    facility_id, shelves = _shelves(session, actor, units)
    quantities = _quantities(session, gifts, units)
    references = new_references(session, facility_id, len(gifts), now=now)
    planned = [
        _Planned(
            gift=gift,
            unit=unit,
            quantity=quantity,
            shelf=shelves[UnitId(unit.id)],
            reference=reference,
        )
        for gift, unit, quantity, reference in zip(
            gifts, units, quantities, references, strict=True
        )
    ]
    lines = _write(session, actor, facility_id, planned)
    patient = inventory.place_for(session, facility_id, PlaceKind.PATIENT)
    requests = [
        _posting(one, (facility_id, patient.id, lines[one.reference]), booked_at) for one in planned
    ]
    inventory.post_all(session, actor, requests, now=now)
    givings = [_giving(one, (facility_id, patient.id), now=now) for one in planned]
    traceability.dispense_all(session, actor, givings)
    return references


def _packs(session: Session, gifts: Sequence[Gift]) -> list[Unit]:
    codes = [recognise(gift.code).code for gift in gifts]
    known = traceability.get_units(session, codes)
    for code in codes:
        if code not in known:
            raise UnknownCode(code, scanned=code)
        if known[code].level is not UnitLevel.PACK:
            raise ScanAPack(code, scanned=code)
    if len(known) < len(codes):
        raise AlreadyDone(codes[0], scanned=codes[0])
    return [known[code] for code in codes]


def _shelves(
    session: Session, actor: Actor, units: Sequence[Unit]
) -> tuple[FacilityId, Mapping[UnitId, PlaceId]]:
    places = traceability.place_of(session, [UnitId(unit.id) for unit in units])
    found = {place: queries.find_place(session, place) for place in set(places.values())}
    facilities = {facility for facility, _ in found.values()}
    bins = all(kind is PlaceKind.BIN for _, kind in found.values())
    if not bins or len(facilities) > 1 or not facilities <= actor.facility_ids:
        raise NotHere(units[0].code, scanned=units[0].code)
    return facilities.pop(), places


def _quantities(session: Session, gifts: Sequence[Gift], units: Sequence[Unit]) -> list[int]:
    wanted = {unit.item_id for unit in units}
    items = {item.id: item for item in session.scalars(select(Item).where(Item.id.in_(wanted)))}
    for item in items.values():
        if item.special_class is not SpecialClass.NONE:
            raise PrescriptionNeeded(item.name, item=item.name)
    return [
        quantity_to_give(
            gift.quantity,
            unit.remaining,
            Splitting(item=unit.code, capacity=unit.capacity),
        )
        for gift, unit in zip(gifts, units, strict=True)
    ]


def _write(
    session: Session, actor: Actor, facility_id: FacilityId, planned: Sequence[_Planned]
) -> dict[str, int]:
    """Store documents and their lines; return each document's line by its reference."""
    rows = [
        {
            "reference": one.reference,
            "facility_id": facility_id,
            "kind": DispensingKind.DISPENSE,
            "note": one.gift.note,
            "tag": UseTag.ROUTINE,
            "user_id": actor.user_id,
            "happened_at": one.gift.happened_at,
        }
        for one in planned
    ]
    added = insert_rows(Dispensing, rows).returning(Dispensing.reference, Dispensing.id)
    ids = {row[0]: row[1] for row in session.execute(added)}
    lines = [
        {
            "dispensing_id": ids[one.reference],
            "item_id": one.unit.item_id,
            "lot_id": one.unit.lot_id,
            "unit_id": one.unit.id,
            "quantity": one.quantity,
        }
        for one in planned
    ]
    columns = (DispensingLine.dispensing_id, DispensingLine.id)
    stored = session.execute(insert_rows(DispensingLine, lines).returning(*columns))
    by_document = {row[0]: row[1] for row in stored}
    return {one.reference: by_document[ids[one.reference]] for one in planned}


def _posting(
    one: _Planned, where: tuple[FacilityId, PlaceId, int], booked_at: datetime | None
) -> PostingRequest:
    facility_id, patient, line_id = where
    movement = Movement(
        lot_id=LotId(one.unit.lot_id or 0),
        quantity=one.quantity,
        source=Spot(one.shelf, facility_id),
        target=Spot(patient, facility_id),
        line=("dispensing_line", line_id),
    )
    return PostingRequest(
        kind=PostingKind.DISPENSE,
        key=KEY.format(one.reference),
        facility_id=facility_id,
        document=one.reference,
        occurred_at=booked_at or one.gift.happened_at,
        movements=[movement],
    )


def _giving(one: _Planned, where: tuple[FacilityId, PlaceId], *, now: datetime) -> Giving:
    facility_id, patient = where
    happening = Happening(
        step=BizStep.DISPENSING,
        disposition=Disposition.DISPENSED,
        facility_id=facility_id,
        place_id=one.shelf,
        document=one.reference,
        event_time=one.gift.happened_at,
        recorded_at=now,
    )
    return Giving(
        unit_id=UnitId(one.unit.id),
        quantity=one.quantity,
        shelf=one.shelf,
        patient=patient,
        happening=happening,
    )
