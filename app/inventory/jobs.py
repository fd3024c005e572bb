"""Periodic work of the stock ledger."""

from app.inventory import service
from app.kernel import clock
from app.kernel.db import Json
from app.web.unit_of_work import transaction
from app.web.worker import Work


def keep_months(_work: Work) -> Json:
    """Keep what every facility held at the end of the last month nothing can reach any more."""
    with transaction() as session:
        return {"snapshots": service.take_snapshots(session, now=clock.now())}


HANDLERS = {"inventory.snapshots": keep_months}
