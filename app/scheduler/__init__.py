"""The timetable, every periodic job on one page, the worker of all long work, uploads and calls.

A process of its own. Several may run: each works off the queue, and one of them, the
leader, turns the timetable into queued jobs. Two leaders for a moment do no harm, because
a run is queued once per kind and minute.
"""

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Event, Thread

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from flask import Flask
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from app.accounts import jobs as accounts
from app.alerts import jobs as alerts
from app.booking import jobs as booking
from app.capture import jobs as capture
from app.counting import jobs as counting
from app.delivery import jobs as delivery
from app.epcis import jobs as epcis
from app.epcis.outbound import Caller
from app.factory import create_app
from app.fulfilment import jobs as fulfilment
from app.inventory import jobs as inventory
from app.kernel import clock, jobs
from app.kernel.local_time import LOCAL, local
from app.kernel.settings import Settings
from app.kpi import jobs as kpi
from app.network import jobs as network
from app.reconciliation import jobs as reconciliation
from app.savings import jobs as savings
from app.traceability import jobs as traceability
from app.transfers import jobs as transfers
from app.uploads import jobs as uploads
from app.uploads.service import load_profile
from app.web import housekeeping, unit_of_work
from app.web.unit_of_work import transaction
from app.web.worker import Handler, run_next


@dataclass(frozen=True, slots=True)
class Timer:
    """One line of the timetable; ``cron`` is in the alliance's local time."""

    kind: str
    cron: str


TIMETABLE = (
    Timer("replenishment.plan", "30 2 * * *"),
    Timer("accounts.sweep", "10 3 * * *"),
    Timer("alerts.sweep", "15 3 * * *"),
    Timer("booking.rebuild", "50 2 * * *"),
    Timer("capture.give_up", "25 * * * *"),
    Timer("counting.propose", "30 3 * * *"),
    Timer("delivery.calibrate", "0 4 * * *"),
    Timer("epcis.index", "*/10 * * * *"),
    Timer("fulfilment.lapse", "5 0 * * *"),
    Timer("fulfilment.overdue", "35 * * * *"),
    Timer("inventory.snapshots", "40 2 * * *"),
    Timer("kpi.days", "10 0 * * *"),
    Timer("network.roads", "30 1 * * *"),
    Timer("platform.sweep", "20 3 * * *"),
    Timer("traceability.ask", "* * * * *"),
    Timer("traceability.seal", "* * * * *"),
    Timer("reconciliation.county", "40 3 * * *"),
    Timer("reconciliation.moved", "*/10 * * * *"),
    Timer("transfers.lapse", "5 0 * * *"),
    Timer("uploads.bill", "20 4 * * *"),
    Timer("uploads.compare", "50 3 * * *"),
)

HANDLERS: Mapping[str, Handler] = {
    **accounts.HANDLERS,
    **alerts.HANDLERS,
    **booking.HANDLERS,
    **capture.HANDLERS,
    **counting.HANDLERS,
    **delivery.HANDLERS,
    **epcis.HANDLERS,
    **fulfilment.HANDLERS,
    **housekeeping.HANDLERS,
    **inventory.HANDLERS,
    **kpi.HANDLERS,
    **network.HANDLERS,
    **traceability.HANDLERS,
    **reconciliation.HANDLERS,
    **savings.HANDLERS,
    **transfers.HANDLERS,
    **uploads.HANDLERS,
}
"""Kind of job → what does it; each domain's ``jobs.py`` adds its own, sorted by domain."""

LEADER = "SELECT pg_try_advisory_lock(hashtextextended('tongcang.scheduler', 0))"
IDLE_SECONDS = 0.5
PULSE_SECONDS = 1.0
GRACE_SECONDS = 300


def build(app: Flask) -> BackgroundScheduler:
    """Return timers for the whole timetable; missed runs collapse into one."""
    scheduler = BackgroundScheduler(timezone=LOCAL)
    for timer in TIMETABLE:
        scheduler.add_job(
            ring,
            CronTrigger.from_crontab(timer.cron, timezone=LOCAL),
            args=(app, timer),
            id=timer.kind,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=GRACE_SECONDS,
        )
    return scheduler


def ring(app: Flask, timer: Timer) -> int:
    """Queue one run of a timer, once per local minute; return how many rows were added."""
    now = clock.now()
    with app.app_context(), transaction() as session:
        key = f"{timer.kind}@{local(now):%Y-%m-%dT%H:%M}"
        return jobs.enqueue_once(session, timer.kind, key, now=now)


def lead(app: Flask, engine: Engine, stop: Event) -> None:
    """Run the timetable while this process holds the leader's lock; try again when lost."""
    while not stop.is_set():
        try:
            with engine.connect() as connection:
                _lead_once(app, connection.execution_options(isolation_level="AUTOCOMMIT"), stop)
        except DBAPIError:
            app.logger.warning("scheduler: connection lost, trying again")
        stop.wait(PULSE_SECONDS)


def _lead_once(app: Flask, connection: Connection, stop: Event) -> None:
    if not connection.scalar(text(LEADER)):
        return
    scheduler = build(app)
    scheduler.start()
    app.logger.info("scheduler: leading %d timers", len(TIMETABLE))
    try:
        while not stop.wait(PULSE_SECONDS):
            connection.execute(text("SELECT 1"))
    finally:
        scheduler.shutdown(wait=False)
        connection.invalidate()  # a pooled connection would keep the lock


def work(app: Flask, stop: Event) -> None:
    """Work off the queue until told to stop."""
    while not stop.is_set():
        try:
            busy = run_next(app, HANDLERS)
        except DBAPIError:
            app.logger.warning("worker: database out of reach, trying again")
            busy = False
        if not busy:
            stop.wait(IDLE_SECONDS)


def main() -> None:
    """Lead and work until SIGTERM or Ctrl-C; a running job is finished first."""
    app = create_app(Settings.from_environment())
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with app.app_context():
        engine = unit_of_work.engine()
    settings: Settings = app.extensions["settings"]
    profile = load_profile(settings.upload_profile)
    uploader = uploads.Uploader(app=app, profile=profile, url=settings.upload_url)
    notifier = epcis.Notifier(app=app, caller=Caller(hosts=settings.epcis_callback_hosts))
    beside = (
        Thread(target=lead, args=(app, engine, stop), name="leader", daemon=True),
        Thread(target=uploader.run, args=(stop,), name="uploader", daemon=True),
        Thread(target=notifier.run, args=(stop,), name="notifier", daemon=True),
    )
    for thread in beside:
        thread.start()
    work(app, stop)
    for thread in beside:
        thread.join(PULSE_SECONDS * 5)
