"""Purchase plans as lists and pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import UserAccount
from app.catalogue.models import Item
from app.kernel.actor import Actor, Permission
from app.kernel.db import Json
from app.kernel.ids import ItemId, PurchasePlanId, SupplierId
from app.purchasing.models import (
    OrderState,
    PlanLine,
    PurchaseOrder,
    PurchasePlan,
    PurchasePlanState,
    Supplier,
)
from app.purchasing.queries.contracts import whole

NOBODY = "-"
"""Stands for the lines nobody is chosen for."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan in a list; ``total_fen`` is what the buyer's packs cost."""

    plan_id: PurchasePlanId
    reference: str
    state: PurchasePlanState
    created_at: datetime
    writer: str
    items: int
    total_fen: int


@dataclass(frozen=True, slots=True)
class PlanLineRow:
    """A line of a plan; ``arithmetic`` holds every piece of the advice."""

    item_id: ItemId
    item_code: str
    item_name: str
    item_strength: str
    base_unit: str
    pack_unit: str
    units_per_pack: int
    suggested_packs: int
    packs: int
    supplier_id: SupplierId | None
    supplier: str | None
    price_fen: int
    arithmetic: Json

    @property
    def amount_fen(self) -> int:
        """What the buyer's packs cost."""
        return self.packs * self.price_fen


@dataclass(frozen=True, slots=True)
class Share:
    """What a plan buys from one supplier; nobody is chosen yet where it is None."""

    supplier_code: str | None
    supplier: str | None
    items: int
    total_fen: int


def list_plans(session: Session, actor: Actor, before: int | None, limit: int) -> list[PlanRow]:
    """Return plans of the actor's facilities, newest first, at most ``limit`` + 1."""
    sums = (
        select(
            PlanLine.plan_id,
            func.count().filter(PlanLine.packs > 0).label("items"),
            func.sum(PlanLine.packs * PlanLine.price_fen).label("total"),
        )
        .group_by(PlanLine.plan_id)
        .subquery()
    )
    statement = (
        select(
            PurchasePlan.id,
            PurchasePlan.reference,
            PurchasePlan.state,
            PurchasePlan.created_at,
            UserAccount.name,
            func.coalesce(sums.c["items"], 0),
            whole(sums.c.total),
        )
        .join(UserAccount, UserAccount.id == PurchasePlan.user_id)
        .outerjoin(sums, sums.c.plan_id == PurchasePlan.id)
        .order_by(PurchasePlan.id.desc())
        .limit(limit + 1)
    )
    if not actor.may(Permission.COUNTY_READ):
        statement = statement.where(PurchasePlan.facility_id.in_(actor.facility_ids))
    if before is not None:
        statement = statement.where(PurchasePlan.id < before)
    rows: Iterable[Any] = session.execute(statement)
    return [PlanRow(*row) for row in rows]


def plan_shares(session: Session, plan_id: PurchasePlanId) -> list[Share]:
    """Return how a plan is split between suppliers, the dearest first."""
    total = func.sum(PlanLine.packs * PlanLine.price_fen)
    rows: Iterable[Any] = session.execute(
        select(Supplier.code, Supplier.name, func.count(), whole(total))
        .select_from(PlanLine)
        .outerjoin(Supplier, Supplier.id == PlanLine.supplier_id)
        .where(PlanLine.plan_id == plan_id, PlanLine.packs > 0)
        .group_by(Supplier.id)
        .order_by(total.desc(), Supplier.code)
    )
    return [Share(*row) for row in rows]


def list_plan_lines(
    session: Session, plan_id: PurchasePlanId, supplier_code: str | None = None
) -> list[PlanLineRow]:
    """Return the lines of a plan by supplier and item; all, or those of one (NOBODY: of none)."""
    statement = (
        select(
            PlanLine.item_id,
            Item.code,
            PlanLine.item_name,
            PlanLine.item_strength,
            PlanLine.base_unit,
            PlanLine.pack_unit,
            PlanLine.units_per_pack,
            PlanLine.suggested_packs,
            PlanLine.packs,
            PlanLine.supplier_id,
            Supplier.name,
            PlanLine.price_fen,
            PlanLine.arithmetic,
        )
        .join(Item, Item.id == PlanLine.item_id)
        .outerjoin(Supplier, Supplier.id == PlanLine.supplier_id)
        .where(PlanLine.plan_id == plan_id)
        .order_by(Supplier.code, Item.pinyin, Item.code)
    )
    if supplier_code == NOBODY:
        statement = statement.where(PlanLine.supplier_id.is_(None))
    elif supplier_code:
        statement = statement.where(Supplier.code == supplier_code)
    rows: Iterable[Any] = session.execute(statement)
    return [PlanLineRow(*row) for row in rows]


def orders_of_plan(session: Session, plan_id: PurchasePlanId) -> list[tuple[str, OrderState]]:
    """Return reference and state of the orders made of a plan."""
    rows = session.execute(
        select(PurchaseOrder.reference, PurchaseOrder.state)
        .where(PurchaseOrder.plan_id == plan_id)
        .order_by(PurchaseOrder.id)
    )
    return [(row.reference, row.state) for row in rows]
