"""Table of totes that were to stay where they turned up."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Code, key
from app.kernel.ids import FacilityId, ToteId, ToteRedirectId, UserId


class ToteRedirect(Base):
    """A request to let a tote stay at another facility than it was sent to (改送).

    ``approved`` is None until the centre has decided; one request of a tote waits at a time.
    """

    __tablename__ = "tote_redirect"
    __table_args__ = (
        CheckConstraint("from_id <> to_id", name="to_another"),
        CheckConstraint("decided_by_id <> asked_by_id", name="two_people"),
        CheckConstraint(
            "num_nulls(approved, decided_by_id, decided_at) IN (0, 3)", name="decided_or_open"
        ),
        CheckConstraint("approved IS NULL OR answer <> ''", name="decided_with_a_reason"),
        Index(
            "uq_tote_redirect_open",
            "tote_id",
            unique=True,
            postgresql_where=text("approved IS NULL"),
        ),
        Index("ix_tote_redirect_supplier", "supplier_id", "id"),
    )

    id: Mapped[ToteRedirectId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    tote_id: Mapped[ToteId] = mapped_column(ForeignKey("tote.id"))
    supplier_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    from_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    to_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    reason: Mapped[str]
    asked_by_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime]
    approved: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(default="")
    decided_by_id: Mapped[UserId | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
