"""Send approved goods back to their supplier, or take back what the supplier did not take."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.service import Credentials
from app.inventory import service as inventory
from app.inventory.models import PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot, Undoing
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import PlaceId, UnitId, UserId
from app.kernel.rows import as_table, insert_rows
from app.purchasing.errors import CreditSettled
from app.purchasing.models import (
    ReceiptLine,
    SupplierReturn,
    SupplierReturnLine,
    SupplierReturnPack,
)
from app.purchasing.rules import Credited, SupplierReturnState, credit_of
from app.purchasing.service.returning import exceeds, own_return, record, step
from app.traceability import service as traceability
from app.traceability.errors import ReasonMissing
from app.traceability.models import BizStep, Disposition, Unit
from app.traceability.service import Happening, PacksWanted

LINE_KIND = "supplier_return_line"
Packs = Mapping[int, Sequence[UnitId]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Who takes the goods along, the codes that were scanned, who signs beside."""

    reference: str
    carrier: str
    codes: Sequence[str] = ()
    second: Credentials | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsending:
    """Why goods come back after they were sent, and who signs beside."""

    reason: str
    second: Credentials | None = None


@dataclass(frozen=True, slots=True)
class _Leg:
    """Packs that go one way together, and what they are at its end."""

    route: tuple[PlaceId, PlaceId]
    disposition: Disposition
    units: Sequence[Unit]


def send_return(
    session: Session, actor: Actor, sending: Sending, *, now: datetime
) -> SupplierReturn:
    """Give approved goods to the supplier's carrier, in one posting; the supplier owes a credit.

    Each receipt line counts what went back, so two returns of the same goods take turns;
    ``returned <= accepted`` and the balance have the last word.

    Raises:
        NotFound: the return is unknown, or not the actor's.
        ReturnStateChanged: it is not approved, or was sent before.
        ReturnExceedsReceipt: other goods of the line went back meanwhile.
        UnknownCode, PackNotWanted, PacksLacking: the scanned packs are not those of the lines.
        SecondPersonNeeded and its kin: controlled medicines leave with two people.
        InsufficientStock, NotHere: the goods have left.
    """
    found = own_return(session, actor, sending.reference)
    step(session, found, (SupplierReturnState.APPROVED,), SupplierReturnState.APPROVED)
    lines = _lines(session, found)
    second = _second(session, actor, (found, lines), sending.second, now=now)
    stamp = {
        "sent_by": actor.user_id,
        "second_user_id": second,
        "sent_at": now,
        "carrier": sending.carrier,
        "credit_fen": credit_of(_credited(line) for line in lines),
    }
    step(session, found, (SupplierReturnState.APPROVED,), SupplierReturnState.SENT, **stamp)
    _count_back(session, lines)
    packs = traceability.match_packs(session, sending.codes, _wanted(lines))
    _post(session, actor, (found, lines), now=now)
    _keep_packs(session, packs)
    units = {line_id: [pack.unit_id for pack in taken] for line_id, taken in packs.items()}
    _move(session, actor, found, _outward(session, found, lines, units), now=now)
    record(session, actor, found, ("return-sent", sending.carrier), now=now)
    return found


def take_back_return(
    session: Session, actor: Actor, reference: str, because: Unsending, *, now: datetime
) -> SupplierReturn:
    """Undo a sent return by the mirror image of its entry: the supplier did not take the goods.

    Raises:
        NotFound: the return is unknown, or not the actor's.
        ReasonMissing: people must learn why.
        CreditSettled: its credit was deducted; reverse the settlement first.
        ReturnStateChanged: it was not sent, or taken back before.
        SecondPersonNeeded and its kin: controlled medicines come back with two people.
    """
    found = own_return(session, actor, reference)
    if not because.reason.strip():
        raise ReasonMissing(reference)
    step(session, found, (SupplierReturnState.SENT,), SupplierReturnState.SENT)
    if found.settlement_id is not None:
        raise CreditSettled(reference, reference=reference)
    lines = _lines(session, found)
    second = _second(session, actor, (found, lines), because.second, now=now)
    step(session, found, (SupplierReturnState.SENT,), SupplierReturnState.REVERSED)
    _count_back(session, lines, sign=-1)
    posting_id = inventory.last_posting(session, reference, PostingKind.RETURN)
    if posting_id is None:
        raise NotFound("posting")
    told = Undoing(
        key=f"supplier-return/{reference}/undo",
        reason=because.reason.strip(),
        second_user_id=second,
    )
    inventory.reverse(session, actor, posting_id, told, now=now)
    legs = _homeward(session, found, lines, _sent_packs(session, lines))
    _move(session, actor, found, legs, now=now)
    record(session, actor, found, ("reversed", because.reason), now=now)
    return found


def _lines(session: Session, found: SupplierReturn) -> list[SupplierReturnLine]:
    return list(
        session.scalars(
            select(SupplierReturnLine)
            .where(SupplierReturnLine.return_id == found.id)
            .order_by(SupplierReturnLine.id)
        )
    )


def _credited(line: SupplierReturnLine) -> Credited:
    return Credited(
        quantity=line.quantity, price_fen=line.price_fen, units_per_pack=line.units_per_pack
    )


