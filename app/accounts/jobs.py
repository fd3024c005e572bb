"""Periodic work of accounts."""

from app.accounts import service
from app.kernel import clock
from app.kernel.db import Json
from app.web.unit_of_work import transaction
from app.web.worker import Work


def sweep(_work: Work) -> Json:
    """Delete ended tokens and sign-in attempts older than they must be kept."""
    with transaction() as session:
        attempts = service.sweep_attempts(session, now=clock.now())
        tokens = service.sweep_tokens(session, now=clock.now())
    return {"attempts": attempts, "tokens": tokens}


HANDLERS = {"accounts.sweep": sweep}
