"""Facilities and their served days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.kernel.ids import FacilityId
from app.network.models import DeliveryDay, Facility, FacilityKind
from app.network.rules import CoordinateSystem, WeeklyWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityRow:
    """A facility as lists and pages show it."""

    id: FacilityId
    code: str
    name: str
    short_name: str
    pinyin: str
    kind: FacilityKind
    township: str
    parent_id: FacilityId | None
    latitude: float
    longitude: float
    position_source: str
    position_system: CoordinateSystem
    altitude_metres: int | None
    population: int | None
    population_source: str
    name_source: str
    phone: str
    service_minutes: int
    active: bool
    insurance_code: str


COLUMNS = [getattr(Facility, name) for name in FacilityRow.__dataclass_fields__]


def list_facilities(
    session: Session,
    *,
    text: str = "",
    kind: FacilityKind | None = None,
    after: tuple[str | int, ...] | None = None,
    size: int,
) -> Sequence[FacilityRow]:
    """Return active facilities by pinyin; ``text`` is part of a name, initials or a code."""
    query = select(*COLUMNS).where(Facility.active)
    if text:
        part = like(text)
        query = query.where(
            Facility.pinyin.like(f"{part.lower()}%")
            | Facility.name.like(f"%{part}%")
            | (Facility.code == text.upper())
        )
    if kind:
        query = query.where(Facility.kind == kind)
    if after:
        query = query.where(tuple_(Facility.pinyin, Facility.id) > after)
    query = query.order_by(Facility.pinyin, Facility.id).limit(size + 1)
    return [FacilityRow(**row) for row in session.execute(query).mappings()]


def find_facility(session: Session, facility_id: FacilityId) -> FacilityRow | None:
    """Return one facility, active or not."""
    row = session.execute(select(*COLUMNS).where(Facility.id == facility_id)).mappings().first()
    return FacilityRow(**row) if row else None


def list_children(session: Session, facility_id: FacilityId) -> Sequence[FacilityRow]:
    """Return the active facilities below one, by pinyin."""
    query = (
        select(*COLUMNS)
        .where(Facility.parent_id == facility_id, Facility.active)
        .order_by(Facility.pinyin, Facility.id)
    )
    return [FacilityRow(**row) for row in session.execute(query).mappings()]


def list_townships(session: Session) -> Sequence[FacilityRow]:
    """Return the active township health centres, which people find their way by."""
    query = (
        select(*COLUMNS)
        .where(Facility.kind == FacilityKind.TOWNSHIP_CLINIC, Facility.active)
        .order_by(Facility.pinyin, Facility.id)
    )
    return [FacilityRow(**row) for row in session.execute(query).mappings()]


def names_of(session: Session, ids: Iterable[FacilityId]) -> dict[FacilityId, str]:
    """Return the short names of facilities."""
    rows = session.execute(
        select(Facility.id, Facility.short_name).where(Facility.id.in_(set(ids)))
    )
    return {row.id: row.short_name for row in rows}


def list_names(session: Session) -> Sequence[tuple[FacilityId, str]]:
    """Return all active facilities for a choice, by pinyin."""
    rows = session.execute(
        select(Facility.id, Facility.name).where(Facility.active).order_by(Facility.pinyin)
    )
    return [(row.id, row.name) for row in rows]


def served_days(
    session: Session, facility_ids: Iterable[FacilityId]
) -> dict[FacilityId, list[WeeklyWindow]]:
    """Return the served weekdays of each facility, in the order of the week."""
    served: dict[FacilityId, list[WeeklyWindow]] = {}
    rows = session.scalars(
        select(DeliveryDay)
        .where(DeliveryDay.facility_id.in_(set(facility_ids)))
        .order_by(DeliveryDay.facility_id, DeliveryDay.weekday)
    )
    for row in rows:
        entry = WeeklyWindow(row.weekday, row.opens_at, row.closes_at)
        served.setdefault(row.facility_id, []).append(entry)
    return served


def like(text: str) -> str:
    """Escape what LIKE would take for a pattern."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
