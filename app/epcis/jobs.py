"""Work of the exchange: capture a document, write down where identities lead, call subscribers.

The loop that calls holds nothing: whatever it does is in the database, so it may be killed at
any point, and several may run.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

from flask import Flask
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.epcis.models import Capture, Subscription
from app.epcis.outbound import Caller
from app.epcis.rules.addresses import Addresses
from app.epcis.rules.answers import VERSION, answer_of, signature_of
from app.epcis.rules.contexts import linked
from app.epcis.rules.export import PREFIX
from app.epcis.rules.judging import Judged, judge, open_document
from app.epcis.service import announcing, capturing, finding, notifying
from app.epcis.service.capturing import Outcome
from app.epcis.service.notifying import Told, Turn
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.db import Json
from app.kernel.errors import DomainError, NotFound
from app.kernel.ids import UserId
from app.web.settings import current_settings
from app.web.unit_of_work import transaction
from app.web.worker import Handler, Work

CHUNK = 1_000
MOST_BLOCKS = 500
AT_ONCE = 4
IDLE_SECONDS = 2.0
NO_RIGHT = "no-right"


def capture(work: Work) -> Json:
    """Judge a document outside any transaction; store what is right of it in one."""
    capture_id = int(work.job.request["capture_id"])
    with transaction() as session:
        waiting = capturing.take(session, capture_id)
    if waiting is None:
        return {"capture_id": capture_id, "state": "finished before"}
    right, wrong = judge(open_document(json.loads(waiting.body)))
    kept = right if waiting.proceed or not wrong else []
    with transaction() as session:
        taken = capturing.take(session, capture_id)
        if taken is None:
            return {"capture_id": capture_id, "state": "finished before"}
        fresh = _store(session, taken, kept)
        announced, refusal = _announce(session, taken, fresh)
        counts = {"stored": len(fresh), "announced": announced}
        outcome = Outcome(faults=wrong, refusal=refusal)
        capturing.finish(session, taken, counts, outcome, now=clock.now())
    return {"capture_id": capture_id, **counts, "faults": len(wrong)}


def _store(session: Session, taken: Capture, kept: list[Judged]) -> list[Judged]:
    fresh: list[Judged] = []
    for start in range(0, len(kept), CHUNK):
        chunk = kept[start : start + CHUNK]
        fresh += capturing.store(session, taken, chunk, now=clock.now())
    return fresh


def _announce(session: Session, taken: Capture, fresh: list[Judged]) -> tuple[int, str]:
    """Announce what comes for our orders; return how many packs, or why none."""
    actor = accounts.actor_of(session, taken.user_id)
    try:
        with session.begin_nested():
            addresses = _addresses()
            return announcing.announce(session, actor, addresses, fresh, now=clock.now()), ""
    except DomainError as refusal:
        return 0, refusal.code


def index(_work: Work) -> Json:
    """Write down where the identities of settled happenings lead."""
    taken = 0
    for _ in range(MOST_BLOCKS):
        with transaction() as session:
            now = clock.now()
            some = finding.index_identities(session, _addresses(), now=now)
        taken += some
        if some < finding.BLOCK:
            break
    return {"happenings": taken}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifier:
    """What tells subscribers; where no host is allowed, nobody can have subscribed."""

    app: Flask
    caller: Caller

    def run(self, stop: Event, idle_seconds: float = IDLE_SECONDS) -> None:
        """Work until told to stop."""
        while self.caller.hosts and not stop.is_set():
            try:
                busy = self.turn()
            except DBAPIError:
                self.app.logger.warning("notifier: database out of reach, trying again")
                busy = False
            if not busy:
                stop.wait(idle_seconds)

    def turn(self) -> bool:
        """Tell those who are due, some at once; return whether there were any."""
        with self.app.app_context(), transaction() as session:
            turns = notifying.claim(session, AT_ONCE, now=clock.now())
        if turns:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(self._tell, turns))
        return bool(turns)

    def _tell(self, turn: Turn) -> None:
        with self.app.app_context():
            told = _gather(turn)
            if told is None:
                return
            if not told.call:
                with transaction() as session:
                    notifying.skip(session, turn, told, now=clock.now())
                return
            body, headers = _letter(told)
            ending = self.caller.call(told.subscription.dest, body, headers)
            with transaction() as session:
                notifying.record(session, turn, told, ending, now=clock.now())


def _addresses() -> Addresses:
    return Addresses(current_settings().epc_base)


def _gather(turn: Turn) -> Told | None:
    """Return what is to be told, under the rights the subscriber has now."""
    with transaction() as session:
        now = clock.now()
        try:
            actor = accounts.actor_of(session, UserId(turn.user_id))
        except NotFound:
            actor = None
        if actor is None or not actor.may(Permission.EPCIS_READ):
            notifying.end(session, turn, NO_RIGHT, now=now)
            return None
        return notifying.gather(session, turn, (actor, _addresses()), now=now)


def _letter(told: Told) -> tuple[bytes, dict[str, str]]:
    """Return what is sent: the answer to the query, and headers that say who sends it."""
    subscription, prefixes = told.subscription, {PREFIX: _addresses().extensions}
    results = {"queryName": subscription.query_name, "subscriptionID": subscription.code}
    events = [linked(event) for event in told.events]
    body = json.dumps(answer_of(events, prefixes, results, now=clock.now()), ensure_ascii=False)
    return body.encode(), _headers(subscription, body.encode())


def _headers(subscription: Subscription, body: bytes) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "GS1-EPCIS-Version": VERSION,
        "GS1-CBV-Version": VERSION,
        "GS1-EPC-Format": "Always_GS1_Digital_Link",
        "GS1-Extensions": f"{PREFIX}={_addresses().extensions}",
    }
    if subscription.token:
        headers["GS1-Signature"] = signature_of(body, subscription.token)
    return headers


HANDLERS: dict[str, Handler] = {capturing.KIND: capture, "epcis.index": index}
