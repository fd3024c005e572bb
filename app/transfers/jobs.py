"""Periodic work of transfers."""

from app.kernel import clock
from app.kernel.db import Json
from app.transfers import service
from app.web.unit_of_work import transaction
from app.web.worker import Work


def lapse(_work: Work) -> Json:
    """Give back what was promised and not fetched in time, and ask the holders again."""
    with transaction() as session:
        return {"lapsed": service.lapse(session, now=clock.now())}


HANDLERS = {"transfers.lapse": lapse}
