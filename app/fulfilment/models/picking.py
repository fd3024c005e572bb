"""Tables of pick lists and the totes they fill."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.fulfilment.rules import Compartment, ShortReason, ToteState
from app.kernel.db import Base, Code, key
from app.kernel.ids import (
    FacilityId,
    ItemId,
    LotId,
    PickLineId,
    PickTaskId,
    PlaceId,
    RequisitionId,
    RequisitionLineId,
    ToteContentId,
    ToteId,
    UnitId,
    UserId,
)


class PickTask(Base):
    """The pick list of one requisition (拣货单); done when every line is settled."""

    __tablename__ = "pick_task"
    __table_args__ = (
        Index("ix_pick_task_open", "supplier_id", "id", postgresql_where=text("done_at IS NULL")),
    )

    id: Mapped[PickTaskId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    requisition_id: Mapped[RequisitionId] = mapped_column(ForeignKey("requisition.id"), unique=True)
    supplier_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    cancelled: Mapped[bool] = mapped_column(default=False)


class PickLine(Base):
    """One lot to take from one place, as reserved; settled by picking or by a short pick."""

    __tablename__ = "pick_line"
    __table_args__ = (
        UniqueConstraint("task_id", "position"),
        CheckConstraint("quantity >= 0 AND picked >= 0 AND short >= 0", name="not_negative"),
        CheckConstraint("picked + short <= quantity", name="within_quantity"),
        CheckConstraint("(short = 0) = (short_reason IS NULL)", name="short_has_a_reason"),
        Index("ix_pick_line_lot", "lot_id"),
        Index("ix_pick_line_requisition_line", "requisition_line_id"),
    )

    id: Mapped[PickLineId] = key()
    task_id: Mapped[PickTaskId] = mapped_column(ForeignKey("pick_task.id"))
    position: Mapped[int]
    requisition_line_id: Mapped[RequisitionLineId] = mapped_column(
        ForeignKey("requisition_line.id")
    )
    reservation_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("stock_reservation.id"), index=True
    )
    place_id: Mapped[PlaceId] = mapped_column(ForeignKey("place.id"))
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"))
    lot_id: Mapped[LotId] = mapped_column(ForeignKey("lot.id"))
    lot_number: Mapped[Code]
    expires_on: Mapped[date]
    compartment: Mapped[Compartment]
    quantity: Mapped[int] = mapped_column(BigInteger)
    picked: Mapped[int] = mapped_column(BigInteger, default=0)
    short: Mapped[int] = mapped_column(BigInteger, default=0)
    short_reason: Mapped[ShortReason | None]

    @property
    def open_quantity(self) -> int:
        """Base units neither picked nor reported short."""
        return self.quantity - self.picked - self.short


class Tote(Base):
    """A tote on its way to one facility (周转箱), known by its own code and label.

    One open tote per requisition and compartment at a time: the next pick fills it.
    """

    __tablename__ = "tote"
    __table_args__ = (
        CheckConstraint("weight_grams >= 0 AND volume_cm3 >= 0", name="not_negative"),
        CheckConstraint(
            "(state = 'loaded') = (vehicle_place_id IS NOT NULL)", name="loaded_on_a_vehicle"
        ),
        Index(
            "uq_tote_open",
            "requisition_id",
            "compartment",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_tote_requisition", "requisition_id"),
        Index("ix_tote_supplier_state", "supplier_id", "state", "id"),
        Index("ix_tote_destination_state", "destination_id", "state", "id"),
    )

    id: Mapped[ToteId] = key()
    code: Mapped[Code] = mapped_column(unique=True)
    unit_id: Mapped[UnitId] = mapped_column(ForeignKey("unit.id"), unique=True)
    requisition_id: Mapped[RequisitionId] = mapped_column(ForeignKey("requisition.id"))
    supplier_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    destination_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    compartment: Mapped[Compartment]
    state: Mapped[ToteState] = mapped_column(default=ToteState.OPEN)
    weight_grams: Mapped[int] = mapped_column(default=0)
    volume_cm3: Mapped[int] = mapped_column(default=0)
    vehicle_place_id: Mapped[PlaceId | None] = mapped_column(ForeignKey("place.id"))
    created_at: Mapped[datetime]
    checked_by_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    checked_at: Mapped[datetime | None]
    sealed_at: Mapped[datetime | None]
    loaded_at: Mapped[datetime | None]
    handed_over_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]


class ToteContent(Base):
    """Goods put into a tote by one pick: a scanned pack or carton, or a quantity of a lot.

    What was put in by mistake and put back into its bin stays on record, ``taken_out_at``.
    """

    __tablename__ = "tote_content"
    __table_args__ = (
        UniqueConstraint("tote_id", "position"),
        CheckConstraint("quantity > 0", name="holds_something"),
        Index("ix_tote_content_pick_line", "pick_line_id"),
    )

    id: Mapped[ToteContentId] = key()
    tote_id: Mapped[ToteId] = mapped_column(ForeignKey("tote.id"))
    position: Mapped[int]
    pick_line_id: Mapped[PickLineId] = mapped_column(ForeignKey("pick_line.id"))
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"))
    lot_id: Mapped[LotId] = mapped_column(ForeignKey("lot.id"))
    quantity: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[UnitId | None] = mapped_column(ForeignKey("unit.id"), index=True)
    picked_by_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    picked_at: Mapped[datetime]
    taken_out_at: Mapped[datetime | None]


class ToteCount(Base):
    """What the second look counted of a lot in a tote (复核)."""

    __tablename__ = "tote_count"

    tote_id: Mapped[ToteId] = mapped_column(ForeignKey("tote.id"), primary_key=True)
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"), primary_key=True)
    lot_id: Mapped[LotId] = mapped_column(ForeignKey("lot.id"), primary_key=True)
    counted: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    counted_at: Mapped[datetime]
