"""Tables of consolidated purchase plans."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Code, Json, key
from app.kernel.ids import FacilityId, ItemId, PurchasePlanId, SupplierId, UserId


class PurchasePlanState(StrEnum):
    """Life of a plan: the buyer adjusts it, orders were made of it, or it was dropped."""

    DRAFT = "draft"
    ORDERED = "ordered"
    CANCELLED = "cancelled"


class PurchasePlan(Base):
    """What the county should buy, from all facilities' needs (采购计划); one draft at a time."""

    __tablename__ = "purchase_plan"
    __table_args__ = (
        Index(
            "uq_purchase_plan_draft",
            "facility_id",
            unique=True,
            postgresql_where=text("state = 'draft'"),
        ),
        Index("ix_purchase_plan_list", "facility_id", "id"),
    )

    id: Mapped[PurchasePlanId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    state: Mapped[PurchasePlanState] = mapped_column(default=PurchasePlanState.DRAFT)
    created_at: Mapped[datetime]
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    closed_at: Mapped[datetime | None]


class PlanLine(Base):
    """An item of a plan: the advice with its arithmetic, and what the buyer made of it."""

    __tablename__ = "purchase_plan_line"
    __table_args__ = (
        CheckConstraint("packs >= 0 AND suggested_packs >= 0", name="not_negative"),
        CheckConstraint("price_fen >= 0", name="price"),
    )

    plan_id: Mapped[PurchasePlanId] = mapped_column(
        ForeignKey("purchase_plan.id"), primary_key=True
    )
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"), primary_key=True)
    item_name: Mapped[str]
    item_strength: Mapped[str]
    base_unit: Mapped[str]
    pack_unit: Mapped[str]
    units_per_pack: Mapped[int] = mapped_column(BigInteger)
    suggested_packs: Mapped[int] = mapped_column(BigInteger)
    packs: Mapped[int] = mapped_column(BigInteger)
    supplier_id: Mapped[SupplierId | None] = mapped_column(ForeignKey("supplier.id"))
    price_fen: Mapped[int] = mapped_column(BigInteger)
    """Of a sales pack, as it was when the plan was made: under contract, else listed."""
    arithmetic: Mapped[Json]
