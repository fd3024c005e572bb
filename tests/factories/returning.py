"""Ready-made returns to a supplier of goods that a receipt brought."""

from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.kernel.actor import Actor
from app.kernel.local_time import local_day
from app.purchasing import queries
from app.purchasing import service as purchasing
from app.purchasing.models import SupplierReturn
from app.purchasing.queries import ReturnableFilter, ReturnableRow
from app.purchasing.rules import SupplierReturnReason
from app.purchasing.service import ReturnRequest, Sending
from tests.factories.stock import NOW


def goods_of(session: Session, actor: Actor, item: Item) -> list[ReturnableRow]:
    """Return what of an item may go back."""
    wanted = ReturnableFilter(text=item.code)
    return queries.list_returnable(session, actor, wanted, 50, today=local_day(NOW))


def asked_back(
    session: Session, actor: Actor, item: Item, quantity: int, *, which: int = 0
) -> SupplierReturn:
    """Let the actor ask to send so much of an item back."""
    one = goods_of(session, actor, item)[which]
    request = ReturnRequest(
        reason=SupplierReturnReason.NEAR_EXPIRY,
        quantities={(one.line_id, one.balance_id): quantity},
    )
    return purchasing.request_return(session, actor, request, now=NOW)


def approved_back(
    session: Session, people: tuple[Actor, Actor], item: Item, quantity: int
) -> SupplierReturn:
    """Let one ask to send goods back and the other approve."""
    one, other = people
    wanted = asked_back(session, one, item, quantity)
    return purchasing.approve_return(session, other, wanted.reference, "", now=NOW)


def sent_back(
    session: Session, people: tuple[Actor, Actor], item: Item, quantity: int, *codes: str
) -> SupplierReturn:
    """Let one ask to send goods back, the other approve, and the first give them away."""
    approved = approved_back(session, people, item, quantity)
    sending = Sending(reference=approved.reference, carrier="供应商司机", codes=codes)
    return purchasing.send_return(session, people[0], sending, now=NOW)
