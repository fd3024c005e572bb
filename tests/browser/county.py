"""The demo county, loaded once per run, and served like ``make demo`` does to who asks for it."""

import fcntl
import os
import socket
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from time import monotonic, sleep

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize
from sqlalchemy import URL, delete
from sqlalchemy.orm import Session

from app.demo.load.county import load_county
from app.demo.plan import Scope, county_plan
from app.demo.running import gunicorn, is_healthy
from app.fulfilment import service as fulfilment
from app.kernel.db import open_engine
from app.kernel.jobs import Job, JobState
from app.kernel.local_time import at_local
from app.replenishment import service as replenishment
from app.web.locale import CHINESE, COOKIE
from tests import databases
from tests.chromium import DESKTOP, PHONE
from tests.forks import Forks

TEMPLATE = "tongcang_county"
DAY = date(2026, 11, 23)
DAWN = at_local(DAY, time(5, 40))
"""Early enough for what a clinic orders now to come today."""
CODES = 1_600
SCOPE = Scope(townships=frozenset({"渔渡镇", "盐场镇", "观音镇", "泾洋街道"}), every_item=2)
PASSWORD = "a password of the walk"
HEALTHY_WITHIN_SECONDS = 60
LOOK_SECONDS = 0.2
PATIENCE_MS = 20_000
SHIFT_CLOCK = """
const Real = Date, ahead = %d;
globalThis.Date = class extends Real {
  constructor(...given) { given.length ? super(...given) : super(Real.now() + ahead); }
  static now() { return Real.now() + ahead; }
};
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """A running county: its address, its database, how far its clock is ahead."""

    address: str
    database_url: str
    ahead: timedelta

    @contextmanager
    def session(self) -> Generator[Session]:
        """Look into the database, or prepare something in it."""
        engine = open_engine(self.database_url)
        try:
            with Session(engine, expire_on_commit=False) as session, session.begin():
                yield session
        finally:
            engine.dispose()

    def now(self) -> datetime:
        """Return what time it is there."""
        return datetime.now(UTC) + self.ahead


def build_template(url: URL, shared: Path) -> None:
    """Load the county once per run; the other workers wait and find it."""
    with (shared / "county.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = shared / "county.done"
        if done.exists():
            return
        databases.run_ddl(
            url,
            f"DROP DATABASE IF EXISTS {TEMPLATE}",
            f"CREATE DATABASE {TEMPLATE} TEMPLATE {databases.TEMPLATE}",
        )
        engine = open_engine(databases.text_of(url.set(database=TEMPLATE)))
        with Session(engine) as session, session.begin():
            load_county(session, county_plan(DAY, CODES, scope=SCOPE), PASSWORD, now=DAWN)
            _live_the_night(session)
        engine.dispose()
        done.touch()


def _live_the_night(session: Session) -> None:
    """Plan the county once for the run, so that no served one spends its morning on it."""
    for site in replenishment.sites_after(session, 0, 1000):
        fulfilment.plan_site(session, site, now=DAWN)
    replenishment.raise_alerts(session, now=DAWN)
    session.execute(delete(Job).where(Job.state == JobState.QUEUED))


@contextmanager
def served(url: URL, home: Path) -> Generator[County]:
    """Serve a county of one's own: web server and scheduler, each a process."""
    with databases.clone(url, TEMPLATE) as database_url:
        port, ahead = _free_port(), DAWN - datetime.now(UTC)
        programs = Forks(_environment(database_url, ahead, home), home / "log")
        try:
            web_server = programs.start(*gunicorn("127.0.0.1", port))
            programs.start("app.scheduler")
            _wait_until_healthy(web_server, port)
            address = f"http://127.0.0.1:{port}"
            yield County(address=address, database_url=database_url, ahead=ahead)
        finally:
            programs.stop()


def _wait_until_healthy(web_server: ForkServerProcess, port: int) -> None:
    deadline = monotonic() + HEALTHY_WITHIN_SECONDS
    while not is_healthy("127.0.0.1", port):
        assert web_server.is_alive(), "the web server has ended"
        assert monotonic() < deadline, "nothing answers"
        sleep(LOOK_SECONDS)


def _environment(database_url: str, ahead: timedelta, home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": database_url,
        "SECRET_KEY": "a secret of the walk, long enough to sign with",
        "DEMO_CLOCK_SECONDS": str(int(ahead.total_seconds())),
        "INSECURE_COOKIES": "1",
        "TONGCANG_DEMO": "1",
        "TONGCANG_HOME": str(home),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def visit(
    browser: Browser,
    county: County,
    *,
    size: ViewportSize = DESKTOP,
    language: str = CHINESE,
) -> BrowserContext:
    """Open a browser of somebody's own, whose clock is the county's."""
    context = browser.new_context(
        base_url=county.address,
        viewport=size,
        has_touch=size == PHONE,
        locale="zh-CN" if language == CHINESE else "en",
        timezone_id="Asia/Shanghai",
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(SHIFT_CLOCK % int(county.ahead.total_seconds() * 1000))
    context.add_cookies([{"name": COOKIE, "value": language, "url": county.address}])
    return context


def sign_in(context: BrowserContext, username: str) -> Page:
    """Sign in on the first page, as a person does."""
    page = context.new_page()
    page.goto("/login")
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form[action$=login] button[type=submit]").click()
    page.wait_for_url(lambda address: "/login" not in address)
    return page
