"""Tables of vehicles, drivers and when they work."""

from datetime import time

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Code, key
from app.kernel.ids import DriverId, FacilityId, UserId, VehicleId


class Vehicle(Base):
    """A delivery vehicle of a depot (配送车辆), with its two compartments and its cost card.

    ``escorted`` vehicles have the locked box and the two people that controlled medicines
    need. Prices are fen; ``is_demo`` marks plates and prices made up for the demo.
    """

    __tablename__ = "vehicle"
    __table_args__ = (
        CheckConstraint("ambient_grams > 0 AND ambient_cm3 > 0", name="has_room"),
        CheckConstraint("cold_grams >= 0 AND cold_cm3 >= 0", name="cold_room_not_negative"),
        CheckConstraint(
            "refrigerated = (cold_grams > 0 AND cold_cm3 > 0)", name="cold_room_is_refrigerated"
        ),
        CheckConstraint(
            "fen_per_km >= 0 AND fen_per_hour >= 0 AND fen_per_day >= 0 AND fen_per_stop >= 0",
            name="prices_not_negative",
        ),
    )

    id: Mapped[VehicleId] = key()
    code: Mapped[Code] = mapped_column(unique=True)
    plate: Mapped[str]
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), index=True)
    refrigerated: Mapped[bool]
    escorted: Mapped[bool] = mapped_column(default=False)
    ambient_grams: Mapped[int]
    ambient_cm3: Mapped[int]
    cold_grams: Mapped[int] = mapped_column(default=0)
    cold_cm3: Mapped[int] = mapped_column(default=0)
    fen_per_km: Mapped[int]
    fen_per_hour: Mapped[int]
    fen_per_day: Mapped[int]
    fen_per_stop: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)


class Driver(Base):
    """A person who drives for a depot (司机); ``vehicle_id`` is the vehicle they know best."""

    __tablename__ = "driver"

    id: Mapped[DriverId] = key()
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"), unique=True)
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), index=True)
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    vehicle_id: Mapped[VehicleId | None] = mapped_column(ForeignKey("vehicle.id"))
    active: Mapped[bool] = mapped_column(default=True)


class DriverShift(Base):
    """When a driver works on a weekday (班次); ``weekday`` is 0 for Monday, times are local."""

    __tablename__ = "driver_shift"
    __table_args__ = (
        UniqueConstraint("driver_id", "weekday"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("starts_at < ends_at", name="starts_before_it_ends"),
    )

    id: Mapped[int] = key()
    driver_id: Mapped[DriverId] = mapped_column(ForeignKey("driver.id"))
    weekday: Mapped[int]
    starts_at: Mapped[time]
    ends_at: Mapped[time]
