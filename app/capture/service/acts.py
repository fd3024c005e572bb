"""Do what a device did, through the same services as people at a page."""

from collections.abc import Callable, Mapping

from app.capture.errors import CaptureIncomplete
from app.capture.rules import Act
from app.capture.service.facts import Deed, Done
from app.capture.service.moving import move, observe, pack, unpack
from app.capture.service.receiving import receive
from app.counting.models import EntryKind
from app.counting.service import CountEvent
from app.counting.service.entering import take
from app.dispensing import service as dispensing
from app.dispensing.service import DispenseRequest
from app.inventory.errors import InsufficientStock


def perform(deed: Deed) -> Done:
    """Do an act.

    Raises:
        CaptureIncomplete: it does not say what it is about.
        DomainError: a rule of the act refuses it.
    """
    return _ACTS[deed.told.act](deed)


def _dispense(deed: Deed) -> Done:
    codes = deed.need_codes()
    if deed.told.quantity is not None and len(codes) > 1:
        raise CaptureIncomplete("quantity", field="quantity")
    return Done(documents=tuple(_give(deed, code) for code in codes))


def _give(deed: Deed, code: str) -> str:
    """Give a pack as at the moment it was given, or where the book had it only later, as of now.

    The patient's moment stays on the document and in the code's life; the book may have learned
    of the goods after them.
    """
    told = deed.told
    for booked_at in (told.event_time, deed.now):
        request = DispenseRequest(
            code=code,
            quantity=told.quantity,
            note=told.note,
            happened_at=told.event_time,
            booked_at=booked_at,
            client_event_id=told.client_event_id if len(told.codes) == 1 else "",
        )
        try:
            with deed.session.begin_nested():
                given = dispensing.dispense(deed.session, deed.actor, request, now=deed.now)
                return given.reference
        except InsufficientStock:
            if booked_at == deed.now:
                raise
    raise AssertionError("unreachable")


def _count(deed: Deed) -> Done:
    """Count by a sheet, or only note that the codes were seen."""
    if not deed.told.document:
        return observe(deed)
    for number, code in enumerate(deed.need_codes()):
        event = CountEvent(
            client_event_id=f"{deed.told.client_event_id}/{number}",
            device=f"{deed.device}/{number}",
            device_seq=deed.told.device_seq,
            kind=EntryKind.SCANNED,
            sheet=deed.told.document,
            event_time=deed.told.event_time,
            bin=deed.told.place,
            code=code,
        )
        take(deed.session, deed.actor, event, now=deed.now)
    return Done(documents=(deed.told.document,))


_ACTS: Mapping[Act, Callable[[Deed], Done]] = {
    Act.DISPENSE: _dispense,
    Act.RECEIVE: receive,
    Act.PACK: pack,
    Act.UNPACK: unpack,
    Act.MOVE: move,
    Act.COUNT: _count,
}
