"""Hand goods over to whoever carries them: from the holder's bins into transit."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from app.inventory import service as inventory
from app.inventory.errors import ScanRequired
from app.inventory.models import Condition, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.ids import LotId, PlaceId, TransferLineId, UnitId, UserId
from app.traceability import service as traceability
from app.traceability.models import BizStep, Disposition, Unit
from app.traceability.rules import recognise
from app.traceability.service import Happening
from app.transfers.errors import NothingToTransfer, NotOnTransfer, TransferShort
from app.transfers.models import Transfer, TransferContent
from app.transfers.rules import TransferKind, TransferState
from app.transfers.service.asking import LINE_KIND
from app.transfers.service.finding import get_transfer, lines_of, record, step
from app.transfers.service.picking import Pick, picks_of

TRANSIT = "TRANSFER"
"""The holder's place for goods between two facilities: somebody carries them (在途)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Who carries the goods, the codes that were scanned, and why some stay behind.

    ``quantities`` says how much of a line goes where it is less than was promised.
    """

    reference: str
    carrier: str
    codes: Sequence[str] = ()
    quantities: Mapping[TransferLineId, int] = field(default_factory=dict)
    short_reason: str = ""


def hand_over(
    session: Session, actor: Actor, request: HandOver, second: UserId | None, *, now: datetime
) -> Transfer:
    """Take the goods out of the bins and give them to the carrier, in one posting.

    Raises:
        NotFound: the transfer is not the actor's facility's to hand over.
        TransferStateChanged: it is not approved, or was handed over before.
        ScanRequired: goods with codes are handed over by scanning them.
        NotOnTransfer: a scanned pack is not among the promised lots.
        TransferShort: less goes than was promised, without a reason.
        NothingToTransfer: nothing goes.
        SecondPersonNeeded: controlled medicines leave their cupboard with two people.
        LotHeld, LotExpired, InsufficientStock, ReservationGone: the goods may not go.
    """
    transfer = get_transfer(session, actor, request.reference)
    actor.must_act_for(transfer.sender_id, "transfer")
    stamp = {
        "handed_by_id": actor.user_id,
        "handed_second_id": second,
        "handed_at": now,
        "carrier": request.carrier,
    }
    step(session, transfer, (TransferState.APPROVED,), TransferState.HANDED_OVER, **stamp)
    lines = lines_of(session, transfer)
    picks = picks_of(session, transfer, lines)
    units = _scanned(session, request.codes)
    contents = _contents(session, transfer, (picks, units), request)
    if not contents:
        raise NothingToTransfer(transfer.reference)
    short = sum(pick.quantity for pick in picks) - sum(one.quantity for one in contents)
    if short and not request.short_reason:
        raise TransferShort(transfer.reference, short=short)
    session.add_all(contents)
    session.flush()
    _post(session, actor, transfer, (contents, picks), now=now)
    inventory.release(session, LINE_KIND, [line.id for line in lines])
    _move_units(session, actor, transfer, units, now=now)
    record(session, actor, transfer, ("transfer-handed-over", request.short_reason), now=now)
    return transfer


def transit_place(session: Session, transfer: Transfer) -> PlaceId:
    """Return the place goods of this transfer are at while somebody carries them."""
    return inventory.vehicle_place(session, transfer.sender_id, TRANSIT).id


def _scanned(session: Session, codes: Sequence[str]) -> list[Unit]:
    found = [recognise(code).code for code in codes]
    units = traceability.get_units(session, found)
    for code in found:
        if code not in units:
            raise NotOnTransfer(code, scanned=code)
    return list(units.values())


def _contents(
    session: Session,
    transfer: Transfer,
    goods: tuple[Sequence[Pick], Sequence[Unit]],
    request: HandOver,
) -> list[TransferContent]:
    picks, units = goods
    contents = _coded(session, transfer, [pick for pick in picks if pick.is_coded], units)
    left = dict(request.quantities)
    for pick in picks:
        if pick.is_coded:
            continue
        quantity = min(pick.quantity, left.get(pick.line_id, pick.quantity))
        if pick.line_id in left:
            left[pick.line_id] -= quantity
        if quantity > 0:
            contents.append(_content(transfer, pick, quantity, None))
    return contents


def _coded(
    session: Session, transfer: Transfer, picks: Sequence[Pick], units: Sequence[Unit]
) -> list[TransferContent]:
    """Assign every scanned pack to a promised lot at its place; each lot takes its quantity."""
    packs = traceability.packs_in(session, [unit.id for unit in units])
    if picks and not packs:
        raise ScanRequired(picks[0].item_name, item=picks[0].item_name)
    if any(pick.condition is Condition.USABLE for pick in picks):
        traceability.refuse_apart(session, packs)
    places = traceability.place_of(session, [pack.id for pack in packs])
    room: defaultdict[tuple[PlaceId, LotId], list[Pick]] = defaultdict(list)
    left = {id(pick): pick.quantity for pick in picks}
    for pick in picks:
        room[pick.place_id, pick.lot_id].append(pick)
    contents = []
    for pack in packs:
        fitting = [
            pick
            for pick in room[places[UnitId(pack.id)], LotId(pack.lot_id or 0)]
            if left[id(pick)] >= pack.remaining > 0
        ]
        if not fitting:
            raise NotOnTransfer(pack.code, scanned=pack.code)
        left[id(fitting[0])] -= pack.remaining
        contents.append(_content(transfer, fitting[0], pack.remaining, pack.id))
    return contents


def _content(
    transfer: Transfer, pick: Pick, quantity: int, unit_id: UnitId | None
) -> TransferContent:
    return TransferContent(
        transfer_id=transfer.id,
        line_id=pick.line_id,
        lot_id=pick.lot_id,
        place_id=pick.place_id,
        condition=pick.condition,
        quantity=quantity,
        unit_id=unit_id,
    )


def _post(
    session: Session,
    actor: Actor,
    transfer: Transfer,
    goods: tuple[Sequence[TransferContent], Sequence[Pick]],
    *,
    now: datetime,
) -> None:
    contents, picks = goods
    transit = transit_place(session, transfer)
    promised = {(pick.line_id, pick.place_id, pick.lot_id): pick for pick in picks}
    movements = [
        Movement(
            lot_id=one.lot_id,
            quantity=one.quantity,
            source=Spot(one.place_id, transfer.sender_id, one.condition),
            target=Spot(transit, transfer.sender_id, one.condition),
            line=("transfer_content", one.id),
            reservation_id=promised[one.line_id, one.place_id, one.lot_id].reservation_id,
        )
        for one in contents
    ]
    is_return = transfer.kind is TransferKind.RETURN
    request = PostingRequest(
        kind=PostingKind.RETURN if is_return else PostingKind.LOAD,
        key=f"transfer/{transfer.reference}/hand-over",
        facility_id=transfer.sender_id,
        document=transfer.reference,
        occurred_at=now,
        movements=movements,
        second_user_id=transfer.handed_second_id,
    )
    inventory.post(session, actor, request, now=now)


def _move_units(
    session: Session, actor: Actor, transfer: Transfer, units: Sequence[Unit], *, now: datetime
) -> None:
    places = traceability.place_of(session, [unit.id for unit in units])
    by_place: defaultdict[PlaceId, list[Unit]] = defaultdict(list)
    for unit in units:
        by_place[places[UnitId(unit.id)]].append(unit)
    transit = transit_place(session, transfer)
    for place_id, found in sorted(by_place.items()):
        happening = Happening(
            step=BizStep.LOADING,
            disposition=Disposition.IN_TRANSIT,
            facility_id=transfer.sender_id,
            document=transfer.reference,
            event_time=now,
            recorded_at=now,
            place_id=transit,
        )
        traceability.move(session, actor, found, (place_id, transit), happening)
