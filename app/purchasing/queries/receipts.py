"""One receipt: its head, lines, scans and the bins its goods may go to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.catalogue.models import Item, SpecialClass, StorageClass
from app.inventory.models import Condition, Place, PlaceKind, StockBalance
from app.kernel.ids import FacilityId, ItemId, ReceiptId
from app.purchasing.models import (
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
    ReceiptPlacement,
    ReceiptScan,
    ReceiptState,
    ScanOutcome,
    Supplier,
)
from app.traceability.models import Lot, LotHold, Unit, UnitLevel

RECENT_SCANS = 12


@dataclass(frozen=True, slots=True)
class ReceiptHead:
    """A receipt: of which order, from whom, opened and accepted by whom."""

    receipt_id: ReceiptId
    reference: str
    facility_id: FacilityId
    order_reference: str
    supplier: str
    state: ReceiptState
    opened_at: datetime
    opened_by: str
    accepted_at: datetime | None
    accepted_by: str | None
    second_person: str | None


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of a receipt with its item and lot."""

    line_id: int
    item_id: ItemId
    item_code: str
    item_name: str
    strength: str
    base_unit: str
    pack_unit: str
    units_per_pack: int
    is_coded: bool
    storage_class: StorageClass
    special_class: SpecialClass
    lot_id: int
    lot_number: str
    maker: str
    expires_on: date
    hold: LotHold
    expected: int
    first_count: int | None
    first_by: str | None
    second_count: int | None
    second_by: str | None
    condition: Condition
    reason: str
    accepted: int | None
    placed_at: datetime | None
    placements: list[dict[str, Any]]
    released_at: datetime | None

    @property
    def place_code(self) -> str | None:
        """The bin the goods went to, or the bins they were split over."""
        return "、".join(part["place_code"] for part in self.placements) or None

    @property
    def needs_record(self) -> bool:
        """Whether it matters how warm the goods were on the road."""
        return self.storage_class is not StorageClass.AMBIENT

    @property
    def waits(self) -> bool:
        """Whether quality has not released the goods yet."""
        return self.condition is Condition.QUARANTINE and self.released_at is None

    @property
    def is_controlled(self) -> bool:
        """Whether two people must sign for it (双人复核)."""
        return self.special_class is not SpecialClass.NONE

    @property
    def differs(self) -> bool:
        """Whether the first count is not what the delivery note says."""
        return self.first_count is not None and self.first_count != self.expected


@dataclass(frozen=True, slots=True)
class ScanRow:
    """One scan of a receipt; a label of goods without trace codes has no level."""

    scan_id: int
    code: str
    level: UnitLevel | None
    item_name: str
    base_unit: str
    quantity: int
    outcome: ScanOutcome
    counted: bool
    scanned_at: datetime


@dataclass(frozen=True, slots=True)
class TypedChoice:
    """An ordered item without codes, whose lots may be typed."""

    order_line_id: int
    item_name: str
    strength: str
    maker: str
    base_unit: str
    outstanding: int


def get_head(session: Session, receipt_id: ReceiptId) -> ReceiptHead:
    """Return the head of a receipt."""
    opener, accepter, second = (aliased(UserAccount) for _ in range(3))
    row = session.execute(
        select(
            Receipt.id,
            Receipt.reference,
            Receipt.facility_id,
            PurchaseOrder.reference,
            Supplier.name,
            Receipt.state,
            Receipt.opened_at,
            opener.name,
            Receipt.accepted_at,
            accepter.name,
            second.name,
        )
        .join(PurchaseOrder, PurchaseOrder.id == Receipt.order_id)
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .join(opener, opener.id == Receipt.opened_by)
        .outerjoin(accepter, accepter.id == Receipt.accepted_by)
        .outerjoin(second, second.id == Receipt.second_user_id)
        .where(Receipt.id == receipt_id)
    ).one()
    return ReceiptHead(*row)


def list_lines(session: Session, receipt_id: ReceiptId) -> list[LineRow]:
    """Return the lines of a receipt in the order of the purchase order."""
    return _lines(session, ReceiptLine.receipt_id == receipt_id)


def get_line_row(session: Session, line_id: int) -> LineRow:
    """Return one line of a receipt with its item and lot."""
    (row,) = _lines(session, ReceiptLine.id == line_id)
    return row


def placements_of_line() -> ScalarSelect[Any]:
    """Return, for the line of the query around it, its parts by bin as a list."""
    part = func.jsonb_build_object("place_code", Place.code, "quantity", ReceiptPlacement.quantity)
    listed = func.jsonb_agg(aggregate_order_by(part, ReceiptPlacement.id))
    return (
        select(func.coalesce(listed, cast([], JSONB)))
        .join(Place, Place.id == ReceiptPlacement.place_id)
        .where(ReceiptPlacement.line_id == ReceiptLine.id)
        .correlate(ReceiptLine)
        .scalar_subquery()
    )


