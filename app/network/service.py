"""Questions other domains ask about facilities."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId
from app.network.models import DeliveryDay, Facility, FacilityKind
from app.network.rules import DeliveryWindow, WeeklyWindow, next_window


def next_delivery(
    session: Session, facility_id: FacilityId, *, now: datetime
) -> DeliveryWindow | None:
    """Return the next delivery an order written now can still catch; None where none is set."""
    rows = session.execute(
        select(DeliveryDay.weekday, DeliveryDay.opens_at, DeliveryDay.closes_at).where(
            DeliveryDay.facility_id == facility_id
        )
    )
    return next_window([WeeklyWindow(*row) for row in rows], now=now)


def central_pharmacy(session: Session) -> Facility:
    """Return the facility that owns the depot (中心药房).

    Raises:
        NotFound: the alliance has none yet.
    """
    centre = session.scalars(
        select(Facility)
        .where(Facility.kind == FacilityKind.CENTRAL_PHARMACY, Facility.active)
        .order_by(Facility.id)
        .limit(1)
    ).first()
    if centre is None:
        raise NotFound("central pharmacy")
    return centre
