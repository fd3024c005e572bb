"""What is known for messages: master data as they are now, and the codes of the packs."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import CompoundSelect, Row, and_, func, select, union_all
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.catalogue.models import Item
from app.counting.models import CountEntry, CountLine
from app.dispensing.models import ControlledDispensing, DispensingLine
from app.disposal.models import DestructionLine, WriteOffPack
from app.inventory.models import StockMove, StockPosting
from app.kernel.ids import UploadId
from app.network.models import Facility
from app.purchasing.models import (
    PurchaseOrder,
    Receipt,
    ReceiptScan,
    Supplier,
    SupplierReturn,
    SupplierReturnPack,
)
from app.traceability.models import Aggregation, Lot, Unit, UnitLevel
from app.uploads.models import Upload
from app.uploads.rules import Facts, UploadKind, batch_number
from app.uploads.rules.facts import FactValue

FEN = Decimal(100)
SALES = (UploadKind.SALE, UploadKind.SALE_RETURN)
LINE = func.coalesce(func.nullif(StockMove.line_id, 0), StockMove.origin_line_id)
"""The document line of a leg; a reversal's own is that of what it undoes."""
ORIGINAL = aliased(Upload)
COLUMNS = (
    Upload.id.label("upload_id"),
    Upload.kind,
    Upload.change,
    Upload.document,
    Upload.quantity,
    Upload.split,
    Upload.happened_at,
    ORIGINAL.id.label("original_id"),
    ORIGINAL.kind.label("original_kind"),
    Item.code.label("item_code"),
    Item.insurance_code.label("item_insurance_code"),
    Item.name.label("item_name"),
    Item.strength,
    Item.maker.label("item_maker"),
    Item.pack_unit,
    Item.base_unit,
    Item.units_per_pack,
    Item.price_fen,
    Lot.lot_number,
    Lot.made_on,
    Lot.expires_on,
    Lot.maker.label("lot_maker"),
    Lot.cost_fen,
    Facility.insurance_code.label("facility_insurance_code"),
    Facility.name.label("facility_name"),
    UserAccount.name.label("operator"),
    StockPosting.reason,
    Supplier.code.label("supplier_code"),
    Supplier.name.label("supplier_name"),
    ControlledDispensing.prescription,
    ControlledDispensing.prescriber,
)


def find_facts(session: Session, ids: Collection[UploadId]) -> dict[UploadId, Facts]:
    """Return what may be said in each of these messages."""
    codes = find_codes(session, ids)
    rows = _rows(session, ids)
    return {
        row.upload_id: Facts(values=_values(row), codes=codes.get(row.upload_id, ()))
        for row in rows
    }


def _rows(session: Session, ids: Collection[UploadId]) -> Iterable[Row[Any]]:
    returned = SupplierReturn
    leg = and_(StockMove.id == Upload.source_id, Upload.kind != UploadKind.STOCK_TAKE)
    counted = and_(CountLine.id == Upload.source_id, Upload.kind == UploadKind.STOCK_TAKE)
    given = and_(DispensingLine.id == LINE, Upload.kind.in_(SALES))
    return session.execute(
        select(*COLUMNS)
        .join_from(Upload, Item, Item.id == Upload.item_id)
        .join(Lot, Lot.id == Upload.lot_id)
        .join(Facility, Facility.id == Upload.facility_id)
        .outerjoin(ORIGINAL, ORIGINAL.id == Upload.after_id)
        .outerjoin(StockMove, leg)
        .outerjoin(StockPosting, StockPosting.id == StockMove.posting_id)
        .outerjoin(CountLine, counted)
        .outerjoin(
            UserAccount,
            UserAccount.id == func.coalesce(StockPosting.user_id, CountLine.counted_by_id),
        )
        .outerjoin(Receipt, Receipt.reference == Upload.document)
        .outerjoin(PurchaseOrder, PurchaseOrder.id == Receipt.order_id)
        .outerjoin(returned, returned.reference == Upload.document)
        .outerjoin(
            Supplier,
            Supplier.id == func.coalesce(PurchaseOrder.supplier_id, returned.supplier_id),
        )
        .outerjoin(DispensingLine, given)
        .outerjoin(
            ControlledDispensing,
            ControlledDispensing.dispensing_id == DispensingLine.dispensing_id,
        )
        .where(Upload.id.in_(ids))
    )


