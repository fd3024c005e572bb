"""Goods of receipts that may go back to their suppliers, and where they lie."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, tuple_
from sqlalchemy.orm import Session

from app.catalogue.models import Item, SpecialClass
from app.inventory.models import Condition, Place, PlaceKind, StockBalance
from app.inventory.queries import is_item
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, ItemId, LotId, PlaceId, SupplierId
from app.purchasing.models import (
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
    Supplier,
)
from app.purchasing.rules import (
    returnable,
)
from app.traceability.models import Lot, LotHold

NEAR_DAYS = 180
PLACES = (PlaceKind.BIN, PlaceKind.RECEIVING)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnableFilter:
    """Which goods to show: what is near its expiry or set apart, unless something is asked."""

    text: str = ""
    supplier_code: str = ""
    lot_id: LotId | None = None


@dataclass(frozen=True, slots=True)
class ReturnableRow:
    """What of a receipt's line lies at one place in one condition."""

    line_id: int
    balance_id: int
    facility_id: FacilityId
    supplier_id: SupplierId
    supplier: str
    supplier_code: str
    receipt_reference: str
    accepted_at: datetime
    place_id: PlaceId
    place_kind: PlaceKind
    place_code: str
    item_id: ItemId
    item_code: str
    item_name: str
    strength: str
    base_unit: str
    is_coded: bool
    special_class: SpecialClass
    lot_id: LotId
    lot_number: str
    expires_on: date
    hold: LotHold
    condition: Condition
    units_per_pack: int
    price_fen: int
    accepted: int
    returned: int
    free: int

    @property
    def most(self) -> int:
        """Base units that may go back from here."""
        return returnable(self.accepted, self.returned, self.free)

    @property
    def is_controlled(self) -> bool:
        """Whether it is a controlled medicine."""
        return self.special_class is not SpecialClass.NONE


def list_returnable(
    session: Session, actor: Actor, wanted: ReturnableFilter, limit: int, *, today: date
) -> list[ReturnableRow]:
    """Return what may go back to suppliers, the soonest to expire first."""
    conditions: list[ColumnElement[bool]] = [StockBalance.on_hand > StockBalance.reserved]
    if wanted.supplier_code:
        conditions.append(Supplier.code == wanted.supplier_code)
    if wanted.lot_id is not None:
        conditions.append(StockBalance.lot_id == wanted.lot_id)
    if wanted.text:
        conditions.append(or_(is_item(wanted.text), Lot.lot_number == wanted.text.upper()))
    if not (wanted.text or wanted.lot_id):
        conditions.append(
            or_(
                StockBalance.expires_on <= today + timedelta(days=NEAR_DAYS),
                StockBalance.condition != Condition.USABLE,
                Lot.hold != LotHold.NONE,
            )
        )
    statement = _returnable(actor).where(*conditions)
    ordered = statement.order_by(
        StockBalance.expires_on, Item.pinyin, StockBalance.id, ReceiptLine.id
    )
    rows: Iterable[Any] = session.execute(ordered.limit(limit))
    return [ReturnableRow(*row) for row in rows]


def returnable_of(
    session: Session, actor: Actor, pairs: Collection[tuple[int, int]]
) -> list[ReturnableRow]:
    """Return these goods of the actor's facilities, named by receipt line and balance."""
    statement = _returnable(actor).where(tuple_(ReceiptLine.id, StockBalance.id).in_(pairs))
    rows: Iterable[Any] = session.execute(statement.order_by(ReceiptLine.id, StockBalance.id))
    return [ReturnableRow(*row) for row in rows]


COLUMNS = (
    ReceiptLine.id,
    StockBalance.id,
    Receipt.facility_id,
    Supplier.id,
    Supplier.name,
    Supplier.code,
    Receipt.reference,
    Receipt.accepted_at,
    Place.id,
    Place.kind,
    Place.code,
    Item.id,
    Item.code,
    Item.name,
    Item.strength,
    Item.base_unit,
    Item.is_coded,
    Item.special_class,
    Lot.id,
    Lot.lot_number,
    Lot.expires_on,
    Lot.hold,
    StockBalance.condition,
    PurchaseOrderLine.units_per_pack,
    PurchaseOrderLine.price_fen,
    ReceiptLine.accepted,
    ReceiptLine.returned,
    (StockBalance.on_hand - StockBalance.reserved).label("free"),
)
"""What a row tells, in the order of its fields."""


def _returnable(actor: Actor) -> Any:
    here = and_(
        StockBalance.lot_id == ReceiptLine.lot_id,
        StockBalance.facility_id == Receipt.facility_id,
        StockBalance.owner_id == Receipt.facility_id,
    )
    return (
        select(*COLUMNS)
        .join_from(ReceiptLine, Receipt, Receipt.id == ReceiptLine.receipt_id)
        .join(PurchaseOrder, PurchaseOrder.id == Receipt.order_id)
        .join(PurchaseOrderLine, PurchaseOrderLine.id == ReceiptLine.order_line_id)
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .join(StockBalance, here)
        .join(Place, Place.id == StockBalance.place_id)
        .join(Item, Item.id == ReceiptLine.item_id)
        .join(Lot, Lot.id == ReceiptLine.lot_id)
        .where(
            Receipt.facility_id.in_(actor.facility_ids),
            ReceiptLine.placed_at.is_not(None),
            ReceiptLine.accepted > ReceiptLine.returned,
            Place.kind.in_(PLACES),
        )
    )
