"""Settlements with suppliers, as lists and pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.kernel.actor import Actor, Permission
from app.kernel.ids import SettlementId
from app.purchasing.models import (
    Invoice,
    PurchaseOrder,
    Settlement,
    SettlementCredit,
    SettlementLine,
    Supplier,
    SupplierReturn,
)


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """A settlement in a list; ``reverses`` is the one it undoes, ``reversed_by`` its undoing."""

    settlement_id: SettlementId
    reference: str
    supplier: str
    supplier_code: str
    total_fen: int
    settled_at: datetime
    user: str
    reason: str
    reverses: str | None
    reversed_by: str | None


@dataclass(frozen=True, slots=True)
class SettledRow:
    """An invoice of a settlement."""

    reference: str
    number: str
    order_reference: str
    invoiced_on: date
    amount_fen: int


@dataclass(frozen=True, slots=True)
class DeductedRow:
    """A credit for returned goods that a settlement deducts."""

    reference: str
    amount_fen: int


def list_settlements(
    session: Session, actor: Actor, before: int | None, limit: int
) -> list[SettlementRow]:
    """Return settlements of the actor's facilities, newest first, at most ``limit`` + 1."""
    conditions: list[ColumnElement[bool]] = []
    if not actor.may(Permission.COUNTY_READ):
        conditions.append(Settlement.facility_id.in_(actor.facility_ids))
    if before is not None:
        conditions.append(Settlement.id < before)
    return _settlements(session, conditions, limit + 1)


def get_settlement_row(session: Session, settlement_id: SettlementId) -> SettlementRow:
    """Return one settlement."""
    (row,) = _settlements(session, [Settlement.id == settlement_id], 1)
    return row


def _settlements(
    session: Session, conditions: list[ColumnElement[bool]], limit: int
) -> list[SettlementRow]:
    undone, undoing = aliased(Settlement), aliased(Settlement)
    rows: Iterable[Any] = session.execute(
        select(
            Settlement.id,
            Settlement.reference,
            Supplier.name,
            Supplier.code,
            Settlement.total_fen,
            Settlement.settled_at,
            UserAccount.name,
            Settlement.reason,
            undone.reference,
            undoing.reference,
        )
        .join(Supplier, Supplier.id == Settlement.supplier_id)
        .join(UserAccount, UserAccount.id == Settlement.user_id)
        .outerjoin(undone, undone.id == Settlement.reverses_id)
        .outerjoin(undoing, undoing.reverses_id == Settlement.id)
        .where(*conditions)
        .order_by(Settlement.id.desc())
        .limit(limit)
    )
    return [SettlementRow(*row) for row in rows]


def list_settled(session: Session, settlement_id: SettlementId) -> list[SettledRow]:
    """Return the invoices of a settlement."""
    rows: Iterable[Any] = session.execute(
        select(
            Invoice.reference,
            Invoice.number,
            PurchaseOrder.reference,
            Invoice.invoiced_on,
            SettlementLine.amount_fen,
        )
        .join(Invoice, Invoice.id == SettlementLine.invoice_id)
        .join(PurchaseOrder, PurchaseOrder.id == Invoice.order_id)
        .where(SettlementLine.settlement_id == settlement_id)
        .order_by(Invoice.id)
    )
    return [SettledRow(*row) for row in rows]


def list_deducted(session: Session, settlement_id: SettlementId) -> list[DeductedRow]:
    """Return the credits a settlement deducts."""
    rows: Iterable[Any] = session.execute(
        select(SupplierReturn.reference, SettlementCredit.amount_fen)
        .join(SupplierReturn, SupplierReturn.id == SettlementCredit.return_id)
        .where(SettlementCredit.settlement_id == settlement_id)
        .order_by(SupplierReturn.id)
    )
    return [DeductedRow(*row) for row in rows]
