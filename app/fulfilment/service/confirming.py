"""A clinic confirms a tote, whole or in part; what is missing stays open (签收)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.service import Credentials
from app.fulfilment.errors import OverReceipt, ReceiptContradicts
from app.fulfilment.models import ClinicReceipt, ReceiptLine, Tote, ToteContent
from app.fulfilment.rules import ToteState
from app.fulfilment.service import settling
from app.fulfilment.service.ending import end_when_all_arrived
from app.fulfilment.service.filling import CONTENT_KIND
from app.fulfilment.service.finding import (
    Label,
    advance_tote,
    get_arriving_tote,
    lock_requisition,
    trust_tote,
)
from app.fulfilment.service.sealing import contents_of
from app.fulfilment.service.settling import Missing
from app.inventory import service as inventory
from app.inventory.models import Place, PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.ids import ItemId, PlaceId, ToteContentId, UnitId, UserId
from app.kernel.local_time import local_day
from app.kernel.numbering import issue_number
from app.kernel.signing import Signer
from app.traceability import service as traceability
from app.traceability.errors import NotShippedHere
from app.traceability.models import BizStep, Disposition, Unit, UnitLevel
from app.traceability.service import Happening

PREFIX = "CR"
Shelves = Mapping[ItemId, Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What arrived of one content, by its position in the tote.

    ``received`` counts goods without codes in base units; of coded goods the codes that
    are ``missing`` are named instead, a carton's or its packs'.
    """

    position: int
    received: int | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A clinic's word about a tote; contents not named arrived in full.

    ``tote_code`` is as it was scanned; ``signer`` tests the seal of its label.
    """

    tote_code: str
    arrived: Sequence[Arrived]
    key: str
    notes: str = ""
    second: Credentials | None = None
    signer: Signer | None = None


@dataclass(frozen=True, slots=True)
class _Outcome:
    """One content: what arrived, and the coded units that did and did not."""

    content: ToteContent
    received: int
    here: list[Unit]
    gone: list[Unit]


def confirm(
    session: Session, actor: Actor, confirmation: Confirmation, *, now: datetime
) -> ClinicReceipt:
    """Confirm a handed-over tote: what arrived is the clinic's own stock from now on.

    The rest stays in the receiving place, still the centre's, as open discrepancies.

    Raises:
        AlreadyDone: it was confirmed before.
        ToteStateChanged: the driver has not handed it over.
        WrongDestination: the tote on the road is another facility's.
        ForeignLabel, StaleSheet: its label is forged, of another sheet, or has run out.
        NotShippedHere, OverReceipt: a code was not in the tote, or more came than was sent.
        ReceiptContradicts: a content is named twice, or told in another way than it is kept.
        SecondPersonNeeded: controlled medicines arrived, and nobody signed beside the actor.
    """
    tote = get_arriving_tote(session, actor, confirmation.tote_code)
    label = Label(text=confirmation.tote_code, signer=confirmation.signer, on=local_day(now))
    trust_tote(session, tote, label)
    lock_requisition(session, tote.requisition_id)
    step = ((ToteState.HANDED_OVER,), ToteState.RECEIVED)
    advance_tote(session, tote, step, received_at=now)
    outcomes = _outcomes(session, tote, confirmation.arrived)
    receipt = ClinicReceipt(
        reference=issue_number(session, PREFIX, now=now),
        tote_id=tote.id,
        facility_id=tote.destination_id,
        received_by_id=actor.user_id,
        received_at=now,
        notes=confirmation.notes,
    )
    session.add(receipt)
    session.flush()
    _write_lines(session, receipt, outcomes)
    missing = [
        Missing(one.content, one.content.quantity - one.received, one.gone)
        for one in outcomes
        if one.received < one.content.quantity
    ]
    settling.open_discrepancies(session, actor, (tote, confirmation.notes), missing, now=now)
    shelves = _shelves(session, tote, outcomes)
    signed = _signed(session, actor, (tote, confirmation), shelves, now=now)
    _post(session, actor, (tote, receipt, confirmation.key, signed), (outcomes, shelves), now=now)
    _unpack(session, actor, (tote, receipt), (outcomes, shelves), now=now)
    end_when_all_arrived(session, tote.requisition_id, now=now)
    return receipt


def _outcomes(session: Session, tote: Tote, arrived: Sequence[Arrived]) -> list[_Outcome]:
    contents = contents_of(session, tote)
    told = {one.position: one for one in arrived}
    if len(told) != len(arrived) or told.keys() - {content.position for content in contents}:
        raise ReceiptContradicts(tote.code)
    coded = _coded(session, [content for content in contents if content.unit_id is not None])
    return [
        _outcome(content, told.get(content.position), coded.get(content.id)) for content in contents
    ]


def _coded(
    session: Session, contents: Sequence[ToteContent]
) -> dict[ToteContentId, tuple[Unit, list[Unit]]]:
    """Return each content's scanned unit and the packs inside it."""
    ids = [UnitId(content.unit_id or 0) for content in contents]
    units = {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_(ids)))}
    inside: dict[UnitId, list[Unit]] = {unit_id: [] for unit_id in ids}
    for pack in traceability.packs_in(session, ids):
        inside[pack.id if pack.id in inside else pack.parent_id or pack.id].append(pack)
    return {
        content.id: (units[unit_id], inside[unit_id])
        for content, unit_id in zip(contents, ids, strict=True)
    }


