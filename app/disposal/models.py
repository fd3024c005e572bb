"""Tables of write-offs, their lines and packs, and of destructions."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.disposal.rules import DestructionMethod, LossReason, WriteOffState
from app.inventory.models import Condition
from app.kernel.db import Base, BigId, Code, key
from app.kernel.ids import (
    DestructionId,
    FacilityId,
    ItemId,
    LotId,
    PlaceId,
    UnitId,
    UserId,
    WriteOffId,
    WriteOffLineId,
)


class WriteOff(Base):
    """Goods of one facility that leave its book for one reason (报损单).

    ``submitted_by_id`` hands it in, ``decided_by_id`` is the second person who confirms or
    refuses it; ``witness_id`` opened the double-locked cupboard beside whoever confirmed.
    ``origin`` names the document the goods came with, a return to the centre for instance.
    """

    __tablename__ = "write_off"
    __table_args__ = (
        CheckConstraint("decided_by_id <> submitted_by_id", name="two_people"),
        CheckConstraint("reason <> 'other' OR note <> ''", name="other_in_words"),
        CheckConstraint("state <> 'refused' OR answer <> ''", name="refused_with_reason"),
        CheckConstraint(
            "state NOT IN ('confirmed', 'reversed') OR decided_at IS NOT NULL", name="decided"
        ),
        Index("ix_write_off_list", "facility_id", "id"),
        Index("ix_write_off_origin", "origin", postgresql_where=text("origin <> ''")),
    )

    id: Mapped[WriteOffId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    state: Mapped[WriteOffState] = mapped_column(default=WriteOffState.DRAFT)
    reason: Mapped[LossReason]
    note: Mapped[str] = mapped_column(default="")
    origin: Mapped[Code] = mapped_column(default="")
    created_by_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    submitted_by_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    submitted_at: Mapped[datetime | None]
    decided_by_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    witness_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    answer: Mapped[str] = mapped_column(default="")


class WriteOffLine(Base):
    """So much of a lot at a place, as it was then (L14); ``destroyed`` never exceeds it.

    ``cost_fen`` is what a sales pack of the lot cost.
    """

    __tablename__ = "write_off_line"
    __table_args__ = (
        UniqueConstraint("write_off_id", "place_id", "lot_id", "owner_id", "condition"),
        CheckConstraint("quantity > 0", name="writes_off_something"),
        CheckConstraint("0 <= destroyed AND destroyed <= quantity", name="destroyed_within"),
        Index("ix_write_off_line_lot", "lot_id"),
    )

    id: Mapped[WriteOffLineId] = key()
    write_off_id: Mapped[WriteOffId] = mapped_column(ForeignKey("write_off.id"))
    place_id: Mapped[PlaceId] = mapped_column(ForeignKey("place.id"))
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"))
    lot_id: Mapped[LotId] = mapped_column(ForeignKey("lot.id"))
    owner_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    condition: Mapped[Condition]
    item_code: Mapped[Code]
    item_name: Mapped[str]
    strength: Mapped[str]
    base_unit: Mapped[str]
    pack_unit: Mapped[str]
    units_per_pack: Mapped[int] = mapped_column(BigInteger)
    cost_fen: Mapped[int] = mapped_column(BigInteger)
    is_coded: Mapped[bool]
    is_controlled: Mapped[bool]
    quantity: Mapped[int] = mapped_column(BigInteger)
    destroyed: Mapped[int] = mapped_column(BigInteger, default=0)


class WriteOffPack(Base):
    """A coded pack of a line, and what was in it when it was scanned."""

    __tablename__ = "write_off_pack"
    __table_args__ = (CheckConstraint("quantity > 0", name="holds_something"),)

    line_id: Mapped[WriteOffLineId] = mapped_column(
        ForeignKey("write_off_line.id"), primary_key=True
    )
    unit_id: Mapped[UnitId] = mapped_column(ForeignKey("unit.id"), primary_key=True, index=True)
    quantity: Mapped[int] = mapped_column(BigInteger)


class Destruction(Base):
    """Written-off goods destroyed together before witnesses (销毁记录); rows are only ever added.

    ``user_id`` and ``second_user_id`` were there, each with their own credential; the health
    authority's witness is known by name and position.
    """

    __tablename__ = "destruction"
    __table_args__ = (
        CheckConstraint("second_user_id <> user_id", name="two_people"),
        CheckConstraint("place <> ''", name="somewhere"),
        CheckConstraint("(authority_name = '') = (authority_position = '')", name="authority"),
        Index("ix_destruction_list", "facility_id", "id"),
    )

    id: Mapped[DestructionId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    destroyed_on: Mapped[date]
    place: Mapped[str]
    method: Mapped[DestructionMethod]
    note: Mapped[str]
    authority_name: Mapped[str]
    authority_position: Mapped[str]
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    second_user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]


class DestructionLine(Base):
    """So much of a written-off line; rows are only ever added."""

    __tablename__ = "destruction_line"
    __table_args__ = (
        UniqueConstraint("destruction_id", "line_id"),
        CheckConstraint("quantity > 0", name="destroys_something"),
    )

    id: Mapped[BigId] = key()
    destruction_id: Mapped[DestructionId] = mapped_column(ForeignKey("destruction.id"))
    line_id: Mapped[WriteOffLineId] = mapped_column(ForeignKey("write_off_line.id"), index=True)
    quantity: Mapped[int] = mapped_column(BigInteger)