def _lines(session: Session, which: ColumnElement[bool]) -> list[LineRow]:
    first, second = aliased(UserAccount), aliased(UserAccount)
    rows: Iterable[Any] = session.execute(
        select(
            ReceiptLine.id,
            Item.id,
            Item.code,
            Item.name,
            Item.strength,
            Item.base_unit,
            Item.pack_unit,
            Item.units_per_pack,
            Item.is_coded,
            Item.storage_class,
            Item.special_class,
            Lot.id,
            Lot.lot_number,
            Lot.maker,
            Lot.expires_on,
            Lot.hold,
            ReceiptLine.expected,
            ReceiptLine.first_count,
            first.name,
            ReceiptLine.second_count,
            second.name,
            ReceiptLine.condition,
            ReceiptLine.reason,
            ReceiptLine.accepted,
            ReceiptLine.placed_at,
            placements_of_line(),
            ReceiptLine.released_at,
        )
        .join(Item, Item.id == ReceiptLine.item_id)
        .join(Lot, Lot.id == ReceiptLine.lot_id)
        .outerjoin(first, first.id == ReceiptLine.first_by)
        .outerjoin(second, second.id == ReceiptLine.second_by)
        .where(which)
        .order_by(ReceiptLine.order_line_id, ReceiptLine.id)
    )
    return [LineRow(*row) for row in rows]


def list_scans(session: Session, receipt_id: ReceiptId) -> list[ScanRow]:
    """Return the newest scans of a receipt."""
    rows = session.execute(
        select(
            ReceiptScan.id,
            ReceiptScan.code,
            Unit.level,
            Item.name,
            Item.base_unit,
            ReceiptScan.quantity,
            ReceiptScan.outcome,
            ReceiptScan.counted,
            ReceiptScan.scanned_at,
        )
        .join(ReceiptLine, ReceiptLine.id == ReceiptScan.line_id)
        .join(Item, Item.id == ReceiptLine.item_id)
        .outerjoin(Unit, Unit.id == ReceiptScan.unit_id)
        .where(ReceiptScan.receipt_id == receipt_id)
        .order_by(ReceiptScan.id.desc())
        .limit(RECENT_SCANS)
    )
    return [ScanRow(*row) for row in rows]


def list_typed_choices(session: Session, receipt_id: ReceiptId) -> list[TypedChoice]:
    """Return the ordered items without codes that have not all arrived yet."""
    rows = session.execute(
        select(
            PurchaseOrderLine.id,
            PurchaseOrderLine.item_name,
            PurchaseOrderLine.item_strength,
            Item.maker,
            Item.base_unit,
            PurchaseOrderLine.quantity - PurchaseOrderLine.received,
        )
        .join(Receipt, Receipt.order_id == PurchaseOrderLine.order_id)
        .join(Item, Item.id == PurchaseOrderLine.item_id)
        .where(
            Receipt.id == receipt_id,
            ~Item.is_coded,
            PurchaseOrderLine.received < PurchaseOrderLine.quantity,
        )
        .order_by(PurchaseOrderLine.id)
    )
    return [TypedChoice(*row) for row in rows]


def fullest_bins(
    session: Session, facility_id: FacilityId, item_ids: set[ItemId]
) -> dict[ItemId, int]:
    """Return, for items already on the shelves, the bin that holds most of each."""
    amount = func.sum(StockBalance.on_hand)
    rows = session.execute(
        select(StockBalance.item_id, StockBalance.place_id)
        .join(Place, Place.id == StockBalance.place_id)
        .where(
            StockBalance.facility_id == facility_id,
            StockBalance.item_id.in_(item_ids),
            StockBalance.on_hand > 0,
            Place.kind == PlaceKind.BIN,
        )
        .group_by(StockBalance.item_id, StockBalance.place_id)
        .order_by(amount, StockBalance.place_id.desc())
    )
    return {row.item_id: row.place_id for row in rows}


def prices_of_receipt(session: Session, receipt_id: ReceiptId) -> dict[int, tuple[int, int]]:
    """Return, for each line of a receipt, the price of a sales pack and what one holds."""
    rows = session.execute(
        select(ReceiptLine.id, PurchaseOrderLine.price_fen, PurchaseOrderLine.units_per_pack)
        .join(PurchaseOrderLine, PurchaseOrderLine.id == ReceiptLine.order_line_id)
        .where(ReceiptLine.receipt_id == receipt_id)
    )
    return {line_id: (price, units) for line_id, price, units in rows}
