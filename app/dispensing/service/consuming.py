"""Record what was used of goods without codes, first expiring first (消耗登记)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.dispensing import queries
from app.dispensing.models import Dispensing, DispensingKind, DispensingLine
from app.dispensing.service import signing
from app.dispensing.service.giving import posting_key
from app.dispensing.service.references import new_reference
from app.dispensing.service.signing import NO_PAPERS, Papers, Signed
from app.inventory import service as inventory
from app.inventory.errors import InsufficientStock, ScanRequired
from app.inventory.models import PlaceKind, PostingKind, UseTag
from app.inventory.service import Allocation, Demand, Movement, PostingRequest, Spot, Terms
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId, ItemId, LotId, PlaceId
from app.kernel.local_time import local_day

LINE_KIND = "dispensing"
PROMISED_FOR = timedelta(minutes=1)
"""The promise lives only inside the transaction that takes the goods."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Base units used of an item; without a lot the first expiring ones are taken."""

    item_id: ItemId
    quantity: int
    lot_id: LotId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumeRequest:
    """What a facility used; ``happened_at`` None means now.

    Use that will not come again is tagged, and stays out of the average consumption.
    """

    facility_id: FacilityId
    uses: Sequence[Use]
    note: str = ""
    happened_at: datetime | None = None
    tag: UseTag = UseTag.ROUTINE
    papers: Papers = NO_PAPERS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Take:
    """Goods of one lot from one place; ``reservation_id`` where FEFO chose them."""

    item_id: ItemId
    lot_id: LotId
    place_id: PlaceId
    quantity: int
    reservation_id: int | None = None


def consume(
    session: Session, actor: Actor, request: ConsumeRequest, *, now: datetime
) -> Dispensing:
    """Record use of goods without codes, all lines or none.

    Raises:
        NotFound: the facility is not the actor's, or an item or lot is unknown.
        ScanRequired: an item carries codes of its own.
        InsufficientStock: less lies there, free and usable, than was used.
        LotHeld, LotExpired: a chosen lot may not be used.
        TimeOutsideWindow, PeriodClosed: the time may not be posted to.
        PrescriptionNeeded, SecondPersonNeeded: controlled medicines are among the goods.
    """
    actor.must_act_for(request.facility_id, "facility")
    names = _uncoded(session, request)
    signed = signing.sign(session, actor, (request.facility_id, names), request.papers, now=now)
    document = Dispensing(
        reference=new_reference(session, request.facility_id, now=now),
        facility_id=request.facility_id,
        kind=DispensingKind.CONSUME,
        note=request.note,
        tag=request.tag,
        user_id=actor.user_id,
        happened_at=request.happened_at or now,
    )
    session.add(document)
    session.flush()
    signing.record(session, document.id, signed)
    takes = _first_expiring(session, document, request, names, now=now)
    takes += _chosen(session, request)
    _post(session, actor, (document, signed), takes, now=now)
    return document


def _uncoded(session: Session, request: ConsumeRequest) -> dict[ItemId, str]:
    asked = {use.item_id for use in request.uses}
    known = queries.names_of(session, asked)
    if len(known) < len(asked):
        raise NotFound("item")
    for name, is_coded in known.values():
        if is_coded:
            raise ScanRequired(name, item=name)
    return {item_id: name for item_id, (name, _) in known.items()}


def _first_expiring(
    session: Session,
    document: Dispensing,
    request: ConsumeRequest,
    names: dict[ItemId, str],
    *,
    now: datetime,
) -> list[_Take]:
    wanted: dict[ItemId, int] = {}
    for use in request.uses:
        if use.lot_id is None:
            wanted[use.item_id] = wanted.get(use.item_id, 0) + use.quantity
    if not wanted:
        return []
    demands = [
        Demand(LINE_KIND, document.id, item_id, quantity)
        for item_id, quantity in sorted(wanted.items())
    ]
    terms = Terms(
        facility_id=request.facility_id, need_by=local_day(now), expires_at=now + PROMISED_FOR
    )
    takes = []
    for allocation in inventory.reserve(session, demands, terms, now=now):
        _refuse_shortage(allocation, names)
        takes += [
            _Take(
                item_id=allocation.demand.item_id,
                lot_id=pick.lot_id,
                place_id=pick.place_id,
                quantity=pick.quantity,
                reservation_id=pick.reservation_id,
            )
            for pick in allocation.picks
        ]
    return takes


def _refuse_shortage(allocation: Allocation, names: dict[ItemId, str]) -> None:
    if allocation.shortage:
        demand = allocation.demand
        raise InsufficientStock(
            names[demand.item_id],
            item_id=demand.item_id,
            free=demand.quantity - allocation.shortage,
        )


def _chosen(session: Session, request: ConsumeRequest) -> list[_Take]:
    """Return what was taken of lots somebody chose, from the item's shelf."""
    chosen = [(use, use.lot_id) for use in request.uses if use.lot_id is not None]
    if not chosen:
        return []
    items = {use.item_id for use, _ in chosen}
    shelves = inventory.shelves_for(session, request.facility_id, items)
    for use, lot_id in chosen:
        if queries.item_of_lot(session, lot_id) != use.item_id:
            raise NotFound("lot")
    return [
        _Take(
            item_id=use.item_id,
            lot_id=lot_id,
            place_id=shelves[use.item_id].id,
            quantity=use.quantity,
        )
        for use, lot_id in chosen
    ]


def _post(
    session: Session,
    actor: Actor,
    told: tuple[Dispensing, Signed | None],
    takes: list[_Take],
    *,
    now: datetime,
) -> None:
    document, signed = told
    lines = [
        DispensingLine(
            dispensing_id=document.id,
            item_id=take.item_id,
            lot_id=take.lot_id,
            unit_id=None,
            quantity=take.quantity,
        )
        for take in takes
    ]
    session.add_all(lines)
    session.flush()
    facility_id = document.facility_id
    patient = inventory.place_for(session, facility_id, PlaceKind.PATIENT)
    movements = [
        Movement(
            lot_id=take.lot_id,
            quantity=take.quantity,
            source=Spot(take.place_id, facility_id),
            target=Spot(patient.id, facility_id),
            line=("dispensing_line", line.id),
            reservation_id=take.reservation_id,
        )
        for take, line in zip(takes, lines, strict=True)
    ]
    posting = PostingRequest(
        kind=PostingKind.CONSUME,
        key=posting_key(document.reference),
        facility_id=facility_id,
        document=document.reference,
        occurred_at=document.happened_at,
        movements=movements,
        tag=document.tag,
        second_user_id=signed.second_user_id if signed else None,
    )
    inventory.post(session, actor, posting, now=now)
