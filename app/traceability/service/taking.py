"""Take base units out of a pack for a patient, once each, and put mistakes back (发药、拆零)."""

from dataclasses import replace

from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.kernel.ids import PlaceId
from app.traceability.errors import Exhausted, UnitChanged
from app.traceability.models import Disposition, Unit
from app.traceability.service.events import Happening, close_membership, write_event
from app.traceability.service.steps import (
    Step,
    lock_units,
    refuse_gone,
    state_of,
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
    shelf, patient = places
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
    whole = quantity == own.remaining
    became = Disposition.DISPENSED if whole else Disposition.PARTIALLY_DISPENSED
    told = replace(happening, disposition=became)
    event = write_event(session, actor, told, {own.id: quantity})
    close_membership(session, held.values(), event)
    step = Step(wanted=became, place_id=patient if whole else shelf, taken=quantity)
    take_step(session, held, tops, step)
    return own


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
