"""Where a facility lies: converted to WGS-84 at the edge of the house, the source kept."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import FacilityId
from app.network.models import Facility, RoadFigure
from app.network.rules import CoordinateSystem, to_wgs84

DECIMALS = 7
"""A centimetre; more digits say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRequest:
    """A position as some map shows it, in that map's coordinate system."""

    latitude: float
    longitude: float
    system: CoordinateSystem
    source: str
    altitude_metres: int | None = None


def set_position(
    session: Session,
    actor: Actor,
    facility_id: FacilityId,
    request: PositionRequest,
    *,
    now: datetime,
) -> Facility:
    """Move a facility; what a table service told of its drives is asked for again.

    Raises:
        NotFound: there is no such facility.
    """
    facility = session.get(Facility, facility_id)
    if facility is None:
        raise NotFound("facility")
    before = _facts(facility)
    latitude, longitude = to_wgs84((request.latitude, request.longitude), request.system)
    facility.latitude, facility.longitude = round(latitude, DECIMALS), round(longitude, DECIMALS)
    facility.position_system, facility.position_source = request.system, request.source
    facility.altitude_metres = request.altitude_metres
    session.execute(
        delete(RoadFigure).where(
            or_(RoadFigure.origin_id == facility_id, RoadFigure.target_id == facility_id)
        )
    )
    change = Change(
        subject=("facility", facility_id), action="moved", before=before, after=_facts(facility)
    )
    history.record(session, actor, change, now=now)
    session.flush()
    return facility


def _facts(facility: Facility) -> dict[str, object]:
    return {
        "latitude": facility.latitude,
        "longitude": facility.longitude,
        "position_system": facility.position_system.value,
        "position_source": facility.position_source,
        "altitude_metres": facility.altitude_metres,
    }
