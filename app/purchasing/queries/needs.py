"""What the county needs: requests not yet met, goods on order, and who may sell them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.fulfilment.models import Requisition, RequisitionLine
from app.fulfilment.rules import COMING, RequisitionState
from app.kernel.ids import FacilityId, ItemId, SupplierId
from app.network.models import Facility
from app.purchasing.models import (
    Contract,
    ContractLine,
    OrderState,
    PurchaseOrder,
    PurchaseOrderLine,
)
from app.purchasing.queries.contracts import whole
from app.purchasing.rules import ContractKind

STILL_TO_COME = (
    OrderState.DRAFT,
    OrderState.SUBMITTED,
    OrderState.APPROVED,
    OrderState.SENT,
    OrderState.PARTIALLY_RECEIVED,
)
Subject = tuple[FacilityId, ItemId]


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """An item as a plan keeps it."""

    item_id: ItemId
    name: str
    strength: str
    base_unit: str
    pack_unit: str
    units_per_pack: int
    listed_fen: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Base units granted and on their way, and asked for but not granted."""

    coming: int = 0
    asked: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """Who sells an item at which contract price."""

    supplier_id: SupplierId
    price_fen: int


def planned_items(session: Session) -> list[PlannedItem]:
    """Return the items the county keeps in stock, by pinyin."""
    rows: Iterable[Any] = session.execute(
        select(
            Item.id,
            Item.name,
            Item.strength,
            Item.base_unit,
            Item.pack_unit,
            Item.units_per_pack,
            Item.price_fen,
        )
        .where(Item.is_stocked)
        .order_by(Item.pinyin, Item.code)
    )
    return [PlannedItem(*row) for row in rows]


def served_facilities(session: Session, centre_id: FacilityId) -> dict[FacilityId, str]:
    """Return the facilities that are served from the centre, by name."""
    rows = session.execute(
        select(Facility.id, Facility.short_name)
        .where(Facility.active, Facility.id != centre_id)
        .order_by(Facility.code)
    )
    return {row.id: row.short_name for row in rows}


def requested(session: Session, centre_id: FacilityId) -> dict[Subject, Asked]:
    """Return what facilities asked of the centre and have not received."""
    submitted = Requisition.state == RequisitionState.SUBMITTED
    granted = func.coalesce(RequisitionLine.approved_quantity, 0) - RequisitionLine.shortage
    rows = session.execute(
        select(
            Requisition.facility_id,
            RequisitionLine.item_id,
            whole(func.sum(granted).filter(~submitted)),
            whole(func.sum(RequisitionLine.asked).filter(submitted)),
            whole(func.sum(RequisitionLine.shortage).filter(~submitted)),
        )
        .join(RequisitionLine, RequisitionLine.requisition_id == Requisition.id)
        .where(
            Requisition.supplier_id == centre_id,
            or_(submitted, Requisition.state.in_(COMING)),
        )
        .group_by(Requisition.facility_id, RequisitionLine.item_id)
    )
    return {
        (facility, item): Asked(coming, asked + short)
        for facility, item, coming, asked, short in rows
    }


def on_order(session: Session, centre_id: FacilityId) -> dict[ItemId, int]:
    """Return what is ordered for the centre, drafts included, and has not come."""
    left = PurchaseOrderLine.quantity - PurchaseOrderLine.received
    rows = session.execute(
        select(PurchaseOrderLine.item_id, whole(func.sum(left)))
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseOrderLine.order_id)
        .where(PurchaseOrder.facility_id == centre_id, PurchaseOrder.state.in_(STILL_TO_COME))
        .group_by(PurchaseOrderLine.item_id)
    )
    return {row[0]: row[1] for row in rows}


def best_offers(
    session: Session, item_ids: Collection[ItemId], *, today: date
) -> dict[ItemId, Offer]:
    """Return the contract to buy each item under: a promised volume first, then the price."""
    rows = session.execute(
        select(ContractLine.item_id, ContractLine.supplier_id, ContractLine.price_fen)
        .join(Contract, Contract.id == ContractLine.contract_id)
        .where(
            ContractLine.item_id.in_(item_ids),
            ContractLine.in_force,
            ContractLine.starts_on <= today,
            ContractLine.ends_on >= today,
        )
        .order_by(
            ContractLine.item_id,
            Contract.kind != ContractKind.VOLUME_BASED,
            ContractLine.price_fen,
            ContractLine.id,
        )
    )
    offers: dict[ItemId, Offer] = {}
    for item_id, supplier_id, price_fen in rows:
        offers.setdefault(item_id, Offer(supplier_id, price_fen))
    return offers
