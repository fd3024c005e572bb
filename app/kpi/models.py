"""Tables of the indicators: days that are over, counted once."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base
from app.kernel.ids import FacilityId


class StockOutDay(Base):
    """How many items of a facility's list had run out when a local day ended (缺货).

    A roll-up of the ledger: whoever doubts it deletes the rows and lets the job count again.
    """

    __tablename__ = "stock_out_day"
    __table_args__ = (CheckConstraint("0 <= out AND out <= listed", name="out_of_listed"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), primary_key=True)
    listed: Mapped[int]
    out: Mapped[int]
    counted_at: Mapped[datetime]
