"""Long work of the exchange: capture a document, write down where identities lead."""

import json

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.epcis.models import Capture
from app.epcis.rules.addresses import Addresses
from app.epcis.rules.judging import Judged, judge, open_document
from app.epcis.service import announcing, capturing, finding
from app.epcis.service.capturing import Outcome
from app.kernel import clock
from app.kernel.db import Json
from app.kernel.errors import DomainError
from app.web.settings import current_settings
from app.web.unit_of_work import transaction
from app.web.worker import Handler, Work

CHUNK = 1_000
MOST_BLOCKS = 500


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
            addresses = Addresses(current_settings().epc_base)
            return announcing.announce(session, actor, addresses, fresh, now=clock.now()), ""
    except DomainError as refusal:
        return 0, refusal.code


def index(_work: Work) -> Json:
    """Write down where the identities of settled happenings lead."""
    taken = 0
    for _ in range(MOST_BLOCKS):
        with transaction() as session:
            now = clock.now()
            some = finding.index_identities(
                session, Addresses(current_settings().epc_base), now=now
            )
        taken += some
        if some < finding.BLOCK:
            break
    return {"happenings": taken}


HANDLERS: dict[str, Handler] = {capturing.KIND: capture, "epcis.index": index}
