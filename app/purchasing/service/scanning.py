"""Count goods by scanning cartons, packs and labels."""

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.catalogue import service as catalogue
from app.inventory import service as inventory
from app.inventory.models import PlaceKind
from app.kernel.actor import Actor
from app.kernel.db import refusing
from app.kernel.errors import DomainError, NotFound
from app.kernel.ids import UnitId
from app.kernel.incidents import Incident
from app.kernel.local_time import local_day
from app.purchasing import queries
from app.purchasing.errors import UndoTooLate
from app.purchasing.models import (
    PurchaseOrder,
    Receipt,
    ReceiptLine,
    ReceiptScan,
    ReceiptState,
)
from app.purchasing.rules import ensure_same_lot, read_print
from app.purchasing.service.labelling import count_label, labelled_goods
from app.purchasing.service.opening import own_receipt, step
from app.purchasing.service.scans import (
    Found,
    Scanned,
    ScanRequest,
    add_to_count,
    first_answer,
    keep,
)
from app.traceability import service as traceability
from app.traceability.errors import (
    CartonIncomplete,
    ExpiryMismatch,
    LotMismatch,
    NotATraceCode,
    NotHere,
    NotShippedHere,
    PackSetApart,
    ParentChildMix,
    WrongItem,
)
from app.traceability.models import Disposition, Unit, UnitLevel
from app.traceability.rules import CodeKind, Scan, recognise


def scan(
    session: Session, actor: Actor, reference: str, request: ScanRequest, *, now: datetime
) -> Scanned:
    """Count a carton with all its packs, a single pack, or a box by its GS1 label.

    A pack counted before, alone or within its carton, is a duplicate and changes nothing.

    Raises:
        MalformedCode: it is a GS1 code by its looks only.
        LabelIncomplete, LotNotAnnounced: a person must type the rest of the label.
        NotFound: the receipt is unknown, or not the actor's to work on.
        ReceiptStateChanged: the count was finished.
        NotATraceCode: a goods code (69 码), or a code of ours for something else.
        UnknownCode: nobody announced the code.
        NotShippedHere: it was announced, but not for this order.
        WrongItem: the pack is of an item that was not ordered.
        LotMismatch, ExpiryMismatch: the label names another lot or expiry than was announced.
        CartonIncomplete: packs were taken out of this carton.
        PackSetApart: the pack is in quarantine.
        NotHere: the pack was received before.
        ParentChildMix: packs of this carton were counted one by one.
    """
    receipt = own_receipt(session, actor, reference)
    step(session, receipt, ReceiptState.DRAFT)
    first = first_answer(session, receipt, request)
    if first is not None:
        return first
    found, by = recognise(request.code), (receipt, actor)
    unit = traceability.get_units(session, [found.code]).get(found.code)
    if unit is None and found.fault is not None:
        raise found.fault
    goods = labelled_goods(session, found) if unit is None else None
    if goods is not None:
        return count_label(session, by, (found, goods), request, now=now)
    if unit is None:
        raise _why_unknown(session, by, found, now=now)
    counted = _count_unit(session, receipt, unit, (found, now))
    return keep(session, by, counted, request, now=now)


def _count_unit(
    session: Session, receipt: Receipt, unit: Unit, scanned: tuple[Scan, datetime]
) -> Found:
    found, now = scanned
    if unit.level is UnitLevel.TOTE:
        raise NotATraceCode(found.code, scanned=found.code, kind=unit.level.value)
    if unit.disposition is Disposition.QUARANTINE:
        raise PackSetApart(unit.code, scanned=unit.code, reason="")
    line = _line_of(session, receipt, unit, found, today=local_day(now))
    if queries.counted_above(session, receipt.id, unit.id):
        return Found(line=line, code=unit.code, quantity=None, unit=unit)
    if queries.counted_below(session, receipt.id, unit.id):
        raise ParentChildMix(unit.code, scanned=unit.code)
    if unit.level is UnitLevel.CARTON and unit.is_open:
        raise CartonIncomplete(unit.code, scanned=unit.code)
    supplier = inventory.place_for(session, receipt.facility_id, PlaceKind.SUPPLIER)
    if traceability.place_of(session, [unit.id])[unit.id] != supplier.id:
        raise NotHere(unit.code, scanned=unit.code)
    quantity = traceability.content_of(session, [UnitId(unit.id)])
    return Found(line=line, code=unit.code, quantity=quantity, unit=unit)


def _why_unknown(
    session: Session, by: tuple[Receipt, Actor], found: Scan, *, now: datetime
) -> DomainError:
    """Return what is wrong with a code of which no unit is known: of another item, or unknown."""
    receipt, actor = by
    if found.kind is CodeKind.CN20:
        ordered = queries.ordered_classes(session, receipt.order_id)
        known = traceability.item_of_code(session, found.code)
        if ordered and known not in ordered:
            scanned = catalogue.find_items(session, [known])[known].name if known else ""
            return WrongItem(
                found.code,
                scanned=found.code,
                item=scanned or found.code[:7],
                expected=", ".join(sorted(ordered.values())),
            )
    return traceability.why_unknown(session, actor, found, now=now)


def _line_of(
    session: Session, receipt: Receipt, unit: Unit, found: Scan, *, today: date
) -> ReceiptLine:
    order = session.get_one(PurchaseOrder, receipt.order_id)
    if not queries.is_ordered(session, order.id, unit.item_id):
        expected = ", ".join(sorted(queries.ordered_names(session, order.id)))
        raise WrongItem(
            unit.code,
            scanned=unit.code,
            item=queries.item_name(session, unit),
            expected=expected,
        )
    line = session.scalars(
        select(ReceiptLine)
        .where(ReceiptLine.receipt_id == receipt.id, ReceiptLine.lot_id == unit.lot_id)
        .order_by(ReceiptLine.id)
        .limit(1)
    ).first()
    if line is None or not queries.is_announced(session, unit.id, order.reference):
        raise NotShippedHere(unit.code, scanned=unit.code)
    lot = traceability.get_lot(session, line.lot_id)
    printed = read_print(found.elements, today=today)
    try:
        ensure_same_lot(printed, lot.lot_number, lot.expires_on)
    except LotMismatch as refusal:
        raise refusal.leaving(_relabelled(session, receipt, unit, refusal)) from refusal
    return line


def _relabelled(session: Session, receipt: Receipt, unit: Unit, refusal: LotMismatch) -> Incident:
    """Return what stays of a pack whose label contradicts the record: it is set apart."""
    expiry = isinstance(refusal, ExpiryMismatch)
    told = refusal.data
    return Incident(
        kind=refusal.code,
        key=f"label:{unit.id}:{receipt.id}",
        level=2,
        code=unit.code,
        what=queries.item_name(session, unit),
        document=receipt.reference,
        facility_id=receipt.facility_id,
        details={
            "expected": told["expires_on" if expiry else "lot"],
            "found": told["found_expires_on" if expiry else "found_lot"],
            "quarantine": unit.code,
        },
        quarantine=(unit.id,),
    )


def undo_scan(session: Session, actor: Actor, reference: str, scan_id: int) -> ReceiptLine:
    """Take back one counted scan; the row stays, it no longer counts.

    Raises:
        NotFound: the receipt or the scan is unknown, or the scan does not count.
        ReceiptStateChanged: the count was finished.
        UndoTooLate: the goods are not on the line any more.
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
    with refusing(session, "ck_receipt_line_not_negative", UndoTooLate(reference)):
        add_to_count(session, line, -undone.quantity, actor)
    return session.get_one(ReceiptLine, undone.line_id, populate_existing=True)
