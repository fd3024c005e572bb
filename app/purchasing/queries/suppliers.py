"""Suppliers with their licences, and prices in force."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.kernel.ids import ContractLineId, ItemId, SupplierId
from app.purchasing.models import (
    Contract,
    ContractLine,
    ContractState,
    PurchaseOrder,
    Supplier,
    SupplierLicence,
)
from app.purchasing.queries.orders import OPEN_ORDERS
from app.purchasing.rules import LicenceKind


@dataclass(frozen=True, slots=True)
class PriceInForce:
    """What a contract says an item costs today."""

    contract_line_id: ContractLineId
    price_fen: int


@dataclass(frozen=True, slots=True)
class SupplierRow:
    """A supplier in a list; ``first_expiry`` is the day its next licence runs out."""

    supplier_id: SupplierId
    code: str
    name: str
    city: str
    phone: str
    is_demo: bool
    first_expiry: date | None
    contracts: int
    open_orders: int


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """A licence of a supplier."""

    kind: LicenceKind
    number: str
    expires_on: date
    is_demo: bool


def list_suppliers(session: Session, *, today: date) -> list[SupplierRow]:
    """Return all suppliers by code; a county has a few dozen."""
    licences = (
        select(func.min(SupplierLicence.expires_on))
        .where(SupplierLicence.supplier_id == Supplier.id)
        .scalar_subquery()
    )
    contracts = (
        select(func.count())
        .where(
            Contract.supplier_id == Supplier.id,
            Contract.state == ContractState.ACTIVE,
            Contract.starts_on <= today,
            Contract.ends_on >= today,
        )
        .scalar_subquery()
    )
    orders = (
        select(func.count())
        .where(PurchaseOrder.supplier_id == Supplier.id, PurchaseOrder.state.in_(OPEN_ORDERS))
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Supplier.id,
            Supplier.code,
            Supplier.name,
            Supplier.city,
            Supplier.phone,
            Supplier.is_demo,
            licences,
            contracts,
            orders,
        ).order_by(Supplier.code)
    )
    return [SupplierRow(*row) for row in rows]


def list_licences(session: Session, supplier_id: SupplierId) -> list[LicenceRow]:
    """Return a supplier's licences by kind."""
    rows = session.execute(
        select(
            SupplierLicence.kind,
            SupplierLicence.number,
            SupplierLicence.expires_on,
            SupplierLicence.is_demo,
        )
        .where(SupplierLicence.supplier_id == supplier_id)
        .order_by(SupplierLicence.kind)
    )
    return [LicenceRow(*row) for row in rows]


def licences_of(session: Session, supplier_id: SupplierId) -> dict[LicenceKind, date]:
    """Return the last valid day of each licence a supplier holds."""
    return {row.kind: row.expires_on for row in list_licences(session, supplier_id)}


def prices_in_force(
    session: Session, supplier_id: SupplierId, item_ids: Collection[ItemId], *, on: date
) -> dict[ItemId, PriceInForce]:
    """Return what a supplier's contracts say these items cost on a day."""
    rows = session.execute(
        select(ContractLine.item_id, ContractLine.id, ContractLine.price_fen).where(
            ContractLine.supplier_id == supplier_id,
            ContractLine.item_id.in_(item_ids),
            ContractLine.in_force,
            ContractLine.starts_on <= on,
            ContractLine.ends_on >= on,
        )
    )
    return {row.item_id: PriceInForce(row.id, row.price_fen) for row in rows}


def price_of_line(supplier_id: Any, item_id: Any, *, on: date) -> ColumnElement[int]:
    """Return what a row's item costs at a row's supplier: under contract, else as listed."""
    contracted = (
        select(ContractLine.price_fen)
        .where(
            ContractLine.supplier_id == supplier_id,
            ContractLine.item_id == item_id,
            ContractLine.in_force,
            ContractLine.starts_on <= on,
            ContractLine.ends_on >= on,
        )
        .scalar_subquery()
    )
    listed = select(Item.price_fen).where(Item.id == item_id).scalar_subquery()
    return func.coalesce(contracted, listed)
