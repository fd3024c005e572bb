"""Periodic work of counting: propose what is to be counted today."""

from app.counting import service
from app.kernel import clock
from app.kernel.db import Json
from app.web.unit_of_work import transaction
from app.web.worker import Work


def propose(_work: Work) -> Json:
    """Propose today's count for every facility with stock."""
    with transaction() as session:
        return {"proposed": service.propose_all(session, now=clock.now())}


HANDLERS = {"counting.propose": propose}
