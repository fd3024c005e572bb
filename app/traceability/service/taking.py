"""Take base units out of a pack for a patient, once each, and put mistakes back (发药、拆零)."""

from dataclasses import replace

from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.kernel.ids import PlaceId
from app.traceability.errors import Exhausted, UnitChanged
from app.traceability.models import Disposition, Unit
from app.traceability.rules.transitions import IN_HAND
from app.traceability.service.events import Happening, close_membership, is_rare, write_event
from app.traceability.service.steps import (
    Step,
    lock_units,
    refuse_gone,
    state_of,
    take_and_tell,
    take_step,
    tops_at,
    tops_of,
)

GIVEN = frozenset({Disposition.DISPENSED, Disposition.PARTIALLY_DISPENSED})


def dispense(
    session: Session,
    actor: Actor,
    giving: tuple[Unit, int],
    places: tuple[PlaceId, PlaceId],
    happening: Happening,
) -> Unit:
    """Take base units out of a pack for a patient; the code stays with what remains (拆零).

    ``places`` are the shelf it must lie on and the patient's virtual place. The event tells
    what the pack became: dispensed, or in part.

    Raises:
        AlreadyDispensed: nothing is left in the pack.
        PackSetApart, OutOfCirculation: it is in quarantine, or left our hands otherwise.
        Exhausted: less is left than asked.
        NotHere: the pack lies elsewhere.
    """
    unit, quantity = giving
    if _at_once(session, actor, giving, places, happening):
        return unit
    shelf = places[0]
    held = lock_units(session, [unit.id])
    own = held[unit.id]
    refuse_gone(own, own.disposition)
    if quantity > own.remaining:
        raise Exhausted(
            own.code,
            scanned=own.code,
            asked=quantity,
            left=own.remaining,
            capacity=own.capacity,
            taken=own.consumed,
        )
    tops = tops_at(session, [own], shelf)
    refuse_gone(own, state_of(own, tops))
    step = _step(own, quantity, places)
    told = replace(happening, disposition=step.wanted)
    event = write_event(session, actor, told, {own.id: quantity})
    close_membership(session, held.values(), event)
    take_step(session, held, tops, step)
    return own


def _step(unit: Unit, quantity: int, places: tuple[PlaceId, PlaceId]) -> Step:
    shelf, patient = places
    whole = quantity == unit.remaining
    return Step(
        wanted=Disposition.DISPENSED if whole else Disposition.PARTIALLY_DISPENSED,
        place_id=patient if whole else shelf,
        taken=quantity,
    )


def _at_once(
    session: Session,
    actor: Actor,
    giving: tuple[Unit, int],
    places: tuple[PlaceId, PlaceId],
    happening: Happening,
) -> bool:
    """Take from a pack that lies openly on the shelf if its row is still as it was read.

    Step and event are one statement. What this does not do, for whatever reason, is left to
    the long way, which locks, reads again and says what is wrong.
    """
    unit, quantity = giving
    if unit.place_id != places[0] or unit.disposition not in IN_HAND or is_rare(happening):
        return False
    if quantity > unit.remaining:
        return False
    step = _step(unit, quantity, places)
    told = replace(happening, disposition=step.wanted)
    return take_and_tell(session, actor, unit, step, told)


def take_back(
    session: Session,
    actor: Actor,
    returned: tuple[Unit, int],
    places: tuple[PlaceId, PlaceId],
    happening: Happening,
) -> Unit:
    """Put base units that were taken out by mistake back into their pack.

    ``places`` are the patient's virtual place and the shelf the pack returns to.

    Raises:
        UnitChanged: the pack was not dispensed from that shelf, or has moved on since.
    """
    unit, quantity = returned
    held = lock_units(session, [unit.id])
    own = held[unit.id]
    if own.disposition not in GIVEN or own.place_id not in places or quantity > own.consumed:
        raise UnitChanged(own.code, scanned=own.code)
    write_event(session, actor, happening, {own.id: quantity})
    step = Step(wanted=Disposition.IN_STOCK, place_id=places[1], taken=-quantity)
    take_step(session, held, tops_of(session, held.values()), step)
    return own
