"""Tables of the cost card's versions and of the studies made with them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Code, Json, key
from app.kernel.ids import CostCardId, FacilityId, JobId, SavingsStudyId, UserId


class CostCard(Base):
    """One version of the cost card (成本参数卡); rows are only ever added. Prices are fen.

    It counts from ``valid_from`` on, until a version with a later day, or a later one of the
    same day, does. ``approved_by`` and ``basis`` say who stands for the prices and by which
    document; ``user_id`` is who entered them.
    """

    __tablename__ = "cost_card"
    __table_args__ = (
        CheckConstraint("approved_by <> '' AND basis <> ''", name="somebody_stands_for_it"),
        CheckConstraint(
            "fen_per_vehicle_day >= 0 AND fen_per_driver_hour >= 0 AND fen_per_km >= 0"
            " AND fen_per_stop >= 0 AND cold_fen_per_day >= 0 AND cold_fen_per_km >= 0"
            " AND hub_fen_per_line >= 0 AND linehaul_fen_per_day >= 0"
            " AND linehaul_fen_per_km >= 0",
            name="prices_not_negative",
        ),
        Index("ix_cost_card_valid_from", "valid_from", "id"),
    )

    id: Mapped[CostCardId] = key()
    valid_from: Mapped[date]
    approved_by: Mapped[str]
    basis: Mapped[str]
    fen_per_vehicle_day: Mapped[int]
    fen_per_driver_hour: Mapped[int]
    fen_per_km: Mapped[int]
    fen_per_stop: Mapped[int]
    cold_fen_per_day: Mapped[int]
    cold_fen_per_km: Mapped[int]
    hub_fen_per_line: Mapped[int]
    linehaul_fen_per_day: Mapped[int]
    linehaul_fen_per_km: Mapped[int]
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    is_demo: Mapped[bool] = mapped_column(default=False)


class SavingsStudy(Base):
    """One proof of savings over the planning days up to ``until`` (节约核算).

    ``inputs_digest`` names every drop, road and price it was made from: the same digest, steps
    and seed give the same ``result``. One that is not finished is being computed.
    """

    __tablename__ = "savings_study"
    __table_args__ = (
        Index(
            "uq_savings_study_open",
            "facility_id",
            unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
        CheckConstraint("days > 0 AND steps > 0", name="asks_for_something"),
        CheckConstraint("result IS NULL OR finished_at IS NOT NULL", name="finished_with_a_result"),
    )

    id: Mapped[SavingsStudyId] = key()
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    days: Mapped[int]
    until: Mapped[date]
    steps: Mapped[int]
    seed: Mapped[int] = mapped_column(BigInteger)
    card_id: Mapped[CostCardId] = mapped_column(ForeignKey("cost_card.id"))
    job_id: Mapped[JobId | None] = mapped_column(ForeignKey("job.id"), unique=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    requested_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    refusal: Mapped[Code] = mapped_column(default="")
    inputs_digest: Mapped[Code] = mapped_column(default="")
    took_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    result: Mapped[Json | None]
