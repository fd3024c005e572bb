"""Packs given in a row, written as a set."""

from collections.abc import Sequence

from app.capture.service.facts import Deed
from app.dispensing import service as dispensing
from app.dispensing.service import Gift
from app.inventory.errors import InsufficientStock
from app.traceability.service import Origin


def give_all(deeds: Sequence[Deed]) -> list[list[str] | None]:
    """Give the packs of these acts; return the documents of each, None where it waits.

    What waits wants a look of its own. Booked as of when they were given or, where the book
    learned of the goods only later, now.

    Raises:
        DomainError: the set is refused.
    """
    acts = [_gifts(deed) for deed in deeds]
    first = deeds[0]
    session, actor, now = first.session, first.actor, first.now
    try:
        with session.begin_nested():
            return dispensing.dispense_many(session, actor, acts, None, now=now)
    except InsufficientStock:
        return dispensing.dispense_many(session, actor, acts, now, now=now)


def origin_of(deed: Deed) -> Origin | None:
    """Return the name that an act on one code shares with a request that may have got lost."""
    return Origin(client_event_id=deed.told.client_event_id) if len(deed.told.codes) == 1 else None


def _gifts(deed: Deed) -> list[Gift]:
    """Return what an act gave; nothing where it does not make sense."""
    told = deed.told
    if told.quantity is not None and len(told.codes) > 1:
        return []
    return [
        Gift(
            scan=scan,
            quantity=told.quantity,
            note=told.note,
            happened_at=told.event_time,
            origin=origin_of(deed),
        )
        for scan in deed.scans
    ]
