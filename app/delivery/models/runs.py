"""Tables of runs, their stops and the totes of each stop."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.delivery.rules.states import RunState, StopState, StopToteState
from app.kernel.db import Base, Code, key
from app.kernel.ids import (
    DriverId,
    FacilityId,
    PlanId,
    RunId,
    StopId,
    StopToteId,
    ToteId,
    VehicleId,
)


class Run(Base):
    """A route driven on a day by a vehicle and a driver (车次). State changes are compare-and-set.

    Moments are UTC, money fen. The cost is what the plan's checker recomputed, in its parts;
    ``baseline_…`` is what the run's facilities would need if each fetched alone.
    """

    __tablename__ = "delivery_run"
    __table_args__ = (
        CheckConstraint("planned_leave < planned_back", name="leaves_before_it_is_back"),
        CheckConstraint("metres >= 0 AND cost_fen >= 0", name="not_negative"),
        CheckConstraint(
            "cost_fen = distance_fen + driver_fen + vehicle_fen + stop_fen", name="cost_adds_up"
        ),
        Index(
            "uq_delivery_run_vehicle",
            "vehicle_id",
            "day",
            unique=True,
            postgresql_where=text("state NOT IN ('closed', 'cancelled')"),
        ),
        Index(
            "uq_delivery_run_driver",
            "driver_id",
            "day",
            unique=True,
            postgresql_where=text("state NOT IN ('closed', 'cancelled')"),
        ),
        Index("ix_delivery_run_day", "facility_id", "day", "id"),
        Index("ix_delivery_run_driver_day", "driver_id", "day"),
    )

    id: Mapped[RunId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    plan_id: Mapped[PlanId | None] = mapped_column(ForeignKey("delivery_plan.id"), index=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    day: Mapped[date]
    vehicle_id: Mapped[VehicleId] = mapped_column(ForeignKey("vehicle.id"))
    driver_id: Mapped[DriverId] = mapped_column(ForeignKey("driver.id"))
    state: Mapped[RunState] = mapped_column(default=RunState.PLANNED)
    planned_leave: Mapped[datetime]
    planned_back: Mapped[datetime]
    left_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    metres: Mapped[int]
    seconds: Mapped[int]
    cost_fen: Mapped[int] = mapped_column(BigInteger)
    distance_fen: Mapped[int] = mapped_column(BigInteger)
    driver_fen: Mapped[int] = mapped_column(BigInteger)
    vehicle_fen: Mapped[int] = mapped_column(BigInteger)
    stop_fen: Mapped[int] = mapped_column(BigInteger)
    baseline_metres: Mapped[int]
    baseline_fen: Mapped[int] = mapped_column(BigInteger)


class Stop(Base):
    """A call of a run at a facility (站点).

    ``metres_share`` and ``fen_share`` are this stop's part of its run, in proportion to what
    the facility would need alone (``baseline_…``), so that townships can be compared.
    """

    __tablename__ = "delivery_stop"
    __table_args__ = (
        UniqueConstraint("run_id", "sequence"),
        CheckConstraint("sequence > 0", name="sequence"),
        CheckConstraint("planned_arrival <= planned_departure", name="arrives_before_it_leaves"),
        Index("ix_delivery_stop_facility", "facility_id", "planned_arrival"),
    )

    id: Mapped[StopId] = key()
    run_id: Mapped[RunId] = mapped_column(ForeignKey("delivery_run.id"))
    sequence: Mapped[int]
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    state: Mapped[StopState] = mapped_column(default=StopState.PLANNED)
    planned_arrival: Mapped[datetime]
    planned_departure: Mapped[datetime]
    window_from: Mapped[datetime | None]
    window_to: Mapped[datetime | None]
    leg_metres: Mapped[int]
    arrived_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    receiver_name: Mapped[str] = mapped_column(default="")
    metres_share: Mapped[int]
    fen_share: Mapped[int] = mapped_column(BigInteger)
    baseline_metres: Mapped[int]
    baseline_fen: Mapped[int] = mapped_column(BigInteger)


class StopTote(Base):
    """A tote that a stop is to receive. A tote is on at most one run at a time."""

    __tablename__ = "stop_tote"
    __table_args__ = (
        Index(
            "uq_stop_tote_live",
            "tote_id",
            unique=True,
            postgresql_where=text("state IN ('planned', 'loaded', 'going_back')"),
        ),
        Index("ix_stop_tote_stop", "stop_id"),
        Index("ix_stop_tote_code", "tote_code"),
        CheckConstraint("weight_grams >= 0 AND volume_cm3 >= 0", name="not_negative"),
    )

    id: Mapped[StopToteId] = key()
    stop_id: Mapped[StopId] = mapped_column(ForeignKey("delivery_stop.id"))
    tote_id: Mapped[ToteId] = mapped_column(ForeignKey("tote.id"))
    tote_code: Mapped[Code]
    requisition_reference: Mapped[Code]
    compartment: Mapped[Code]
    weight_grams: Mapped[int]
    volume_cm3: Mapped[int]
    controlled: Mapped[bool] = mapped_column(default=False)
    promised_to: Mapped[datetime | None]
    state: Mapped[StopToteState] = mapped_column(default=StopToteState.PLANNED)
    reason: Mapped[str] = mapped_column(default="")
