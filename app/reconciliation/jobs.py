"""Periodic work of reconciliation: what moved all day long, the whole county at night."""

from sqlalchemy import text

from app.kernel import clock
from app.kernel.db import Json
from app.reconciliation import service
from app.reconciliation.service import Outcome
from app.web.unit_of_work import transaction
from app.web.worker import Work

LONG = text("SET LOCAL statement_timeout = 0")
"""A county of millions of packs takes longer than a page may."""


def compare_county(_work: Work) -> Json:
    """Compare every place and lot of the county."""
    with transaction() as session:
        session.execute(LONG)
        return _told(service.reconcile(session, now=clock.now()))


def compare_moved(_work: Work) -> Json:
    """Compare what moved since the last time."""
    with transaction() as session:
        session.execute(LONG)
        return _told(service.reconcile_moved(session, now=clock.now()))


def _told(outcome: Outcome) -> Json:
    return {
        "compared": outcome.compared,
        "differing": len(outcome.differing),
        "told": outcome.told,
        "milliseconds": outcome.milliseconds,
    }


HANDLERS = {"reconciliation.county": compare_county, "reconciliation.moved": compare_moved}
