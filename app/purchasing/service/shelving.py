"""Put accepted goods away into bins that keep them as they must be kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory import service as inventory
from app.inventory.errors import UnknownPlace
from app.inventory.models import Place, PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import PlaceId
from app.purchasing.errors import PutAwayDone
from app.purchasing.models import Receipt, ReceiptLine, ReceiptState
from app.purchasing.rules import Storage, ensure_fits
from app.purchasing.service.accepting import counted_units, sign_for_controlled
from app.purchasing.service.opening import own_receipt, step
from app.traceability import service as traceability
from app.traceability.models import BizStep, Disposition
from app.traceability.service import Happening


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A line of a receipt, and the bin it goes to."""

    line_id: int
    place_code: str


def put_away(
    session: Session,
    actor: Actor,
    placing: tuple[str, Sequence[Placement]],
    second: Actor | None,
    *,
    now: datetime,
) -> Receipt:
    """Move lines of a receipt from the receiving area into their bins.

    A carton moves as one row. When no line is left the receipt is done.

    Raises:
        NotFound: the receipt or a line is unknown, or not the actor's to work on.
        UnknownPlace: there is no such bin.
        ReceiptStateChanged: it is not accepted, or everything lies in its bin.
        PutAwayDone: a line lies in its bin already.
        WrongBin: a bin is not cold, cool or locked as the item needs.
        SamePerson: controlled medicines need a second signature.
    """
    reference, placements = placing
    receipt = own_receipt(session, actor, reference)
    step(session, receipt, ReceiptState.ACCEPTED)
    lines = _waiting(session, receipt, [placement.line_id for placement in placements])
    bins = _bins(session, receipt, {placement.place_code for placement in placements})
    targets = {each.line_id: bins[each.place_code] for each in placements}
    for line in lines:
        _ensure_fits(session, line, targets[line.id])
    sign_for_controlled(session, {line.item_id for line in lines}, second)
    _post(session, actor, receipt, [(line, targets[line.id]) for line in lines], (second, now))
    for place in {place.id: place for place in targets.values()}.values():
        here = [line for line in lines if targets[line.id].id == place.id]
        _move_units(session, actor, receipt, (here, place), now=now)
    _finish(session, receipt)
    return receipt


def _waiting(session: Session, receipt: Receipt, line_ids: list[int]) -> list[ReceiptLine]:
    lines = list(
        session.scalars(
            select(ReceiptLine)
            .where(ReceiptLine.receipt_id == receipt.id, ReceiptLine.id.in_(line_ids))
            .order_by(ReceiptLine.id)
            .execution_options(populate_existing=True)
        )
    )
    if not lines or len(lines) < len(set(line_ids)) or any(not line.accepted for line in lines):
        raise NotFound("receipt line")
    for line in lines:
        if line.place_id is not None:
            raise PutAwayDone(receipt.reference, reference=receipt.reference)
    return lines


def _bins(session: Session, receipt: Receipt, codes: Collection[str]) -> dict[str, Place]:
    rows = session.scalars(
        select(Place).where(
            Place.facility_id == receipt.facility_id,
            Place.kind == PlaceKind.BIN,
            Place.code.in_(codes),
        )
    )
    found = {place.code: place for place in rows}
    for code in codes:
        if code not in found:
            raise UnknownPlace(code, place=code)
    return found


def _ensure_fits(session: Session, line: ReceiptLine, place: Place) -> None:
    item = session.get_one(Item, line.item_id)
    ensure_fits(
        Storage(storage_class=item.storage_class.value, locked=item.is_controlled),
        Storage(storage_class=place.storage_class.value, locked=place.locked),
        item=item.name,
        place_code=place.code,
    )


def _post(
    session: Session,
    actor: Actor,
    receipt: Receipt,
    placed: list[tuple[ReceiptLine, Place]],
    signed: tuple[Actor | None, datetime],
) -> None:
    second, now = signed
    area = inventory.place_for(session, receipt.facility_id, PlaceKind.RECEIVING)
    movements = [
        Movement(
            lot_id=line.lot_id,
            quantity=line.accepted or 0,
            source=Spot(area.id, receipt.facility_id, line.stock_condition),
            target=Spot(place.id, receipt.facility_id, line.stock_condition),
            line=("receipt_line", line.id),
        )
        for line, place in placed
    ]
    named = ",".join(str(line.id) for line, _ in placed)
    request = PostingRequest(
        kind=PostingKind.PUT_AWAY,
        key=f"put-away/{receipt.reference}/{named}",
        facility_id=receipt.facility_id,
        document=receipt.reference,
        occurred_at=now,
        movements=movements,
        second_user_id=second.user_id if second else None,
    )
    inventory.post(session, actor, request, now=now)
    for line, place in placed:
        line.place_id = place.id
    session.flush()


def _move_units(
    session: Session,
    actor: Actor,
    receipt: Receipt,
    placed: tuple[list[ReceiptLine], Place],
    *,
    now: datetime,
) -> None:
    lines, place = placed
    found = counted_units(session, [line.id for line in lines])
    units = [unit for line_units in found.values() for unit in line_units]
    if not units:
        return
    area: PlaceId = inventory.place_for(session, receipt.facility_id, PlaceKind.RECEIVING).id
    happening = Happening(
        step=BizStep.STORING,
        disposition=Disposition.IN_STOCK,
        facility_id=receipt.facility_id,
        place_id=place.id,
        document=receipt.reference,
        event_time=now,
        recorded_at=now,
    )
    traceability.move(session, actor, units, (area, place.id), happening)


def _finish(session: Session, receipt: Receipt) -> None:
    waiting = session.scalar(
        select(
            exists().where(
                ReceiptLine.receipt_id == receipt.id,
                ReceiptLine.accepted > 0,
                ReceiptLine.place_id.is_(None),
            )
        )
    )
    if not waiting:
        step(session, receipt, ReceiptState.ACCEPTED, ReceiptState.PUT_AWAY)
