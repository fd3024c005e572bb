"""Tables of drives by road: entered ones, told ones, calibration, and conditions."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, BigId, Code, key
from app.kernel.ids import FacilityId, RoadConditionId, UserId
from app.network.rules.conditions import FULL_PERCENT, ConditionKind
from app.network.rules.great_circle import USUAL_PERMILLE, USUAL_TERRAIN, Terrain


class RoadLeg(Base):
    """A drive somebody entered (录入路段), from ``source``; it goes before all others."""

    __tablename__ = "road_leg"
    __table_args__ = (CheckConstraint("metres >= 0 AND seconds >= 0", name="not_negative"),)

    origin_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), primary_key=True)
    target_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), primary_key=True)
    metres: Mapped[int]
    seconds: Mapped[int]
    source: Mapped[Code]


class RoadFigure(Base):
    """A drive as a table service told it (路网缓存), kept by profile and version of its data.

    Both figures are -1 where it knows of no way, so that it is not asked again.
    """

    __tablename__ = "road_figure"
    __table_args__ = (
        CheckConstraint("metres >= 0 AND seconds >= 0 OR metres = -1 AND seconds = -1", name="way"),
    )

    source: Mapped[Code] = mapped_column(primary_key=True)
    profile: Mapped[Code] = mapped_column(primary_key=True)
    origin_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), primary_key=True)
    target_id: Mapped[FacilityId] = mapped_column(
        ForeignKey("facility.id"), primary_key=True, index=True
    )
    metres: Mapped[int]
    seconds: Mapped[int]


class RoadFetch(Base):
    """One time a table service was asked, or found switched off; rows are only ever added.

    The last row says which source holds; ``error`` is why the service fell silent.
    """

    __tablename__ = "road_fetch"

    id: Mapped[BigId] = key()
    asked_at: Mapped[datetime]
    source: Mapped[Code]
    profile: Mapped[Code]
    missing: Mapped[int]
    answered: Mapped[int]
    error: Mapped[Code] = mapped_column(default="")


class RoadTownship(Base):
    """A township as roads know it: its terrain, and what our drives there say (路段校准)."""

    __tablename__ = "road_township"
    __table_args__ = (
        CheckConstraint("legs >= 0", name="legs"),
        CheckConstraint("factor_permille > 0", name="factor"),
    )

    township: Mapped[str] = mapped_column(primary_key=True)
    terrain: Mapped[Terrain] = mapped_column(default=USUAL_TERRAIN)
    legs: Mapped[int] = mapped_column(default=0)
    median_permille: Mapped[int | None]
    factor_permille: Mapped[int] = mapped_column(default=USUAL_PERMILLE)
    calibrated_at: Mapped[datetime | None]


class RoadCondition(Base):
    """A closed road or a slow season (路况), both days included; lifted, never deleted."""

    __tablename__ = "road_condition"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
        CheckConstraint("speed_percent BETWEEN 10 AND 100", name="speed"),
        CheckConstraint("origin_id <> target_id", name="two_places"),
        CheckConstraint(
            "CASE kind WHEN 'closed' THEN num_nonnulls(origin_id, target_id) = 2"
            " WHEN 'cut_off' THEN township <> '' ELSE speed_percent < 100 END",
            name="says_where",
        ),
    )

    id: Mapped[RoadConditionId] = key()
    kind: Mapped[ConditionKind]
    origin_id: Mapped[FacilityId | None] = mapped_column(ForeignKey("facility.id"))
    target_id: Mapped[FacilityId | None] = mapped_column(ForeignKey("facility.id"))
    township: Mapped[str] = mapped_column(default="")
    terrain: Mapped[Terrain | None]
    speed_percent: Mapped[int] = mapped_column(default=FULL_PERCENT)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reason: Mapped[str]
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
