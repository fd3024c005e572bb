"""Tables of what clinics confirmed and of what they missed."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.fulfilment.rules import Resolution
from app.kernel.db import Base, Code, key
from app.kernel.ids import (
    DiscrepancyId,
    FacilityId,
    ItemId,
    LotId,
    ReceiptId,
    ToteContentId,
    ToteId,
    UserId,
)


class ClinicReceipt(Base):
    """A clinic's confirmation of one tote (签收单)."""

    __tablename__ = "clinic_receipt"

    id: Mapped[ReceiptId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    tote_id: Mapped[ToteId] = mapped_column(ForeignKey("tote.id"), unique=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), index=True)
    received_by_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    received_at: Mapped[datetime]
    notes: Mapped[str] = mapped_column(default="")


class ReceiptLine(Base):
    """What arrived of one content of the tote, in base units."""

    __tablename__ = "clinic_receipt_line"
    __table_args__ = (CheckConstraint("0 <= received AND received <= sent", name="within_sent"),)

    receipt_id: Mapped[ReceiptId] = mapped_column(ForeignKey("clinic_receipt.id"))
    content_id: Mapped[ToteContentId] = mapped_column(
        ForeignKey("tote_content.id"), primary_key=True
    )
    sent: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger)


class Discrepancy(Base):
    """Goods sent but not confirmed; open until somebody says what became of them (差异).

    The stock stays in the clinic's receiving place, owned by the centre, until then.
    ``unit_codes`` names the coded packs among them.
    """

    __tablename__ = "discrepancy"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="something_is_missing"),
        CheckConstraint(
            "num_nulls(resolution, closed_at, closed_by_id) IN (0, 3)", name="closed_or_open"
        ),
        CheckConstraint("resolution IS NULL OR reason <> ''", name="closing_has_a_reason"),
        Index("ix_discrepancy_facility", "facility_id", "id"),
        Index("ix_discrepancy_supplier", "supplier_id", "id"),
    )

    id: Mapped[DiscrepancyId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    content_id: Mapped[ToteContentId] = mapped_column(ForeignKey("tote_content.id"), unique=True)
    tote_id: Mapped[ToteId] = mapped_column(ForeignKey("tote.id"), index=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    supplier_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"))
    lot_id: Mapped[LotId] = mapped_column(ForeignKey("lot.id"))
    quantity: Mapped[int] = mapped_column(BigInteger)
    unit_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    note: Mapped[str] = mapped_column(default="")
    opened_by_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    opened_at: Mapped[datetime]
    resolution: Mapped[Resolution | None]
    reason: Mapped[str] = mapped_column(default="")
    closed_by_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    closed_at: Mapped[datetime | None]
