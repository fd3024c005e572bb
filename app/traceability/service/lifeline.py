"""The life of one code: supplier, receipt, carton, tote, vehicle, stop, clinic, patient."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.traceability.errors import CodeUnseen
from app.traceability.queries import LifeEvent, UnitFacts, find_facts, life_events


@dataclass(frozen=True, slots=True)
class LifeLine:
    """What a code is, and all that happened to it, in the order it was recorded."""

    facts: UnitFacts
    events: list[LifeEvent]


def life_line(session: Session, actor: Actor, code: str) -> LifeLine:
    """Return the life line of a code that passed through one of the actor's facilities.

    Raises:
        CodeUnseen: nobody announced it, or it never came near the actor's facilities.
    """
    facts = find_facts(session, code)
    if facts is None:
        raise CodeUnseen(code, scanned=code)
    events = life_events(session, facts.unit_id)
    if not actor.sees(*(event.facility_id for event in events)):
        raise CodeUnseen(code, scanned=code)
    return LifeLine(facts, events)
