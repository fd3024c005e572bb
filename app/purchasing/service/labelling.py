"""Count goods without trace codes by the GS1 labels on them; lot and expiry come with the scan."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.catalogue import service as catalogue
from app.catalogue.models import Item
from app.inventory.models import Condition
from app.kernel.actor import Actor
from app.kernel.errors import RuleBroken
from app.kernel.local_time import local_day
from app.purchasing.errors import LabelIncomplete, LotNotAnnounced
from app.purchasing.models import PurchaseOrderLine, Receipt, ReceiptLine, ReceiptScan
from app.purchasing.rules import (
    OnReceipt,
    Print,
    choose_print,
    gtin_keys,
    line_for,
    read_print,
)
from app.purchasing.service.scans import Found, Scanned, ScanRequest, keep
from app.traceability.errors import WrongItem
from app.traceability.models import Lot
from app.traceability.rules import CodeKind, Scan, serial_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """The item a label is of, without codes of its own, and the sales packs of one box."""

    item: Item
    packs: int


def labelled_goods(session: Session, found: Scan) -> Labelled | None:
    """Return the goods without trace codes that a goods code or GS1 code is of."""
    keys = [found.code] if found.kind is CodeKind.GOODS else gtin_keys(found.elements)
    pack = catalogue.find_pack(session, keys)
    if pack is None:
        return None
    item = session.get_one(Item, pack.item_id)
    return None if item.is_coded else Labelled(item=item, packs=pack.packs)


def count_label(
    session: Session,
    by: tuple[Receipt, Actor],
    what: tuple[Scan, Labelled],
    request: ScanRequest,
    *,
    now: datetime,
) -> Scanned:
    """Count a labelled box on the line of its lot; one with a serial counts once.

    Raises:
        WrongItem: the item was not ordered.
        LabelIncomplete: the label names the item, and lot or expiry must be typed.
        LotNotAnnounced: the receipt has no line of the lot yet.
        LotMismatch, LotExpired: the label contradicts the notice, or the goods are too old.
    """
    receipt, _ = by
    found, goods = what
    ordered = _ordered(session, receipt, goods.item)
    lines, today = _lines(session, receipt, goods.item), local_day(now)
    ways = [read_print(way, today=today) for way in (found.elements, *found.others)]
    printed = choose_print(ways, lines)
    quantity = printed.packs * goods.packs * goods.item.units_per_pack
    if quantity == 0:
        raise RuleBroken("quantity")
    line = line_for(printed, lines, today=today)
    if line is None:
        raise _to_type(ordered, goods.item, printed, quantity)
    # Where another reading was chosen, the serial that was read with the first is none.
    serial = serial_key(found.elements) if printed == ways[0] else None
    return keep(
        session,
        by,
        Found(
            line=session.get_one(ReceiptLine, line.line_id),
            code=found.code,
            quantity=None if _is_counted(session, receipt, serial) else quantity,
            serial=serial,
        ),
        request,
        now=now,
    )


def _ordered(session: Session, receipt: Receipt, item: Item) -> PurchaseOrderLine:
    line = session.scalars(
        select(PurchaseOrderLine).where(
            PurchaseOrderLine.order_id == receipt.order_id, PurchaseOrderLine.item_id == item.id
        )
    ).first()
    if line is None:
        raise WrongItem(item.name, scanned=item.code, item=item.name)
    return line


def _lines(session: Session, receipt: Receipt, item: Item) -> list[OnReceipt]:
    rows = session.execute(
        select(ReceiptLine.id, Lot.lot_number, Lot.expires_on, ReceiptLine.condition)
        .join(Lot, Lot.id == ReceiptLine.lot_id)
        .where(ReceiptLine.receipt_id == receipt.id, ReceiptLine.item_id == item.id)
        .order_by(ReceiptLine.id)
    )
    return [
        OnReceipt(
            line_id=line_id,
            lot_number=lot_number,
            expires_on=expires_on,
            usable=condition is Condition.USABLE,
        )
        for line_id, lot_number, expires_on, condition in rows
    ]


def _to_type(
    ordered: PurchaseOrderLine, item: Item, printed: Print, quantity: int
) -> LabelIncomplete | LotNotAnnounced:
    """Return the refusal that hands over to the form what the label did say."""
    fill = {
        "order_line_id": ordered.id,
        "maker": item.maker,
        "lot_number": printed.lot_number or "",
        "expires_on": _text(printed.expires_on),
        "quantity": quantity,
    }
    if printed.missing:
        missing = list(printed.missing)
        return LabelIncomplete(item.name, item=item.name, missing=missing, fill=fill)
    lot = printed.lot_number
    return LotNotAnnounced(item.name, item=item.name, lot=lot, fill=fill)


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""


def _is_counted(session: Session, receipt: Receipt, serial: str | None) -> bool:
    if serial is None:
        return False
    counted = exists().where(
        ReceiptScan.receipt_id == receipt.id, ReceiptScan.serial == serial, ReceiptScan.counted
    )
    return bool(session.scalar(select(counted)))
