"""What scans said of the demo county's roads, and what its dispatcher knows of the winter."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delivery.service import calibrating
from app.demo.load.people import somebody
from app.kernel.local_time import local_day
from app.network import service as network
from app.network.models import Facility, FacilityKind
from app.network.rules.conditions import ConditionKind
from app.network.rules.great_circle import Terrain
from app.network.service import ConditionRequest

WORKS, WINTER = timedelta(days=18), timedelta(days=24)
"""Both begin later than any day that can be planned today."""


def load_conditions(session: Session, *, now: datetime) -> None:
    """Calibrate the estimate, close a road for works, and slow the mountains down in winter."""
    calibrating.calibrate(session, now=now)
    dispatcher, today = somebody(session, "dispatcher"), local_day(now)
    one, other = session.scalars(
        select(Facility.id)
        .where(Facility.kind == FacilityKind.TOWNSHIP_CLINIC)
        .order_by(Facility.code)
        .limit(2)
    )
    works = ConditionRequest(
        kind=ConditionKind.CLOSED,
        origin_id=one,
        target_id=other,
        starts_on=today + WORKS,
        ends_on=today + WORKS + timedelta(days=3),
        reason="桥梁维修",
    )
    winter = ConditionRequest(
        kind=ConditionKind.SLOW,
        terrain=Terrain.MOUNTAIN,
        speed_percent=80,
        starts_on=today + WINTER,
        ends_on=today + WINTER + timedelta(days=80),
        reason="冬季冰雪和晨雾",
    )
    for wanted in (works, winter):
        network.enter_condition(session, dispatcher, wanted, now=now)
