"""Periodic work of capture: acts that waited long enough for those before them."""

from app.capture import service
from app.kernel import clock
from app.kernel.db import Json
from app.web.unit_of_work import transaction
from app.web.worker import Work


def give_up(_work: Work) -> Json:
    """Apply what has waited a day for acts that never came."""
    with transaction() as session:
        return {"devices": service.give_up_waiting(session, now=clock.now())}


HANDLERS = {"capture.give_up": give_up}
