"""Where a patient is expected at other times, and the road between."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from math import cos, hypot, radians

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from app.booking.models import Booking, Occupancy, Resource, ResourceKind
from app.booking.rules import placing
from app.booking.rules.placing import Engagement
from app.equipment.models import Device
from app.kernel.ids import FacilityId
from app.kernel.ticks import TICKS_PER_DAY, first_tick
from app.network.models import Facility, RoadLeg

METRES_PER_DEGREE = 111_320


def engagements_at(
    session: Session, identity: str | None, facility_id: FacilityId, days: Sequence[date]
) -> list[Engagement]:
    """Return the patient's other exams on and next to these days, seen from one centre."""
    if identity is None or not days:
        return []
    low = first_tick(min(days)) - TICKS_PER_DAY
    high = first_tick(max(days)) + 2 * TICKS_PER_DAY
    held = (
        select(Occupancy.booking_id)
        .join(Resource, Resource.id == Occupancy.resource_id)
        .where(
            Resource.kind == ResourceKind.PATIENT,
            Resource.ref == identity,
            Occupancy.tick.between(low, high),
        )
        .distinct()
    )
    other, here = aliased(Facility), aliased(Facility)
    there, back = aliased(RoadLeg), aliased(RoadLeg)
    rows = session.execute(
        select(Booking.starts_at, Booking.ends_at, there.seconds, back.seconds, other, here)
        .join(Device, Device.id == Booking.device_id)
        .join(other, other.id == Device.facility_id)
        .join(here, here.id == facility_id)
        .outerjoin(there, and_(there.origin_id == other.id, there.target_id == here.id))
        .outerjoin(back, and_(back.origin_id == here.id, back.target_id == other.id))
        .where(Booking.id.in_(held))
        .order_by(Booking.starts_at)
    )
    return [_engagement(start, end, (to, fro), (a, b)) for start, end, to, fro, a, b in rows]


def _engagement(
    start: datetime,
    end: datetime,
    seconds: tuple[int | None, int | None],
    places: tuple[Facility, Facility],
) -> Engagement:
    there, back = (_road(known, *places) for known in seconds)
    return Engagement(start=start, end=end, there=there, back=back)


def _road(seconds: int | None, one: Facility, other: Facility) -> timedelta:
    if one.id == other.id:
        return timedelta()
    if seconds is None:
        return placing.road_estimate(_straight(one, other))
    return timedelta(seconds=seconds)


def _straight(one: Facility, other: Facility) -> float:
    """Return metres as the crow flies; exact enough inside a county."""
    north = one.latitude - other.latitude
    east = (one.longitude - other.longitude) * cos(radians(one.latitude))
    return hypot(north, east) * METRES_PER_DEGREE
