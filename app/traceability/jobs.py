"""Periodic work of traceability."""

from sqlalchemy import text

from app.kernel import clock
from app.kernel.db import Json
from app.kernel.keyfile import KeyFile
from app.traceability import service
from app.traceability.outbound import TracePlatform
from app.traceability.service import Sealed
from app.web.settings import current_settings
from app.web.unit_of_work import transaction
from app.web.worker import Work


def seal_events(_work: Work) -> Json:
    """Close what was recorded since the last minute with signed seals."""
    key = KeyFile.kept_at(current_settings().trace_key)
    events, turn = 0, Sealed(more=True)
    while turn.more:
        with transaction() as session:
            session.execute(text("SET LOCAL statement_timeout = 0"))
            turn = service.seal_turn(session, key, current_settings().epc_base, now=clock.now())
        events += turn.events
    return {"events": events, "settled": turn.settled}


def ask_platform(_work: Work) -> Json:
    """Ask the trace platform about codes nobody announced; nobody waits for it."""
    url = current_settings().codes_url
    if not url:
        return {"answered": 0}
    return {"answered": ask(TracePlatform(url=url))}


def ask(platform: TracePlatform) -> int:
    """Claim questions, ask, keep what was answered; what was not is asked again later."""
    with transaction() as session:
        codes = service.claim_questions(session, now=clock.now())
    if not codes:
        return 0
    answers = platform.look_up(codes)
    with transaction() as session:
        return service.keep_answers(session, answers, now=clock.now())


HANDLERS = {"traceability.ask": ask_platform, "traceability.seal": seal_events}
