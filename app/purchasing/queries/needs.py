"""What a plan is made of beside the needs: items, goods on order, and who may sell them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.kernel.ids import FacilityId, ItemId, SupplierId
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
class Offer:
    """Who sells an item at which contract price."""

    supplier_id: SupplierId
    price_fen: int


def planned_items(session: Session, item_ids: Collection[ItemId]) -> dict[ItemId, PlannedItem]:
    """Return items as a plan keeps them."""
    rows: Iterable[Any] = session.execute(
        select(
            Item.id,
            Item.name,
            Item.strength,
            Item.base_unit,
            Item.pack_unit,
            Item.units_per_pack,
            Item.price_fen,
        ).where(Item.id.in_(item_ids))
    )
    return {row[0]: PlannedItem(*row) for row in rows}


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
