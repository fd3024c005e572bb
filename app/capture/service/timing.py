"""Whether acts can have happened when their device says."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.capture import queries
from app.capture.rules import Sighting, ensure_made, ensure_reachable
from app.capture.service.facts import Deed
from app.traceability.rules import recognise


def ensure_possible(session: Session, deeds: Sequence[Deed]) -> None:
    """Refuse acts before the goods were made, or too soon after they were far away.

    Raises:
        TimeInvalid: one of them cannot have happened then.
    """
    scanned = [(deed, recognise(code).code) for deed in deeds for code in deed.told.codes]
    facts = {fact.code: fact for fact in queries.pack_facts(session, {code for _, code in scanned})}
    elsewhere = queries.sightings(
        session, [fact.unit_id for fact in facts.values()], but=deeds[0].facility_id
    )
    latitude, longitude, name = queries.position_of(session, deeds[0].facility_id)
    for deed, code in scanned:
        fact = facts.get(code)
        if fact is None:
            continue
        ensure_made(code, fact.made_on, deed.told.event_time)
        here = Sighting(deed.told.event_time, latitude, longitude, name)
        ensure_reachable(code, here, elsewhere.get(fact.unit_id, ()))
