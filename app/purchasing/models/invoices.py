"""Tables of suppliers' invoices, what they differ in, and settlements."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, BigId, Code, key
from app.kernel.ids import (
    FacilityId,
    InvoiceId,
    PurchaseOrderId,
    SettlementId,
    SupplierId,
    UserId,
)
from app.purchasing.rules import DifferenceKind


class InvoiceState(StrEnum):
    """Life of an invoice: in difference, matched, settled, or sent back to the supplier."""

    DIFFERING = "differing"
    MATCHED = "matched"
    SETTLED = "settled"
    REJECTED = "rejected"


class Invoice(Base):
    """A supplier's invoice for goods of one order (发票); its money is never edited.

    ``number`` is the supplier's own; one number is entered once unless it was sent back.
    """

    __tablename__ = "supplier_invoice"
    __table_args__ = (
        Index(
            "uq_supplier_invoice_number",
            "supplier_id",
            "number",
            unique=True,
            postgresql_where=text("state <> 'rejected'"),
        ),
        CheckConstraint("total_fen > 0", name="asks_for_something"),
        CheckConstraint("state <> 'rejected' OR reason <> ''", name="reason"),
        Index("ix_supplier_invoice_list", "facility_id", "id"),
        Index("ix_supplier_invoice_order_id", "order_id"),
    )

    id: Mapped[InvoiceId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    number: Mapped[Code]
    supplier_id: Mapped[SupplierId] = mapped_column(ForeignKey("supplier.id"))
    order_id: Mapped[PurchaseOrderId] = mapped_column(ForeignKey("purchase_order.id"))
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    state: Mapped[InvoiceState]
    invoiced_on: Mapped[date]
    total_fen: Mapped[int] = mapped_column(BigInteger)
    entered_at: Mapped[datetime]
    entered_by: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str] = mapped_column(default="")


class InvoiceLine(Base):
    """What an invoice asks for an order line; rows are only ever added."""

    __tablename__ = "supplier_invoice_line"
    __table_args__ = (
        CheckConstraint("packs > 0 AND quantity > 0 AND price_fen >= 0", name="bounds"),
        Index("ix_supplier_invoice_line_order_line_id", "order_line_id"),
    )

    invoice_id: Mapped[InvoiceId] = mapped_column(
        ForeignKey("supplier_invoice.id"), primary_key=True
    )
    order_line_id: Mapped[BigId] = mapped_column(
        ForeignKey("purchase_order_line.id"), primary_key=True
    )
    packs: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[int] = mapped_column(BigInteger)
    price_fen: Mapped[int] = mapped_column(BigInteger)


class DifferenceOutcome(StrEnum):
    """What became of a difference: somebody accepted it, or it is gone at a later match."""

    ACCEPTED = "accepted"
    CLEARED = "cleared"


class InvoiceDifference(Base):
    """A difference of an invoice, open until a second person accepts it (差异).

    ``order_line_id`` is None where the printed total is meant. ``entered_by`` repeats the
    invoice's, so that the database can refuse the same person.
    """

    __tablename__ = "supplier_invoice_difference"
    __table_args__ = (
        CheckConstraint("resolved_by <> entered_by", name="two_people"),
        CheckConstraint("(resolution IS NULL) = (resolved_at IS NULL)", name="resolved_or_open"),
        CheckConstraint(
            "resolution <> 'accepted' OR (reason <> '' AND resolved_by IS NOT NULL)", name="reason"
        ),
        Index("ix_supplier_invoice_difference_invoice_id", "invoice_id"),
    )

    id: Mapped[BigId] = key()
    invoice_id: Mapped[InvoiceId] = mapped_column(ForeignKey("supplier_invoice.id"))
    order_line_id: Mapped[BigId | None] = mapped_column(ForeignKey("purchase_order_line.id"))
    kind: Mapped[DifferenceKind]
    expected: Mapped[int] = mapped_column(BigInteger)
    found: Mapped[int] = mapped_column(BigInteger)
    entered_by: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    resolution: Mapped[DifferenceOutcome | None]
    reason: Mapped[str] = mapped_column(default="")
    resolved_by: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    resolved_at: Mapped[datetime | None]


class Settlement(Base):
    """What is paid to a supplier for matched invoices (结算单); rows are only ever added.

    A reversal is a settlement of the opposite amount that points at the one it undoes.
    """

    __tablename__ = "supplier_settlement"
    __table_args__ = (
        CheckConstraint("(reverses_id IS NULL) = (total_fen > 0)", name="reversal_is_negative"),
        CheckConstraint("reverses_id IS NULL OR reason <> ''", name="reason"),
        Index("ix_supplier_settlement_list", "facility_id", "id"),
        UniqueConstraint("reverses_id"),
    )

    id: Mapped[SettlementId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    supplier_id: Mapped[SupplierId] = mapped_column(ForeignKey("supplier.id"), index=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    total_fen: Mapped[int] = mapped_column(BigInteger)
    settled_at: Mapped[datetime]
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str] = mapped_column(default="")
    reverses_id: Mapped[SettlementId | None] = mapped_column(ForeignKey("supplier_settlement.id"))


class SettlementLine(Base):
    """One invoice of a settlement; rows are only ever added."""

    __tablename__ = "supplier_settlement_line"

    settlement_id: Mapped[SettlementId] = mapped_column(
        ForeignKey("supplier_settlement.id"), primary_key=True
    )
    invoice_id: Mapped[InvoiceId] = mapped_column(
        ForeignKey("supplier_invoice.id"), primary_key=True, index=True
    )
    amount_fen: Mapped[int] = mapped_column(BigInteger)
