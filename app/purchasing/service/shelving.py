"""Put accepted goods away into bins that keep them as they must be kept."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory import service as inventory
from app.inventory.errors import UnknownPlace
from app.inventory.models import Place, PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import PlaceId
from app.purchasing.errors import NotOnLine, PutAwayDone, ScanTheCode
from app.purchasing.models import (
    Receipt,
    ReceiptLine,
    ReceiptPlacement,
    ReceiptScan,
    ReceiptState,
)
from app.purchasing.rules import Part, Storage, ensure_fits, split
from app.purchasing.service.accepting import sign_for_controlled
from app.purchasing.service.opening import own_receipt, step
from app.traceability import service as traceability
from app.traceability.models import BizStep, Disposition, Unit
from app.traceability.rules import recognise
from app.traceability.service import Happening

PLACEMENT_KIND = "receipt_placement"
"""The document line of goods in a bin: a line that is split has one posting leg a part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Of a line of a receipt, what goes to one bin: all, a quantity, or these codes."""

    line_id: int
    place_code: str
    quantity: int | None = None
    codes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Counted:
    """A carton or pack that was counted on a line."""

    unit: Unit
    quantity: int


@dataclass(frozen=True, slots=True)
class _Placed:
    """A part on its way to its bin, with the coded units in it."""

    line: ReceiptLine
    place: Place
    quantity: int
    units: list[Unit]


def put_away(
    session: Session,
    actor: Actor,
    placing: tuple[str, Sequence[Placement]],
    second: Actor | None,
    *,
    now: datetime,
) -> Receipt:
    """Move lines of a receipt from the receiving area into their bins.

    A line may be split over bins; its parts together are the line. A carton moves as one
    row. When no line is left the receipt is done.

    Raises:
        NotFound: the receipt or a line is unknown, or not the actor's to work on.
        UnknownPlace: there is no such bin.
        ReceiptStateChanged: it is not accepted, or everything lies in its bin.
        PutAwayDone: a line lies in its bin already.
        PartsDiffer: the parts of a line are not what was accepted.
        ScanTheCode, NotOnLine: coded goods are split by the codes counted on the line.
        WrongBin: a bin is not cold, cool or locked as the item needs.
        SamePerson: controlled medicines need a second signature.
    """
    reference, placements = placing
    receipt = own_receipt(session, actor, reference)
    step(session, receipt, ReceiptState.ACCEPTED)
    wanted: defaultdict[int, list[Placement]] = defaultdict(list)
    for placement in placements:
        wanted[placement.line_id].append(placement)
    lines = _waiting(session, receipt, sorted(wanted))
    bins = _bins(session, receipt, {placement.place_code for placement in placements})
    counted = _counted(session, lines)
    parts = [
        part
        for line in lines
        for part in _parts(session, (line, counted.get(line.id, [])), wanted[line.id], bins)
    ]
    sign_for_controlled(session, {line.item_id for line in lines}, second)
    _claim(session, receipt, lines, now=now)
    _post(session, actor, receipt, parts, (second, now))
    _move_units(session, actor, receipt, parts, now=now)
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
    if not lines or len(lines) < len(line_ids) or any(not line.accepted for line in lines):
        raise NotFound("receipt line")
    if any(line.placed_at is not None for line in lines):
        raise PutAwayDone(receipt.reference, reference=receipt.reference)
    return lines


def _claim(
    session: Session, receipt: Receipt, lines: Collection[ReceiptLine], *, now: datetime
) -> None:
    """Take the lines for this put-away: each is put away once, in all its parts."""
    claimed = session.scalars(
        update(ReceiptLine)
        .where(ReceiptLine.id.in_([line.id for line in lines]), ReceiptLine.placed_at.is_(None))
        .values(placed_at=now)
        .returning(ReceiptLine.id)
        .execution_options(synchronize_session=False)
    ).all()
    if len(claimed) < len(lines):
        raise PutAwayDone(receipt.reference, reference=receipt.reference)


def _counted(session: Session, lines: Collection[ReceiptLine]) -> dict[int, list[_Counted]]:
    rows = session.execute(
        select(ReceiptScan.line_id, Unit, ReceiptScan.quantity)
        .join(Unit, Unit.id == ReceiptScan.unit_id)
        .where(ReceiptScan.line_id.in_([line.id for line in lines]), ReceiptScan.counted)
        .order_by(Unit.id)
    )
    found: dict[int, list[_Counted]] = {}
    for line_id, unit, quantity in rows:
        found.setdefault(line_id, []).append(_Counted(unit, quantity))
    return found


def _parts(
    session: Session,
    what: tuple[ReceiptLine, list[_Counted]],
    wanted: Sequence[Placement],
    bins: dict[str, Place],
) -> list[_Placed]:
    """Return what of a line goes where; codes say how much they are."""
    line, counted = what
    item = session.get_one(Item, line.item_id)
    for placement in wanted:
        _ensure_fits(item, bins[placement.place_code])
    if counted and any(one.quantity is not None and not one.codes for one in wanted):
        raise ScanTheCode(item.name, item=item.name)
    named = _named(counted, wanted)
    amounts = split(
        item.name,
        line.accepted or 0,
        [
            Part(
                place_code=one.place_code,
                quantity=_amount(named[one.place_code]) if one.codes else one.quantity,
            )
            for one in wanted
        ],
    )
    return [
        _Placed(line, bins[code], quantity, [each.unit for each in named[code]])
        for code, quantity in amounts.items()
    ]


def _amount(counted: Collection[_Counted]) -> int:
    return sum(one.quantity for one in counted)


def _named(
    counted: Sequence[_Counted], wanted: Sequence[Placement]
) -> defaultdict[str, list[_Counted]]:
    """Return the counted units by bin; those nobody names go where no code is given."""
    left = {one.unit.code: one for one in counted}
    named: defaultdict[str, list[_Counted]] = defaultdict(list)
    for placement in wanted:
        for code in dict.fromkeys(recognise(text).code for text in placement.codes):
            if code not in left:
                raise NotOnLine(code, scanned=code)
            named[placement.place_code].append(left.pop(code))
    for placement in wanted:
        if not placement.codes:
            named[placement.place_code] += left.values()
            break
    return named


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


def _ensure_fits(item: Item, place: Place) -> None:
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
    parts: Sequence[_Placed],
    signed: tuple[Actor | None, datetime],
) -> None:
    second, now = signed
    area = inventory.place_for(session, receipt.facility_id, PlaceKind.RECEIVING)
    rows = [
        ReceiptPlacement(
            line_id=part.line.id,
            place_id=part.place.id,
            quantity=part.quantity,
            placed_at=now,
            placed_by=actor.user_id,
        )
        for part in parts
    ]
    session.add_all(rows)
    session.flush()
    movements = [
        Movement(
            lot_id=part.line.lot_id,
            quantity=part.quantity,
            source=Spot(area.id, receipt.facility_id, part.line.stock_condition),
            target=Spot(part.place.id, receipt.facility_id, part.line.stock_condition),
            line=(PLACEMENT_KIND, row.id),
        )
        for part, row in zip(parts, rows, strict=True)
    ]
    named = ",".join(str(line_id) for line_id in sorted({part.line.id for part in parts}))
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


def _move_units(
    session: Session, actor: Actor, receipt: Receipt, parts: Sequence[_Placed], *, now: datetime
) -> None:
    """Let the coded units follow their goods, one event a bin."""
    laid: defaultdict[PlaceId, list[Unit]] = defaultdict(list)
    for part in parts:
        laid[part.place.id] += part.units
    area: PlaceId = inventory.place_for(session, receipt.facility_id, PlaceKind.RECEIVING).id
    for place_id, units in laid.items():
        if not units:
            continue
        happening = Happening(
            step=BizStep.STORING,
            disposition=Disposition.IN_STOCK,
            facility_id=receipt.facility_id,
            place_id=place_id,
            document=receipt.reference,
            event_time=now,
            recorded_at=now,
        )
        traceability.move(session, actor, units, (area, place_id), happening)
        inventory.follow_quarantine(session, actor, [unit.id for unit in units], now=now)


def _finish(session: Session, receipt: Receipt) -> None:
    waiting = session.scalar(
        select(
            exists().where(
                ReceiptLine.receipt_id == receipt.id,
                ReceiptLine.accepted > 0,
                ReceiptLine.placed_at.is_(None),
            )
        )
    )
    if not waiting:
        step(session, receipt, ReceiptState.ACCEPTED, ReceiptState.PUT_AWAY)
