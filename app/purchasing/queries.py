"""Read side of purchasing: orders and receipts as flat rows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.catalogue.models import Item, SpecialClass, StorageClass
from app.inventory.models import Condition, Place, PlaceKind, StockBalance
from app.kernel.ids import FacilityId, ItemId, LotId, PlaceId, ReceiptId, UnitId
from app.purchasing.models import (
    OrderState,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
    ReceiptScan,
    ReceiptState,
    Supplier,
)
from app.traceability.models import BizStep, EventUnit, Lot, TraceEvent, Unit
