"""Table of lots that people took although another one expires first."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.fulfilment.rules import LotReason
from app.kernel.db import Base, Code, key
from app.kernel.ids import LotId, LotOverrideId, RequisitionLineId, UserId


class LotOverride(Base):
    """A lot chosen by hand for a line, and why (换批号记录); rows are only ever added.

    ``quantity`` was promised from it, in base units; ``instead_of`` are the lots that first
    expiring, first out would have taken and did not.
    """

    __tablename__ = "lot_override"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="takes_something"),
        CheckConstraint("reason_text <> ''", name="says_why"),
        Index("ix_lot_override_line", "requisition_line_id", "id"),
    )

    id: Mapped[LotOverrideId] = key()
    requisition_line_id: Mapped[RequisitionLineId] = mapped_column(
        ForeignKey("requisition_line.id")
    )
    lot_id: Mapped[LotId] = mapped_column(ForeignKey("lot.id"))
    lot_number: Mapped[Code]
    expires_on: Mapped[date]
    quantity: Mapped[int] = mapped_column(BigInteger)
    instead_of: Mapped[list[str]] = mapped_column(ARRAY(Text))
    reason_code: Mapped[LotReason]
    reason_text: Mapped[str]
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    chosen_at: Mapped[datetime]
