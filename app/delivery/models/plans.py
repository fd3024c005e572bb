"""Tables of the day's plans and of what they could not serve."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.delivery.rules.states import PlanState
from app.kernel.db import Base, Code, Json, key
from app.kernel.ids import FacilityId, JobId, PlanId, ToteId, UserId


class Plan(Base):
    """One version of a depot's day (排车方案): asked of the search, or changed by hand.

    Money is fen, the way metres. ``layout`` says who drives what and never changes; a change
    is a new version with its author and ``reason``, made from ``basis_id``. Only published
    versions have runs; the last of them is what drives.

    ``leave_from`` is the first moment a vehicle may leave. ``inputs_digest`` names the
    totes, fleet, windows and roads that were planned, ``roads_source`` where those came from;
    the figures count the stored runs.
    ``baseline_…`` is what the same facilities would need if each fetched alone.
    """

    __tablename__ = "delivery_plan"
    __table_args__ = (
        Index(
            "uq_delivery_plan_solving",
            "facility_id",
            "day",
            unique=True,
            postgresql_where=text("state = 'solving'"),
        ),
        Index("ix_delivery_plan_day", "facility_id", "day", "id"),
        UniqueConstraint("facility_id", "day", "version"),
    )

    id: Mapped[PlanId] = key()
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    day: Mapped[date]
    version: Mapped[int]
    basis_id: Mapped[PlanId | None] = mapped_column(ForeignKey("delivery_plan.id"), index=True)
    reason: Mapped[str] = mapped_column(default="")
    layout: Mapped[Json | None] = mapped_column(deferred=True)
    state: Mapped[PlanState] = mapped_column(default=PlanState.SOLVING)
    job_id: Mapped[JobId | None] = mapped_column(ForeignKey("job.id"), unique=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    requested_at: Mapped[datetime]
    leave_from: Mapped[datetime | None]
    solve_seconds: Mapped[int]
    finished_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    refusal: Mapped[Code] = mapped_column(default="")
    inputs_digest: Mapped[Code] = mapped_column(default="")
    roads_source: Mapped[str] = mapped_column(default="")
    took_ms: Mapped[int] = mapped_column(default=0)
    runs: Mapped[int] = mapped_column(default=0)
    stops: Mapped[int] = mapped_column(default=0)
    totes: Mapped[int] = mapped_column(default=0)
    cost_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    metres: Mapped[int] = mapped_column(BigInteger, default=0)
    baseline_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    baseline_metres: Mapped[int] = mapped_column(BigInteger, default=0)
    seconds: Mapped[int] = mapped_column(BigInteger, default=0)
    late_stops: Mapped[int] = mapped_column(default=0)
    late_seconds: Mapped[int] = mapped_column(BigInteger, default=0)


class PlanUnassigned(Base):
    """A tote the plan leaves behind, and why (未排入)."""

    __tablename__ = "delivery_plan_unassigned"
    __table_args__ = (UniqueConstraint("plan_id", "tote_id"),)

    id: Mapped[int] = key()
    plan_id: Mapped[PlanId] = mapped_column(ForeignKey("delivery_plan.id"))
    tote_id: Mapped[ToteId] = mapped_column(ForeignKey("tote.id"))
    tote_code: Mapped[Code]
    requisition_reference: Mapped[Code]
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    reason: Mapped[Code]
