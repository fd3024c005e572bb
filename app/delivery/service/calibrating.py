"""Driving times as our drivers' scans tell them, given to the roads."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.delivery.queries.figures import driven_legs
from app.kernel.errors import NotFound
from app.kernel.local_time import local_day
from app.network import service as network

LOOKED_BACK = timedelta(days=180)


def calibrate(session: Session, *, now: datetime) -> int:
    """Calibrate the estimate with the drives of half a year; return how many counted.

    Before there is a centre there is nothing to estimate.
    """
    try:
        depot = network.central_pharmacy(session)
    except NotFound:
        return 0
    legs = driven_legs(session, depot.id, local_day(now) - LOOKED_BACK)
    return network.calibrate(session, depot.id, legs, now=now)
