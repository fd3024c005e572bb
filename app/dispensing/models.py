"""Tables of dispensing documents; rows are only ever added."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.inventory.models import UseTag
from app.kernel.db import Base, BigId, Code, key
from app.kernel.ids import DispensingId, FacilityId, ItemId, LotId, UnitId, UserId


class DispensingKind(StrEnum):
    """A pack by its code, goods without codes, or the correction of either."""

    DISPENSE = "dispense"
    CONSUME = "consume"
    UNDO = "undo"


class Dispensing(Base):
    """Goods that left to patients in one act (发药单); an undo is a document of its own.

    ``device`` scanned it for the prescription or bill ``source``, where they were named.
    """

    __tablename__ = "dispensing"
    __table_args__ = (
        CheckConstraint("(kind = 'undo') = (undoes_id IS NOT NULL)", name="undo_points"),
        Index("ix_dispensing_list", "facility_id", "id"),
    )

    id: Mapped[DispensingId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    kind: Mapped[DispensingKind]
    undoes_id: Mapped[DispensingId | None] = mapped_column(ForeignKey("dispensing.id"), unique=True)
    note: Mapped[str] = mapped_column(default="")
    device: Mapped[Code] = mapped_column(default="", server_default="")
    source: Mapped[Code] = mapped_column(default="", server_default="")
    tag: Mapped[UseTag] = mapped_column(default=UseTag.ROUTINE)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    happened_at: Mapped[datetime]


class DispensingLine(Base):
    """One lot, and for coded goods one pack, on a dispensing document."""

    __tablename__ = "dispensing_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="gives_something"),
        Index("ix_dispensing_line_unit", "unit_id"),
        Index("ix_dispensing_line_lot", "lot_id"),
    )

    id: Mapped[BigId] = key()
    dispensing_id: Mapped[DispensingId] = mapped_column(ForeignKey("dispensing.id"), index=True)
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"))
    lot_id: Mapped[LotId] = mapped_column(ForeignKey("lot.id"))
    unit_id: Mapped[UnitId | None] = mapped_column(ForeignKey("unit.id"))
    quantity: Mapped[int] = mapped_column(BigInteger)


class ControlledDispensing(Base):
    """Prescription and second signature of a document with controlled medicines (专用处方)."""

    __tablename__ = "controlled_dispensing"
    __table_args__ = (
        CheckConstraint(
            "prescription <> '' AND patient <> '' AND prescriber <> ''", name="filled_in"
        ),
        Index("ix_controlled_dispensing_prescription", "prescription"),
    )

    dispensing_id: Mapped[DispensingId] = mapped_column(
        ForeignKey("dispensing.id"), primary_key=True
    )
    prescription: Mapped[Code]
    patient: Mapped[str]
    prescriber: Mapped[str]
    second_user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
