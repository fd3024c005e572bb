"""Tables of purchase orders."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, BigId, Code, key
from app.kernel.ids import (
    ContractLineId,
    FacilityId,
    ItemId,
    PurchaseOrderId,
    PurchasePlanId,
    SupplierId,
    UserId,
)


class OrderState(StrEnum):
    """Life of an order; closed: the rest will not come, cancelled: nothing came."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    SENT = "sent"
    PARTIALLY_RECEIVED = "partially_received"
    RECEIVED = "received"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class PurchaseOrder(Base):
    """Goods ordered from one supplier for one facility (采购订单).

    ``user_id`` wrote it at ``ordered_at``; another person approved it; ``sent_at`` is when
    the supplier got it, from which delivery times count.
    """

    __tablename__ = "purchase_order"
    __table_args__ = (
        CheckConstraint("approved_by <> user_id", name="two_people"),
        CheckConstraint("approved_by IS NULL OR approved_at IS NOT NULL", name="approval"),
        CheckConstraint(
            "state IN ('draft', 'submitted', 'cancelled') OR approved_at IS NOT NULL",
            name="approved_first",
        ),
        CheckConstraint(
            "state NOT IN ('sent', 'partially_received', 'received', 'closed')"
            " OR sent_at IS NOT NULL",
            name="sent_first",
        ),
        CheckConstraint("state NOT IN ('closed', 'cancelled') OR reason <> ''", name="reason"),
        Index("ix_purchase_order_list", "facility_id", "expected_on", "id"),
    )

    id: Mapped[PurchaseOrderId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    supplier_id: Mapped[SupplierId] = mapped_column(ForeignKey("supplier.id"), index=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    state: Mapped[OrderState] = mapped_column(default=OrderState.DRAFT)
    expected_on: Mapped[date]
    ordered_at: Mapped[datetime]
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    submitted_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    sent_at: Mapped[datetime | None]
    plan_id: Mapped[PurchasePlanId | None] = mapped_column(
        ForeignKey("purchase_plan.id"), index=True
    )
    reason: Mapped[str] = mapped_column(default="")
    """Why it was sent back, closed or cancelled."""


class PurchaseOrderLine(Base):
    """An item on an order, with name, pack and price as they were; ``received`` is accepted.

    Quantities are base units; ``price_fen`` is of a sales pack, from ``contract_line_id`` if
    a contract was in force.
    """

    __tablename__ = "purchase_order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "item_id"),
        CheckConstraint("quantity > 0 AND price_fen >= 0", name="bounds"),
        CheckConstraint("0 <= received AND received <= quantity", name="not_over_received"),
        CheckConstraint("quantity % units_per_pack = 0", name="whole_packs"),
        Index("ix_purchase_order_line_contract_line_id", "contract_line_id"),
    )

    id: Mapped[BigId] = key()
    order_id: Mapped[PurchaseOrderId] = mapped_column(ForeignKey("purchase_order.id"))
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"), index=True)
    item_name: Mapped[str]
    item_strength: Mapped[str]
    base_unit: Mapped[str]
    pack_unit: Mapped[str]
    units_per_pack: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[int] = mapped_column(BigInteger)
    price_fen: Mapped[int] = mapped_column(BigInteger)
    contract_line_id: Mapped[ContractLineId | None] = mapped_column(
        ForeignKey("supply_contract_line.id")
    )
    received: Mapped[int] = mapped_column(BigInteger, default=0)

    @property
    def packs(self) -> int:
        """Sales packs ordered."""
        return self.quantity // self.units_per_pack

    @property
    def amount_fen(self) -> int:
        """What the line costs."""
        return self.packs * self.price_fen
