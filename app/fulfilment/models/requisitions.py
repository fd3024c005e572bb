"""Tables of what clinics ask for and what they were granted."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.catalogue.models import StorageClass
from app.fulfilment.rules import Decision, ReasonCode, RequisitionState
from app.kernel.db import Base, Code, Json, key
from app.kernel.ids import FacilityId, ItemId, RequisitionId, RequisitionLineId, UserId


class Requisition(Base):
    """What a facility asks the centre for (请领单).

    ``facility_id`` gets the goods; ``requested_by_id`` wrote it, a township health centre
    also for its village clinics. The promised window is set when it is submitted.
    """

    __tablename__ = "requisition"
    __table_args__ = (
        CheckConstraint("num_nulls(promised_from, promised_to) IN (0, 2)", name="whole_window"),
        CheckConstraint("promised_from < promised_to", name="window_opens_before_it_closes"),
        CheckConstraint("second_user_id <> approved_by_id", name="two_people"),
        Index("ix_requisition_facility", "facility_id", "id"),
        Index("ix_requisition_requested_by", "requested_by_id", "id"),
        Index("ix_requisition_queue", "supplier_id", "state", "delivery_day", "id"),
    )

    id: Mapped[RequisitionId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    requested_by_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    supplier_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    state: Mapped[RequisitionState] = mapped_column(default=RequisitionState.DRAFT)
    revision: Mapped[int] = mapped_column(default=0)
    delivery_day: Mapped[date | None]
    promised_from: Mapped[datetime | None]
    promised_to: Mapped[datetime | None]
    notes: Mapped[str] = mapped_column(default="")
    answer: Mapped[str] = mapped_column(default="")
    """What the centre told the clinic about the whole requisition, on rejection always."""
    created_by_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    approved_by_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    second_user_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    approved_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]


class RequisitionLine(Base):
    """One item asked for: the item as it was then, the advice given, the decision (L14).

    Quantities are base units. ``arithmetic`` holds the pieces of the average consumption.
    A substitute is a line of its own that points at the line it stands in for.
    """

    __tablename__ = "requisition_line"
    __table_args__ = (
        UniqueConstraint("requisition_id", "item_id"),
        UniqueConstraint("requisition_id", "position"),
        CheckConstraint("asked >= 0 AND suggested >= 0 AND shortage >= 0", name="not_negative"),
        CheckConstraint("(decision IS NULL) = (approved_quantity IS NULL)", name="decided"),
        CheckConstraint("shortage <= coalesce(approved_quantity, 0)", name="short_of_approved"),
        Index(
            "ix_requisition_line_substitutes",
            "substitutes_line_id",
            postgresql_where=text("substitutes_line_id IS NOT NULL"),
        ),
    )

    id: Mapped[RequisitionLineId] = key()
    requisition_id: Mapped[RequisitionId] = mapped_column(ForeignKey("requisition.id"))
    position: Mapped[int]
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"), index=True)
    item_code: Mapped[Code]
    item_name: Mapped[str]
    item_strength: Mapped[str]
    base_unit: Mapped[str]
    pack_unit: Mapped[str]
    units_per_pack: Mapped[int] = mapped_column(BigInteger)
    price_fen: Mapped[int] = mapped_column(BigInteger)
    storage_class: Mapped[StorageClass]
    controlled: Mapped[bool]
    asked: Mapped[int] = mapped_column(BigInteger)
    suggested: Mapped[int] = mapped_column(BigInteger)
    own_usable: Mapped[int] = mapped_column(BigInteger)
    coming: Mapped[int] = mapped_column(BigInteger)
    amc: Mapped[int | None] = mapped_column(BigInteger)
    centre_available: Mapped[int] = mapped_column(BigInteger)
    arithmetic: Mapped[Json] = mapped_column(default=dict)
    decision: Mapped[Decision | None]
    approved_quantity: Mapped[int | None] = mapped_column(BigInteger)
    shortage: Mapped[int] = mapped_column(BigInteger, default=0)
    reason_code: Mapped[ReasonCode | None]
    reason_text: Mapped[str] = mapped_column(default="")
    substitutes_line_id: Mapped[RequisitionLineId | None] = mapped_column(
        ForeignKey("requisition_line.id")
    )


class TemplateLine(Base):
    """An item a facility usually asks for (请领模板)."""

    __tablename__ = "requisition_template_line"

    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), primary_key=True)
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"), primary_key=True)
    position: Mapped[int]
