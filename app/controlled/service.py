"""Use cases of controlled medicines: read the register, count empty ampoules back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.service import Credentials
from app.catalogue import service as catalogue
from app.catalogue.queries import ItemRow
from app.controlled import queries
from app.controlled.errors import NotControlled
from app.controlled.models import AmpouleReturn
from app.controlled.queries import AmpouleRow, Register
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId, ItemId
from app.kernel.numbering import issue_number
from app.network import service as network
from app.network.queries import FacilityRow

PREFIX = "AR"
Period = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPage:
    """A month of an item's register, with the empty ampoules that should match."""

    item: ItemRow
    facility: FacilityRow
    register: Register
    given: int
    awaiting_destruction: int
    ampoules: list[AmpouleRow]

    @property
    def ampoules_back(self) -> int:
        """Empty ampoules that came back."""
        return sum(row.quantity for row in self.ampoules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ampoules:
    """Empty ampoules brought back to a facility, and who counted them beside the actor."""

    facility_id: FacilityId
    item_id: ItemId
    quantity: int
    lot_number: str = ""
    note: str = ""
    second: Credentials | None = None


def read_page(
    session: Session, actor: Actor, subject: tuple[FacilityId, ItemId], period: Period
) -> RegisterPage:
    """Return a period of an item's register.

    Raises:
        NotFound: the facility is not the actor's to see, or there is no such item.
        NotControlled: the item has no dedicated register.
    """
    facility_id, item_id = subject
    if not actor.sees(facility_id):
        raise NotFound("facility")
    item = _controlled(session, item_id)
    return RegisterPage(
        item=item,
        facility=network.get_facility(session, facility_id),
        register=queries.read_register(session, subject, period),
        given=queries.given_to_patients(session, subject, period),
        awaiting_destruction=queries.awaiting_destruction(session, subject),
        ampoules=queries.list_ampoules(session, subject, period),
    )


def take_ampoules(
    session: Session, actor: Actor, back: Ampoules, *, now: datetime
) -> AmpouleReturn:
    """Write down empty ampoules that two people counted; nothing is ever changed again.

    Raises:
        NotFound: the facility is not the actor's, or there is no such item.
        NotControlled: the item has no dedicated register.
        SecondPersonNeeded, SecondPersonIsTheFirst, SecondPersonRefused: one person counted.
    """
    actor.must_act_for(back.facility_id, "facility")
    item = _controlled(session, back.item_id)
    second = accounts.cosign(session, actor, back.second, back.facility_id, now=now)
    stored = AmpouleReturn(
        reference=issue_number(session, PREFIX, now=now),
        facility_id=back.facility_id,
        item_id=item.id,
        quantity=back.quantity,
        lot_number=back.lot_number.upper(),
        note=back.note,
        user_id=actor.user_id,
        second_user_id=second,
        returned_at=now,
    )
    session.add(stored)
    session.flush()
    return stored


def _controlled(session: Session, item_id: ItemId) -> ItemRow:
    item = catalogue.get_item(session, item_id)
    if not item.is_controlled:
        raise NotControlled(item.name, item=item.name)
    return item
