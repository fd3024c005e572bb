"""Table of charges."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, key
from app.kernel.ids import ChargeId, ExamItemId, FacilityId, PerformedExamId, UserId


class Charge(Base):
    """What one performed exam costs the facility that booked it (费用); rows are only ever added.

    It hangs on the performed exam, so nothing unperformed can be charged; once per exam and price
    item. A reversal is a row of its own whose amount mirrors the first (a foreign key sees to it).
    """

    __tablename__ = "charge"
    __table_args__ = (
        CheckConstraint(
            "(reverses_id IS NULL AND amount_fen >= 0 AND reason = '')"
            " OR (reverses_id IS NOT NULL AND amount_fen <= 0 AND reason <> '')",
            name="charge_or_reversal",
        ),
        UniqueConstraint("id", "performed_exam_id", "amount_fen"),
        ForeignKeyConstraint(
            ["reverses_id", "performed_exam_id", "mirrored_fen"],
            ["charge.id", "charge.performed_exam_id", "charge.amount_fen"],
            name="fk_charge_mirrors",
        ),
        Index(
            "uq_charge_once",
            "performed_exam_id",
            "exam_item_id",
            unique=True,
            postgresql_where=text("reverses_id IS NULL"),
        ),
        Index("ix_charge_facility", "facility_id", "service_day", "id"),
        Index("ix_charge_centre", "centre_id", "service_day", "id"),
    )

    id: Mapped[ChargeId] = key()
    performed_exam_id: Mapped[PerformedExamId] = mapped_column(ForeignKey("performed_exam.id"))
    exam_item_id: Mapped[ExamItemId] = mapped_column(ForeignKey("exam_item.id"))
    tariff_price_id: Mapped[int] = mapped_column(ForeignKey("tariff_price.id"))
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    centre_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    service_day: Mapped[date]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    reverses_id: Mapped[ChargeId | None] = mapped_column(BigInteger, unique=True)
    mirrored_fen: Mapped[int | None] = mapped_column(
        BigInteger,
        Computed("CASE WHEN reverses_id IS NOT NULL THEN -amount_fen END", persisted=True),
    )
    reason: Mapped[str] = mapped_column(default="")
    charged_by: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    charged_at: Mapped[datetime]
