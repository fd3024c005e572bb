"""The night's planning, a few facilities at a time, and the end of promises nobody used."""

from app.fulfilment import service
from app.kernel import clock, jobs
from app.kernel.db import Json
from app.replenishment import service as replenishment
from app.web.unit_of_work import transaction
from app.web.worker import Work

KIND = "replenishment.plan"
SLICE = 4


def plan(work: Work) -> Json:
    """Plan the next facilities, each in a transaction; queue the rest, or raise the alerts.

    The key of what is queued names the run and the last facility, so a slice that is worked
    off twice queues its successor once.
    """
    request = work.job.request
    run, after = str(request.get("run") or work.job.unique_key), int(request.get("after", 0))
    with transaction() as session:
        sites = replenishment.sites_after(session, after, SLICE)
    planned = 0
    for site in sites:
        with transaction() as session:
            planned += service.plan_site(session, site, now=clock.now())
    if len(sites) < SLICE:
        with transaction() as session:
            told = replenishment.raise_alerts(session, now=clock.now())
        return {"items": planned, "told": told}
    last = sites[-1].facility_id
    rest = {"run": run, "after": last}
    with transaction() as session:
        jobs.enqueue_once(session, KIND, f"{run}>{last}", now=clock.now(), request=rest)
    return {"items": planned}


def lapse(_work: Work) -> Json:
    """Give back what was promised and not picked in time, and tell both sides."""
    with transaction() as session:
        return {"lapsed": service.lapse(session, now=clock.now())}


def raise_overdue(_work: Work) -> Json:
    """Tell of totes that left and were not received in time."""
    with transaction() as session:
        return {"overdue": service.raise_overdue(session, now=clock.now())}


HANDLERS = {"fulfilment.lapse": lapse, "fulfilment.overdue": raise_overdue, KIND: plan}
