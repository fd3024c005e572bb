"""Periodic work of the platform itself: forget what need not be kept."""

from app.kernel import clock, idempotency, jobs, rates
from app.kernel.db import Json
from app.web.unit_of_work import transaction
from app.web.worker import Work


def sweep(_work: Work) -> Json:
    """Delete client keys, finished jobs and counts of questions that are old enough."""
    with transaction() as session:
        keys = idempotency.sweep(session, now=clock.now())
        finished = jobs.sweep(session, now=clock.now())
        asked = rates.sweep(session, now=clock.now())
    return {"client_keys": keys, "jobs": finished, "asking_rates": asked}


HANDLERS = {"platform.sweep": sweep}
