"""Whether acts can have happened when their device says."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.capture import queries
from app.capture.errors import TimeInvalid
from app.capture.queries import PackFacts
from app.capture.rules import Sighting, ensure_made, ensure_not_ahead, ensure_reachable
from app.capture.service.facts import Deed
from app.kernel.ids import CapturedId, UnitId

Scanned = Sequence[tuple[PackFacts, Sequence[Sighting]]]
"""The known packs of an act, and where else each was seen."""


def impossible(session: Session, deeds: Sequence[Deed]) -> dict[CapturedId, TimeInvalid]:
    """Return the acts of one facility that cannot have happened when they say, and why not.

    They lie ahead, before the goods were made, or too soon after these were far away.
    """
    codes = {scan.code for deed in deeds for scan in deed.scans}
    facts = {fact.code: fact for fact in queries.pack_facts(session, codes)}
    known = [fact.unit_id for fact in facts.values()]
    facility_id = deeds[0].facility_id
    seen: dict[UnitId, list[Sighting]] = queries.sightings(session, known, but=facility_id)
    where = queries.position_of(session, facility_id) if seen else (0.0, 0.0, "")
    wrong: dict[CapturedId, TimeInvalid] = {}
    for deed in deeds:
        packs = (facts.get(scan.code) for scan in deed.scans)
        scanned = [(fact, seen.get(fact.unit_id, ())) for fact in packs if fact is not None]
        fault = _fault(deed, scanned, where)
        if fault is not None:
            wrong[deed.event_id] = fault
    return wrong


def _fault(deed: Deed, scanned: Scanned, where: tuple[float, float, str]) -> TimeInvalid | None:
    here = Sighting(deed.told.event_time, *where)
    try:
        ensure_not_ahead(deed.told.event_time, now=deed.now)
        for fact, elsewhere in scanned:
            ensure_made(fact.code, fact.made_on, deed.told.event_time)
            ensure_reachable(fact.code, here, elsewhere)
    except TimeInvalid as fault:
        return fault
    return None
