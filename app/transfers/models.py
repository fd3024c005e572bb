"""Tables of transfers between facilities, what they carry, and what a loan still owes."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.inventory.models import Condition
from app.kernel.db import Base, Code, key
from app.kernel.ids import (
    FacilityId,
    ItemId,
    LotId,
    PlaceId,
    TransferContentId,
    TransferId,
    TransferLineId,
    UnitId,
    UserId,
)
from app.transfers.rules import ReturnReason, TransferKind, TransferState, Whereabouts


class Transfer(Base):
    """Goods that one facility gives another (调拨单、借用单、退库单).

    ``sender_id`` holds the goods, ``receiver_id`` gets them, ``asked_by_id`` is whose
    request it is: one of the two, or the central pharmacy.
    """

    __tablename__ = "transfer"
    __table_args__ = (
        CheckConstraint("sender_id <> receiver_id", name="two_facilities"),
        CheckConstraint("(kind = 'loan') = (due_on IS NOT NULL)", name="loan_is_due"),
        CheckConstraint("(kind = 'loan_return') = (loan_id IS NOT NULL)", name="return_of_a_loan"),
        CheckConstraint("(kind = 'return') = (return_reason IS NOT NULL)", name="return_says_why"),
        CheckConstraint("handed_second_id <> handed_by_id", name="two_people_hand_over"),
        CheckConstraint("received_second_id <> received_by_id", name="two_people_receive"),
        Index("ix_transfer_sender", "sender_id", "id"),
        Index("ix_transfer_receiver", "receiver_id", "id"),
        Index("ix_transfer_loan", "loan_id", postgresql_where=text("loan_id IS NOT NULL")),
    )

    id: Mapped[TransferId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    kind: Mapped[TransferKind]
    state: Mapped[TransferState] = mapped_column(default=TransferState.REQUESTED)
    sender_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    receiver_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    asked_by_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    return_reason: Mapped[ReturnReason | None]
    due_on: Mapped[date | None]
    loan_id: Mapped[TransferId | None] = mapped_column(ForeignKey("transfer.id"))
    notes: Mapped[str] = mapped_column(default="")
    answer: Mapped[str] = mapped_column(default="")
    carrier: Mapped[str] = mapped_column(default="")
    created_by_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    decided_by_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    lapsed_at: Mapped[datetime | None]
    """When goods that were promised were given back because nobody fetched them."""
    handed_by_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    handed_second_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    handed_at: Mapped[datetime | None]
    received_by_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    received_second_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    received_at: Mapped[datetime | None]


class TransferLine(Base):
    """An item asked for, as it was then (L14); returns and pull-backs name the lot.

    ``owed`` and ``settled`` are a loan's: what the borrower got, and what came back.
    """

    __tablename__ = "transfer_line"
    __table_args__ = (
        UniqueConstraint("transfer_id", "position"),
        CheckConstraint("asked > 0", name="asks_something"),
        CheckConstraint("approved >= 0 AND shortage >= 0", name="not_negative"),
        CheckConstraint("0 <= settled AND settled <= owed", name="settled_within_owed"),
        Index(
            "ix_transfer_line_owed",
            "item_id",
            postgresql_where=text("settled < owed"),
        ),
    )

    id: Mapped[TransferLineId] = key()
    transfer_id: Mapped[TransferId] = mapped_column(ForeignKey("transfer.id"))
    position: Mapped[int]
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"))
    lot_id: Mapped[LotId | None] = mapped_column(ForeignKey("lot.id"))
    condition: Mapped[Condition] = mapped_column(default=Condition.USABLE)
    item_code: Mapped[Code]
    item_name: Mapped[str]
    strength: Mapped[str]
    base_unit: Mapped[str]
    pack_unit: Mapped[str]
    units_per_pack: Mapped[int] = mapped_column(BigInteger)
    price_fen: Mapped[int] = mapped_column(BigInteger)
    is_coded: Mapped[bool]
    asked: Mapped[int] = mapped_column(BigInteger)
    approved: Mapped[int | None] = mapped_column(BigInteger)
    shortage: Mapped[int] = mapped_column(BigInteger, default=0)
    owed: Mapped[int] = mapped_column(BigInteger, default=0)
    settled: Mapped[int] = mapped_column(BigInteger, default=0)


class TransferContent(Base):
    """What was handed over of one lot from one bin, or one coded pack, and how it arrived.

    What is neither usable, quarantined nor damaged is missing until somebody says what
    became of it; the stock stays in transit until then.
    """

    __tablename__ = "transfer_content"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="carries_something"),
        CheckConstraint(
            "usable >= 0 AND quarantine >= 0 AND damaged >= 0"
            " AND usable + quarantine + damaged <= quantity",
            name="within_quantity",
        ),
        CheckConstraint(
            "num_nulls(whereabouts, settled_by_id, settled_at) IN (0, 3)", name="settled"
        ),
        Index("ix_transfer_content_transfer", "transfer_id", "id"),
        Index("ix_transfer_content_line", "line_id"),
    )

    id: Mapped[TransferContentId] = key()
    transfer_id: Mapped[TransferId] = mapped_column(ForeignKey("transfer.id"))
    line_id: Mapped[TransferLineId] = mapped_column(ForeignKey("transfer_line.id"))
    lot_id: Mapped[LotId] = mapped_column(ForeignKey("lot.id"))
    place_id: Mapped[PlaceId] = mapped_column(ForeignKey("place.id"))
    condition: Mapped[Condition]
    quantity: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[UnitId | None] = mapped_column(ForeignKey("unit.id"), index=True)
    usable: Mapped[int] = mapped_column(BigInteger, default=0)
    quarantine: Mapped[int] = mapped_column(BigInteger, default=0)
    damaged: Mapped[int] = mapped_column(BigInteger, default=0)
    whereabouts: Mapped[Whereabouts | None]
    settled_reason: Mapped[str] = mapped_column(default="")
    settled_by_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    settled_at: Mapped[datetime | None]

    @property
    def missing(self) -> int:
        """Base units that were handed over and did not arrive."""
        return self.quantity - self.usable - self.quarantine - self.damaged
