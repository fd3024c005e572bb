"""Tables of goods that go back to their supplier, and the credit they leave."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.inventory.models import Condition
from app.kernel.db import Base, BigId, Code, key
from app.kernel.ids import (
    FacilityId,
    ItemId,
    LotId,
    PlaceId,
    SettlementId,
    SupplierId,
    SupplierReturnId,
    UnitId,
    UserId,
)
from app.purchasing.rules import SupplierReturnReason, SupplierReturnState


class SupplierReturn(Base):
    """Goods that go back to the supplier they came from (退货单).

    ``credit_fen`` is what the supplier owes once they are sent; ``settlement_id`` the
    settlement that deducted it. ``origin`` names the document the goods came with.
    """

    __tablename__ = "supplier_return"
    __table_args__ = (
        CheckConstraint("decided_by <> created_by", name="two_people"),
        CheckConstraint("second_user_id <> sent_by", name="two_send"),
        CheckConstraint("state <> 'refused' OR answer <> ''", name="refused_with_reason"),
        CheckConstraint(
            "state NOT IN ('sent', 'reversed') OR num_nulls(decided_at, sent_at) = 0", name="sent"
        ),
        CheckConstraint("settlement_id IS NULL OR state = 'sent'", name="settled_when_sent"),
        Index("ix_supplier_return_list", "facility_id", "id"),
        Index(
            "ix_supplier_return_open_credit",
            "supplier_id",
            postgresql_where=text("state = 'sent' AND settlement_id IS NULL"),
        ),
    )

    id: Mapped[SupplierReturnId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    supplier_id: Mapped[SupplierId] = mapped_column(ForeignKey("supplier.id"))
    state: Mapped[SupplierReturnState] = mapped_column(default=SupplierReturnState.REQUESTED)
    reason: Mapped[SupplierReturnReason]
    note: Mapped[str] = mapped_column(default="")
    origin: Mapped[Code] = mapped_column(default="")
    carrier: Mapped[str] = mapped_column(default="")
    created_by: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    decided_by: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(default="")
    sent_by: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    second_user_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    sent_at: Mapped[datetime | None]
    credit_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    settlement_id: Mapped[SettlementId | None] = mapped_column(ForeignKey("supplier_settlement.id"))


class SupplierReturnLine(Base):
    """So much of a receipt's line, from one place; names and price as they were (L14)."""

    __tablename__ = "supplier_return_line"
    __table_args__ = (
        UniqueConstraint(
            "return_id",
            "receipt_line_id",
            "place_id",
            "condition",
            name="uq_supplier_return_line_goods",
        ),
        CheckConstraint("quantity > 0", name="returns_something"),
        Index("ix_supplier_return_line_receipt_line", "receipt_line_id"),
    )

    id: Mapped[BigId] = key()
    return_id: Mapped[SupplierReturnId] = mapped_column(ForeignKey("supplier_return.id"))
    receipt_line_id: Mapped[BigId] = mapped_column(ForeignKey("receipt_line.id"))
    place_id: Mapped[PlaceId] = mapped_column(ForeignKey("place.id"))
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"))
    lot_id: Mapped[LotId] = mapped_column(ForeignKey("lot.id"))
    condition: Mapped[Condition]
    item_code: Mapped[Code]
    item_name: Mapped[str]
    strength: Mapped[str]
    base_unit: Mapped[str]
    units_per_pack: Mapped[int] = mapped_column(BigInteger)
    price_fen: Mapped[int] = mapped_column(BigInteger)
    is_coded: Mapped[bool]
    is_controlled: Mapped[bool]
    quantity: Mapped[int] = mapped_column(BigInteger)


class SupplierReturnPack(Base):
    """A coded pack that was scanned when the goods were sent; rows are only ever added."""

    __tablename__ = "supplier_return_pack"

    line_id: Mapped[BigId] = mapped_column(ForeignKey("supplier_return_line.id"), primary_key=True)
    unit_id: Mapped[UnitId] = mapped_column(ForeignKey("unit.id"), primary_key=True, index=True)


class SettlementCredit(Base):
    """A credit that a settlement deducts; rows are only ever added, a reversal mirrors them."""

    __tablename__ = "supplier_settlement_credit"

    settlement_id: Mapped[SettlementId] = mapped_column(
        ForeignKey("supplier_settlement.id"), primary_key=True
    )
    return_id: Mapped[SupplierReturnId] = mapped_column(
        ForeignKey("supplier_return.id"), primary_key=True, index=True
    )
    amount_fen: Mapped[int] = mapped_column(BigInteger)
