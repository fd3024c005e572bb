"""Periodic work of the indicators."""

from app.kernel import clock
from app.kernel.db import Json
from app.kpi import service
from app.web.unit_of_work import transaction
from app.web.worker import Work


def count_days(_work: Work) -> Json:
    """Count the days that are over."""
    with transaction() as session:
        return {"days": service.count_days(session, now=clock.now())}


HANDLERS = {"kpi.days": count_days}
