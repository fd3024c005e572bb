"""Periodic work of traceability."""

from sqlalchemy import text

from app.kernel import clock
from app.kernel.db import Json
from app.kernel.keyfile import KeyFile
from app.traceability import service
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


HANDLERS = {"traceability.seal": seal_events}
