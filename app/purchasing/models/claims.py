"""Tables of goods refused at the door, and of the temperatures they travelled at."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, BigId, Code, key
from app.kernel.ids import FacilityId, ItemId, LotId, ReceiptId, SupplierId, UserId


class RefusalReason(StrEnum):
    """Why goods were not taken in (拒收原因)."""

    DAMAGED = "damaged"
    TEMPERATURE = "temperature"
    WRONG_GOODS = "wrong_goods"
    SHORT_DATED = "short_dated"
    NO_PAPERS = "no_papers"
    OTHER = "other"


class ClaimOutcome(StrEnum):
    """How the supplier made refused goods good."""

    TAKEN_BACK = "taken_back"
    REPLACED = "replaced"
    CREDITED = "credited"


class SupplierClaim(Base):
    """Goods of a receipt that were refused and never entered the book (拒收单).

    It stays open until somebody says how the supplier made it good.
    """

    __tablename__ = "supplier_claim"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="refuses_something"),
        CheckConstraint("num_nulls(outcome, closed_at, closed_by) IN (0, 3)", name="closed"),
        Index("ix_supplier_claim_list", "facility_id", "id"),
        Index("ix_supplier_claim_receipt_id", "receipt_id"),
    )

    id: Mapped[BigId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    receipt_id: Mapped[ReceiptId] = mapped_column(ForeignKey("receipt.id"))
    line_id: Mapped[BigId] = mapped_column(ForeignKey("receipt_line.id"), index=True)
    supplier_id: Mapped[SupplierId] = mapped_column(ForeignKey("supplier.id"), index=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"))
    lot_id: Mapped[LotId] = mapped_column(ForeignKey("lot.id"))
    quantity: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[RefusalReason]
    note: Mapped[str] = mapped_column(default="")
    opened_at: Mapped[datetime]
    opened_by: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    outcome: Mapped[ClaimOutcome | None]
    closing_note: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))


class TransportRecord(Base):
    """The extremes a receipt's goods travelled at, in tenths of a degree (运输温度记录)."""

    __tablename__ = "transport_record"
    __table_args__ = (CheckConstraint("lowest <= highest AND readings >= 0", name="bounds"),)

    receipt_id: Mapped[ReceiptId] = mapped_column(ForeignKey("receipt.id"), primary_key=True)
    lowest: Mapped[int]
    highest: Mapped[int]
    readings: Mapped[int]
    """How many readings the extremes are from; 0 where only they were typed."""
    gap: Mapped[int] = mapped_column(default=0, server_default="0")
    """The longest time without a reading, in minutes; 0 where readings carry no time."""
    entered_at: Mapped[datetime]
    entered_by: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