def _second(
    session: Session,
    actor: Actor,
    what: tuple[SupplierReturn, Sequence[SupplierReturnLine]],
    given: Credentials | None,
    *,
    now: datetime,
) -> UserId | None:
    """Return who signs beside the actor: two open the cupboard of controlled medicines."""
    found, lines = what
    if any(line.is_controlled for line in lines):
        return accounts.cosign(session, actor, given, found.facility_id, now=now)
    approver = UserId(found.decided_by or 0)
    return approver if approver != actor.user_id else None


def _count_back(session: Session, lines: Sequence[SupplierReturnLine], *, sign: int = 1) -> None:
    """Count on the receipt's lines what went back, as far as it came and has not gone back."""
    changes: Counter[int] = Counter()
    for line in lines:
        changes[line.receipt_line_id] += sign * line.quantity
    held = session.scalars(
        select(ReceiptLine.id)
        .where(ReceiptLine.id.in_(changes))
        .order_by(ReceiptLine.id)
        .with_for_update(key_share=True)
    ).all()
    rows = [{"id": line_id, "returned": changes[line_id]} for line_id in held]
    new = as_table([ReceiptLine.id, ReceiptLine.returned], rows, "new")
    counted = session.scalars(
        update(ReceiptLine)
        .where(
            ReceiptLine.id == new.c.id,
            ReceiptLine.returned + new.c.returned <= ReceiptLine.accepted,
        )
        .values(returned=ReceiptLine.returned + new.c.returned)
        .returning(ReceiptLine.id)
        .execution_options(synchronize_session=False)
    ).all()
    for line in lines:
        if line.receipt_line_id not in counted:
            left = session.get_one(ReceiptLine, line.receipt_line_id, populate_existing=True)
            raise exceeds(line.item_name, (left.accepted or 0) - left.returned)


def _wanted(lines: Sequence[SupplierReturnLine]) -> list[PacksWanted]:
    return [
        PacksWanted(
            line=line.id,
            item_name=line.item_name,
            place_id=line.place_id,
            lot_id=line.lot_id,
            quantity=line.quantity,
        )
        for line in lines
        if line.is_coded
    ]


def _post(
    session: Session,
    actor: Actor,
    what: tuple[SupplierReturn, Sequence[SupplierReturnLine]],
    *,
    now: datetime,
) -> None:
    found, lines = what
    outside = inventory.place_for(session, found.facility_id, PlaceKind.SUPPLIER)
    movements = [
        Movement(
            lot_id=line.lot_id,
            quantity=line.quantity,
            source=Spot(line.place_id, found.facility_id, line.condition),
            target=Spot(outside.id, found.facility_id, line.condition),
            line=(LINE_KIND, line.id),
        )
        for line in lines
    ]
    request = PostingRequest(
        kind=PostingKind.RETURN,
        key=f"supplier-return/{found.reference}",
        facility_id=found.facility_id,
        document=found.reference,
        occurred_at=now,
        movements=movements,
        reason=found.note or found.reason.value,
        second_user_id=found.second_user_id,
    )
    inventory.post(session, actor, request, now=now)


def _keep_packs(session: Session, packs: dict[int, list[traceability.ScannedPack]]) -> None:
    rows = [
        {"line_id": line_id, "unit_id": pack.unit_id}
        for line_id, found in packs.items()
        for pack in found
    ]
    if rows:
        session.execute(insert_rows(SupplierReturnPack, rows))


def _sent_packs(session: Session, lines: Sequence[SupplierReturnLine]) -> Packs:
    found: defaultdict[int, list[UnitId]] = defaultdict(list)
    rows = session.execute(
        select(SupplierReturnPack.line_id, SupplierReturnPack.unit_id).where(
            SupplierReturnPack.line_id.in_([line.id for line in lines])
        )
    )
    for line_id, unit_id in rows:
        found[line_id].append(unit_id)
    return found


def _outward(
    session: Session, found: SupplierReturn, lines: Sequence[SupplierReturnLine], packs: Packs
) -> list[_Leg]:
    outside = inventory.place_for(session, found.facility_id, PlaceKind.SUPPLIER).id
    return [
        _Leg((line.place_id, outside), Disposition.SENT_BACK, _held(session, packs, line))
        for line in lines
    ]


def _homeward(
    session: Session, found: SupplierReturn, lines: Sequence[SupplierReturnLine], packs: Packs
) -> list[_Leg]:
    """Return the way back to the shelf, for whole packs and for opened ones."""
    outside = inventory.place_for(session, found.facility_id, PlaceKind.SUPPLIER).id
    legs = []
    for line in lines:
        units = _held(session, packs, line)
        route = (outside, line.place_id)
        whole = [unit for unit in units if not unit.consumed]
        opened = [unit for unit in units if unit.consumed]
        legs += [
            _Leg(route, Disposition.IN_STOCK, whole),
            _Leg(route, Disposition.PARTIALLY_DISPENSED, opened),
        ]
    return legs


def _held(session: Session, packs: Packs, line: SupplierReturnLine) -> list[Unit]:
    wanted = packs.get(line.id, ())
    return list(traceability.lock_units(session, wanted).values()) if wanted else []


def _move(
    session: Session,
    actor: Actor,
    found: SupplierReturn,
    legs: Sequence[_Leg],
    *,
    now: datetime,
) -> None:
    for leg in legs:
        if not leg.units:
            continue
        happening = Happening(
            step=BizStep.RETURNING,
            disposition=leg.disposition,
            facility_id=found.facility_id,
            document=found.reference,
            event_time=now,
            recorded_at=now,
            place_id=leg.route[1],
            reason=found.note,
        )
        traceability.move(session, actor, leg.units, leg.route, happening)