def _outcome(
    content: ToteContent, told: Arrived | None, coded: tuple[Unit, list[Unit]] | None
) -> _Outcome:
    if coded is None:
        return _uncoded(content, told)
    unit, packs = coded
    missing = set(told.missing) if told else set()
    if unit.code in missing:
        missing = missing - {unit.code} | {pack.code for pack in packs}
    strangers = missing - {pack.code for pack in packs}
    if strangers:
        raise NotShippedHere(min(strangers), scanned=min(strangers))
    if told and told.received is not None:
        raise ReceiptContradicts(unit.code)
    here = [pack for pack in packs if pack.code not in missing]
    gone = [pack for pack in packs if pack.code in missing]
    if not gone and unit.level is UnitLevel.CARTON:
        here = [unit]
    received = content.quantity - sum(pack.remaining for pack in gone)
    return _Outcome(content, received, here, gone)


def _uncoded(content: ToteContent, told: Arrived | None) -> _Outcome:
    if told is None:
        return _Outcome(content, content.quantity, [], [])
    if told.missing:
        raise NotShippedHere(told.missing[0], scanned=told.missing[0])
    if told.received is None:
        raise ReceiptContradicts(str(content.position))
    if told.received > content.quantity:
        raise OverReceipt(str(content.position), sent=content.quantity, found=told.received)
    return _Outcome(content, told.received, [], [])


def _write_lines(session: Session, receipt: ClinicReceipt, outcomes: Sequence[_Outcome]) -> None:
    rows = [
        {
            "receipt_id": receipt.id,
            "content_id": one.content.id,
            "sent": one.content.quantity,
            "received": one.received,
        }
        for one in outcomes
    ]
    session.execute(insert(ReceiptLine), rows)


def _shelves(session: Session, tote: Tote, outcomes: Sequence[_Outcome]) -> Shelves:
    """Return where each item that arrived is laid; controlled medicines go under lock."""
    items = {one.content.item_id for one in outcomes if one.received}
    return inventory.shelves_for(session, tote.destination_id, items)


def _signed(
    session: Session,
    actor: Actor,
    what: tuple[Tote, Confirmation],
    shelves: Shelves,
    *,
    now: datetime,
) -> UserId | None:
    tote, confirmation = what
    if not any(shelf.locked for shelf in shelves.values()):
        return None
    return accounts.cosign(session, actor, confirmation.second, tote.destination_id, now=now)


def _post(
    session: Session,
    actor: Actor,
    what: tuple[Tote, ClinicReceipt, str, UserId | None],
    arrived: tuple[Sequence[_Outcome], Shelves],
    *,
    now: datetime,
) -> None:
    tote, receipt, key, signed = what
    outcomes, shelves = arrived
    waiting = inventory.place_for(session, tote.destination_id, PlaceKind.RECEIVING)
    movements = [
        Movement(
            lot_id=one.content.lot_id,
            quantity=one.received,
            source=Spot(waiting.id, tote.supplier_id),
            target=Spot(shelves[one.content.item_id].id, tote.destination_id),
            line=(CONTENT_KIND, one.content.id),
        )
        for one in outcomes
        if one.received
    ]
    if not movements:
        return
    request = PostingRequest(
        kind=PostingKind.ACCEPT,
        key=f"accept:{tote.id}:{key}",
        facility_id=tote.destination_id,
        document=receipt.reference,
        occurred_at=now,
        movements=movements,
        second_user_id=signed,
    )
    inventory.post(session, actor, request, now=now)


def _unpack(
    session: Session,
    actor: Actor,
    what: tuple[Tote, ClinicReceipt],
    arrived: tuple[Sequence[_Outcome], Shelves],
    *,
    now: datetime,
) -> None:
    """Lay what arrived on the clinic's shelves, what did not in the receiving place."""
    tote, receipt = what
    outcomes, shelves = arrived
    waiting = inventory.place_for(session, tote.destination_id, PlaceKind.RECEIVING)
    laid: defaultdict[PlaceId, list[Unit]] = defaultdict(list)
    for one in outcomes:
        laid[waiting.id] += one.gone
        if one.here:
            laid[shelves[one.content.item_id].id] += one.here
    for place_id, units in laid.items():
        if not units:
            continue
        happening = Happening(
            step=BizStep.ACCEPTING,
            disposition=(
                Disposition.IN_TRANSIT if place_id == waiting.id else Disposition.IN_STOCK
            ),
            facility_id=tote.destination_id,
            document=receipt.reference,
            event_time=now,
            recorded_at=now,
            place_id=place_id,
        )
        traceability.unpack(session, actor, units, place_id, happening)
        inventory.follow_quarantine(session, actor, [unit.id for unit in units], now=now)