def _values(row: Row[Any]) -> dict[str, FactValue]:
    packs = Decimal(row.quantity) / row.units_per_pack
    fen = row.price_fen if row.kind in SALES else row.cost_fen
    per_pack = Decimal(fen) / FEN
    batch = row.original_id if row.kind is UploadKind.REMOVAL else row.upload_id
    return {
        "batch": batch_number(batch),
        "change": row.change.value,
        "document": row.document,
        "happened": row.happened_at,
        "item.code": row.item_code,
        "item.insurance_code": row.item_insurance_code,
        "item.maker": row.item_maker,
        "item.name": row.item_name,
        "item.strength": row.strength,
        "item.unit": row.base_unit if row.split else row.pack_unit,
        "lot.expires_on": row.expires_on,
        "lot.made_on": row.made_on,
        "lot.maker": row.lot_maker,
        "lot.number": row.lot_number,
        "facility.insurance_code": row.facility_insurance_code,
        "facility.name": row.facility_name,
        "operator": row.operator,
        "original.batch": batch_number(row.original_id) if row.original_id else None,
        "original.kind": row.original_kind.value if row.original_kind else None,
        "prescriber": row.prescriber,
        "prescription": row.prescription,
        "price": round(per_pack / row.units_per_pack if row.split else per_pack, 6),
        "quantity.base": row.quantity,
        "quantity.counted": row.quantity if row.split else round(packs, 4),
        "quantity.packs": round(packs, 4),
        "reason": row.reason,
        "split": row.split,
        "supplier.code": row.supplier_code,
        "supplier.name": row.supplier_name,
    }


def find_codes(session: Session, ids: Collection[UploadId]) -> dict[UploadId, list[str]]:
    """Return the codes of the sales packs each message is about, in order.

    A carton stands for the packs it came with, whatever became of it since.
    """
    named = _named(ids).subquery("named")
    columns = (named.c.upload_id, Unit.id.label("unit_id"), Unit.level, Unit.code)
    tree = select(*columns).join(Unit, Unit.id == named.c.unit_id).cte("tree", recursive=True)
    inner = select(tree.c.upload_id, Unit.id, Unit.level, Unit.code)
    tree = tree.union(
        inner.join_from(tree, Aggregation, Aggregation.parent_id == tree.c.unit_id).join(
            Unit, Unit.id == Aggregation.child_id
        )
    )
    rows = session.execute(
        select(tree.c.upload_id, tree.c.code)
        .where(tree.c.level == UnitLevel.PACK)
        .order_by(tree.c.upload_id, tree.c.code)
    )
    found: defaultdict[UploadId, list[str]] = defaultdict(list)
    for upload_id, code in rows:
        found[upload_id].append(code)
    return found


def _named(ids: Collection[UploadId]) -> CompoundSelect[Any]:
    """Select the units that were scanned for each message."""
    wanted = Upload.id.in_(ids)
    legs = select(Upload.id.label("upload_id")).join(StockMove, StockMove.id == Upload.source_id)
    sales = legs.join(DispensingLine, DispensingLine.id == LINE)
    bought = legs.join(ReceiptScan, ReceiptScan.line_id == LINE)
    sent_back = legs.join(SupplierReturnPack, SupplierReturnPack.line_id == LINE)
    destroyed = legs.join(
        DestructionLine,
        and_(StockMove.line_kind == "destruction_line", DestructionLine.id == LINE),
    )
    lost = legs.join(
        WriteOffPack, and_(StockMove.line_kind == "write_off_line", WriteOffPack.line_id == LINE)
    )
    counted = (
        select(Upload.id)
        .join(CountLine, CountLine.id == Upload.source_id)
        .join(
            CountEntry,
            and_(CountEntry.line_id == CountLine.id, CountEntry.round == CountLine.round),
        )
    )
    return union_all(
        sales.add_columns(DispensingLine.unit_id.label("unit_id")).where(
            wanted, Upload.kind.in_(SALES)
        ),
        bought.add_columns(ReceiptScan.unit_id).where(
            wanted, Upload.kind == UploadKind.PURCHASE, ReceiptScan.counted
        ),
        sent_back.add_columns(SupplierReturnPack.unit_id).where(
            wanted, Upload.kind == UploadKind.PURCHASE_RETURN
        ),
        destroyed.join(WriteOffPack, WriteOffPack.line_id == DestructionLine.line_id)
        .add_columns(WriteOffPack.unit_id)
        .where(wanted, Upload.kind == UploadKind.STOCK_CHANGE),
        lost.add_columns(WriteOffPack.unit_id).where(
            wanted, Upload.kind == UploadKind.STOCK_CHANGE
        ),
        counted.add_columns(CountEntry.unit_id).where(wanted, Upload.kind == UploadKind.STOCK_TAKE),
    )
