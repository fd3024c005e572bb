"""Table of empty ampoules that came back; rows are only ever added."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, BigId, Code, key
from app.kernel.ids import FacilityId, ItemId, UserId


class AmpouleReturn(Base):
    """Empty ampoules or used patches brought back and counted by two people (空安瓿回收)."""

    __tablename__ = "ampoule_return"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="returns_something"),
        CheckConstraint("second_user_id <> user_id", name="two_people"),
        Index("ix_ampoule_return_list", "facility_id", "item_id", "returned_at"),
    )

    id: Mapped[BigId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"))
    quantity: Mapped[int] = mapped_column(BigInteger)
    lot_number: Mapped[Code]
    note: Mapped[str]
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    second_user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    returned_at: Mapped[datetime]
