"""Periodic work of the alerts desk."""

from app.alerts import service
from app.kernel import clock
from app.kernel.db import Json
from app.web.unit_of_work import transaction
from app.web.worker import Work


def sweep(_work: Work) -> Json:
    """Forget attempts that led to nothing."""
    with transaction() as session:
        return {"attempts": service.sweep(session, now=clock.now())}


HANDLERS = {"alerts.sweep": sweep}
