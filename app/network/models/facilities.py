"""Tables of facilities and the days on which they are served."""

from datetime import time
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Code, key
from app.kernel.ids import FacilityId
from app.network.rules import CoordinateSystem


class FacilityKind(StrEnum):
    """What a member of the alliance is (成员单位类别)."""

    LEAD_HOSPITAL = "lead_hospital"
    CENTRAL_PHARMACY = "central_pharmacy"
    TOWNSHIP_CLINIC = "township_clinic"
    COMMUNITY_STATION = "community_station"
    VILLAGE_POST = "village_post"


class Facility(Base):
    """A member of the alliance (成员单位). Positions are WGS-84 degrees, with their source.

    ``position_system`` is what the source counted in, before it was converted.
    ``insurance_code`` is its number with the insurance (定点医药机构编号), empty where unknown.
    """

    __tablename__ = "facility"
    __table_args__ = (
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        Index("ix_facility_search", "pinyin", postgresql_ops={"pinyin": "text_pattern_ops"}),
    )

    id: Mapped[FacilityId] = key()
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[str]
    short_name: Mapped[str]
    pinyin: Mapped[Code]
    kind: Mapped[FacilityKind]
    township: Mapped[str]
    parent_id: Mapped[FacilityId | None] = mapped_column(ForeignKey("facility.id"), index=True)
    latitude: Mapped[float]
    longitude: Mapped[float]
    position_source: Mapped[str]
    position_system: Mapped[CoordinateSystem] = mapped_column(default=CoordinateSystem.WGS84)
    altitude_metres: Mapped[int | None]
    population: Mapped[int | None]
    population_source: Mapped[str]
    name_source: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    service_minutes: Mapped[int] = mapped_column(default=10)
    active: Mapped[bool] = mapped_column(default=True)
    insurance_code: Mapped[Code] = mapped_column(default="")


class DeliveryDay(Base):
    """A weekday on which a facility is served, and its time window (配送日与时间窗).

    ``weekday`` is 0 for Monday; the window is local and bounds the start of unloading.
    """

    __tablename__ = "delivery_day"
    __table_args__ = (
        UniqueConstraint("facility_id", "weekday"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),
    )

    id: Mapped[int] = key()
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    weekday: Mapped[int]
    opens_at: Mapped[time]
    closes_at: Mapped[time]
