"""Work of uploads: a loop beside the scheduler that derives, tells and asks; and a nightly look.

The loop holds nothing: whatever it does is in the database, so it may be killed at any point,
and several may run.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import TypeVar

from flask import Flask
from sqlalchemy.exc import DBAPIError

from app.kernel import clock
from app.kernel.db import Json
from app.uploads import service
from app.uploads.outbound import Platform
from app.uploads.rules import Profile
from app.uploads.rules.answers import Answer
from app.uploads.service import Asking, Telling
from app.web.settings import current_settings
from app.web.unit_of_work import transaction
from app.web.worker import Work

AT_ONCE = 8
CLAIMED = 40
IDLE_SECONDS = 3.0
Sent = TypeVar("Sent", Telling, Asking)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploader:
    """What tells one platform; without an address messages are derived and wait."""

    app: Flask
    profile: Profile
    url: str

    def run(self, stop: Event, idle_seconds: float = IDLE_SECONDS) -> None:
        """Work until told to stop."""
        while not stop.is_set():
            try:
                busy = self.turn()
            except DBAPIError:
                self.app.logger.warning("uploads: database out of reach, trying again")
                busy = False
            if not busy:
                stop.wait(idle_seconds)

    def turn(self) -> bool:
        """Derive, then ask for what is unknown, then tell; return whether there was anything."""
        with self.app.app_context():
            self._derive()
            if not self.url:
                return False
            with transaction() as session:
                service.expire(session, self.profile, now=clock.now())
            with transaction() as session:
                asked = service.claim_unknown(session, self.profile, CLAIMED, now=clock.now())
            self._send(asked, self._settle)
            with transaction() as session:
                told = service.claim(session, self.profile, CLAIMED, now=clock.now())
            self._send(told, self._record)
        return bool(asked or told)

    def _derive(self) -> None:
        with transaction() as session:
            after = service.derive(session, self.profile, None, now=clock.now())
        while after is not None:
            with transaction() as session:
                after = service.derive(session, self.profile, after, now=clock.now())

    def _send(self, batch: Sequence[Sent], keep: Callable[[Sent, Answer], None]) -> None:
        if not batch:
            return
        patience = self.profile.patience
        platform = Platform(url=self.url, timeout_seconds=patience.timeout.total_seconds())
        until = time.monotonic() + (patience.lease - patience.timeout).total_seconds()

        def send(one: Sent) -> None:
            answer = platform.send(one.body, until=until)
            with self.app.app_context():
                keep(one, answer)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            for done in [pool.submit(send, one) for one in batch]:
                done.result()

    def _record(self, telling: Telling, answer: Answer) -> None:
        with transaction() as session:
            service.record(session, self.profile, telling, answer, now=clock.now())

    def _settle(self, asking: Asking, answer: Answer) -> None:
        with transaction() as session:
            service.settle(session, self.profile, asking, answer, now=clock.now())


def compare(_work: Work) -> Json:
    """Look through a month of the ledger for what has no message; there should be nothing."""
    profile = service.load_profile(current_settings().upload_profile)
    with transaction() as session:
        return {"missing": service.derive_again(session, profile, now=clock.now())}


def bill(_work: Work) -> Json:
    """Make the trace platform's bills of the days before today."""
    made, more = 0, 1
    while more:
        with transaction() as session:
            more = service.make_bills(session, now=clock.now())
        made += more
    return {"bills": made}


HANDLERS = {"uploads.bill": bill, "uploads.compare": compare}
