"""Count coded goods by scanning cartons and packs."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.inventory import service as inventory
from app.inventory.models import PlaceKind
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.purchasing import queries
from app.purchasing.errors import ParentChildMix
from app.purchasing.models import (
    PurchaseOrder,
    Receipt,
    ReceiptLine,
    ReceiptScan,
    ReceiptState,
    ScanOutcome,
)
from app.purchasing.rules import ensure_same_lot
from app.purchasing.service.opening import own_receipt, step
from app.traceability import service as traceability
from app.traceability.errors import NotATraceCode, NotHere, UnknownCode, WrongItem
from app.traceability.models import Unit, UnitLevel
from app.traceability.rules import CodeKind, Scan, recognise


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRequest:
    """A code from a gun or a keyboard; ``client_key`` names this one scan."""

    code: str
    client_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """How a scan was answered, and how far its line has come."""

    scan: ReceiptScan
    level: UnitLevel
    line: ReceiptLine


def scan(
    session: Session, actor: Actor, reference: str, request: ScanRequest, *, now: datetime
) -> Scanned:
    """Count a carton with all its packs, or a single pack, once.

    A pack counted before, alone or within its carton, is a duplicate and changes nothing.

    Raises:
        NotFound: the receipt is unknown, or not the actor's to work on.
        ReceiptStateChanged: the count was finished.
        NotATraceCode: a goods code (69 码), or a code of ours for something else.
        UnknownCode: nobody announced the code for this order.
        WrongItem: the pack is of an item that was not ordered.
        LotMismatch: the label names another lot or expiry than was announced.
        NotHere: the pack was received before.
        ParentChildMix: packs of this carton were counted one by one.
    """
    receipt = own_receipt(session, actor, reference)
    step(session, receipt, ReceiptState.DRAFT)
    found = recognise(request.code)
    first = _first_answer(session, receipt, request)
    if first is not None:
        return _scanned(session, first)
    unit = _known_unit(session, found)
    line = _line_of(session, receipt, unit, found)
    if queries.counted_above(session, receipt.id, unit.id):
        return _keep(session, (receipt, actor), (unit, line, None), request, now=now)
    if queries.counted_below(session, receipt.id, unit.id):
        raise ParentChildMix(unit.code, scanned=unit.code)
    supplier = inventory.place_for(session, receipt.facility_id, PlaceKind.SUPPLIER)
    if traceability.place_of(session, [unit.id])[unit.id] != supplier.id:
        raise NotHere(unit.code, scanned=unit.code)
    quantity = sum(pack.remaining for pack in traceability.packs_in(session, [unit.id]))
    return _keep(session, (receipt, actor), (unit, line, quantity), request, now=now)


def _first_answer(session: Session, receipt: Receipt, request: ScanRequest) -> ReceiptScan | None:
    if request.client_key is None:
        return None
    return session.scalars(
        select(ReceiptScan).where(
            ReceiptScan.receipt_id == receipt.id, ReceiptScan.client_key == request.client_key
        )
    ).first()


def _known_unit(session: Session, found: Scan) -> Unit:
    if found.kind is CodeKind.GOODS:
        raise NotATraceCode(found.code, scanned=found.code, kind=found.kind.value)
    unit = traceability.get_unit(session, found.code)
    if unit.level is UnitLevel.TOTE:
        raise NotATraceCode(found.code, scanned=found.code, kind=unit.level.value)
    return unit


def _line_of(session: Session, receipt: Receipt, unit: Unit, found: Scan) -> ReceiptLine:
    order = session.get_one(PurchaseOrder, receipt.order_id)
    if not queries.is_ordered(session, order.id, unit.item_id):
        raise WrongItem(unit.code, scanned=unit.code, item=queries.item_name(session, unit))
    line = session.scalars(
        select(ReceiptLine)
        .where(ReceiptLine.receipt_id == receipt.id, ReceiptLine.lot_id == unit.lot_id)
        .order_by(ReceiptLine.id)
        .limit(1)
    ).first()
    if line is None or not queries.is_announced(session, unit.id, order.reference):
        raise UnknownCode(unit.code, scanned=unit.code)
    lot = traceability.get_lot(session, line.lot_id)
    ensure_same_lot(found.elements, lot.lot_number, lot.expires_on)
    return line


def _keep(
    session: Session,
    by: tuple[Receipt, Actor],
    what: tuple[Unit, ReceiptLine, int | None],
    request: ScanRequest,
    *,
    now: datetime,
) -> Scanned:
    """Store the scan; without a quantity it is a duplicate and counts nothing."""
    receipt, actor = by
    unit, line, quantity = what
    kept = ReceiptScan(
        receipt_id=receipt.id,
        line_id=line.id,
        unit_id=unit.id,
        client_key=request.client_key,
        code=unit.code,
        outcome=ScanOutcome.DUPLICATE if quantity is None else ScanOutcome.ACCEPTED,
        quantity=quantity or 0,
        counted=quantity is not None,
        scanned_at=now,
        user_id=actor.user_id,
    )
    session.add(kept)
    if quantity is not None:
        _add(session, line, quantity, actor)
    session.flush()
    return _scanned(session, kept)


def _add(session: Session, line: ReceiptLine, quantity: int, actor: Actor) -> None:
    session.execute(
        update(ReceiptLine)
        .where(ReceiptLine.id == line.id)
        .values(
            first_count=func.coalesce(ReceiptLine.first_count, 0) + quantity,
            first_by=actor.user_id,
        )
        .execution_options(synchronize_session=False)
    )


def _scanned(session: Session, kept: ReceiptScan) -> Scanned:
    line = session.get_one(ReceiptLine, kept.line_id, populate_existing=True)
    unit = session.get_one(Unit, kept.unit_id)
    return Scanned(scan=kept, level=unit.level, line=line)


def undo_scan(session: Session, actor: Actor, reference: str, scan_id: int) -> ReceiptLine:
    """Take back one counted scan; the row stays, it no longer counts.

    Raises:
        NotFound: the receipt or the scan is unknown, or the scan does not count.
        ReceiptStateChanged: the count was finished.
    """
    receipt = own_receipt(session, actor, reference)
    step(session, receipt, ReceiptState.DRAFT)
    undone = session.execute(
        update(ReceiptScan)
        .where(
            ReceiptScan.id == scan_id,
            ReceiptScan.receipt_id == receipt.id,
            ReceiptScan.counted,
        )
        .values(counted=False)
        .returning(ReceiptScan.line_id, ReceiptScan.quantity)
    ).first()
    if undone is None:
        raise NotFound("scan")
    line = session.get_one(ReceiptLine, undone.line_id)
    _add(session, line, -undone.quantity, actor)
    return session.get_one(ReceiptLine, undone.line_id, populate_existing=True)
