"""Packs given in a row, written as a set."""

from collections.abc import Sequence

from app.capture.errors import CaptureIncomplete
from app.capture.service.facts import Deed
from app.dispensing import service as dispensing
from app.dispensing.service import Gift
from app.inventory.errors import InsufficientStock


def give_all(deeds: Sequence[Deed]) -> list[list[str]]:
    """Give the packs of these acts; return the documents of each act.

    Booked as of when they were given or, where the book learned of the goods only later, now.

    Raises:
        CaptureIncomplete: an act does not say what it is about.
        DomainError: one of the packs may not be given.
    """
    gifts = [gift for deed in deeds for gift in _gifts(deed)]
    first = deeds[0]
    session, actor, now = first.session, first.actor, first.now
    try:
        with session.begin_nested():
            made = dispensing.dispense_many(session, actor, gifts, None, now=now)
    except InsufficientStock:
        made = dispensing.dispense_many(session, actor, gifts, now, now=now)
    documents = iter(made)
    return [[next(documents) for _ in deed.told.codes] for deed in deeds]


def _gifts(deed: Deed) -> list[Gift]:
    codes, told = deed.need_codes(), deed.told
    if told.quantity is not None and len(codes) > 1:
        raise CaptureIncomplete("quantity", field="quantity")
    return [
        Gift(code=code, quantity=told.quantity, note=told.note, happened_at=told.event_time)
        for code in codes
    ]
