"""Ready-made facilities, their delivery days and roads."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.kernel.ids import FacilityId
from app.kernel.local_time import local_day
from app.network import service as network
from app.network.models import DeliveryDay, Facility, FacilityKind, RoadCondition, RoadLeg
from app.network.rules.conditions import ConditionKind
from app.network.service import ConditionRequest


def a_facility(
    session: Session,
    name: str = "渔渡镇卫生院",
    *,
    code: str = "F001",
    kind: FacilityKind = FacilityKind.TOWNSHIP_CLINIC,
    parent: Facility | None = None,
) -> Facility:
    """Store a facility somewhere in the county."""
    facility = new_facility(name, code=code, kind=kind, parent=parent)
    session.add(facility)
    session.flush()
    return facility


def new_facility(
    name: str,
    *,
    code: str,
    kind: FacilityKind = FacilityKind.TOWNSHIP_CLINIC,
    parent: Facility | None = None,
) -> Facility:
    """Return a facility that is not stored yet."""
    return Facility(
        code=code,
        name=name,
        short_name=name.removesuffix("卫生院"),
        pinyin=code.lower(),
        kind=kind,
        township=name[:3],
        parent_id=parent.id if parent else None,
        latitude=32.5,
        longitude=107.9,
        position_source="test",
        population=None,
        population_source="",
        name_source="test",
    )


def served_on(
    session: Session, facility: Facility, *weekdays: int, opens: int = 9, closes: int = 12
) -> None:
    """Let the facility be served on these weekdays, 0 being Monday."""
    session.add_all(delivery_days(facility, *weekdays, opens=opens, closes=closes))
    session.flush()


def delivery_days(
    facility: Facility, *weekdays: int, opens: int = 9, closes: int = 12
) -> list[DeliveryDay]:
    """Return these delivery days of a facility, not stored yet."""
    window = {"opens_at": time(opens), "closes_at": time(closes)}
    return [DeliveryDay(facility_id=facility.id, weekday=day, **window) for day in weekdays]


def a_road(session: Session, origin: FacilityId, target: FacilityId, *, metres: int) -> None:
    """Store a road in both directions, driven at 10 metres a second."""
    session.add_all(
        RoadLeg(origin_id=one, target_id=other, metres=metres, seconds=metres // 10, source="test")
        for one, other in ((origin, target), (target, origin))
    )
    session.flush()


def a_condition(
    session: Session, actor: Actor, day: date, kind: ConditionKind, **where: object
) -> RoadCondition:
    """Let something be wrong with a road on one day."""
    request = ConditionRequest(
        kind=kind,
        starts_on=day,
        ends_on=day,
        reason="塌方",
        **where,  # type: ignore[arg-type]
    )
    return network.enter_condition(session, actor, request, now=datetime(2026, 11, 1, tzinfo=UTC))


def a_slow_season(session: Session, actor: Actor, *, now: datetime) -> RoadCondition:
    """Let everything be slow a year from now."""
    day = local_day(now) + timedelta(days=365)
    return a_condition(session, actor, day, ConditionKind.SLOW, speed_percent=70)
