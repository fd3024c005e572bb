"""Periodic work of the stock ledger."""

from app.inventory import service
from app.kernel import clock
from app.kernel.db import Json
from app.web.unit_of_work import transaction
from app.web.worker import Work


def release(_work: Work) -> Json:
    """Give back what was promised and not fetched in time, so that others can have it."""
    with transaction() as session:
        return {"released": service.release_expired(session, now=clock.now())}


def keep_months(_work: Work) -> Json:
    """Keep what every facility held at the end of the last month nothing can reach any more."""
    with transaction() as session:
        return {"snapshots": service.take_snapshots(session, now=clock.now())}


HANDLERS = {"inventory.release": release, "inventory.snapshots": keep_months}
