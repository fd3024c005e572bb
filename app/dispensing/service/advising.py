"""What the giver of a pack should know: it is near its expiry, or another lot should go first."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from app.dispensing import queries
from app.kernel.db import Json
from app.kernel.ids import FacilityId, ItemId
from app.traceability.rules import days_left

NEAR_EXPIRY = "near-expiry"
TAKE_FIRST = "take-first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A warning that refuses nothing: its code, and what it is about."""

    code: str
    data: Json = field(default_factory=dict)


def advise(
    session: Session, given: tuple[FacilityId, ItemId, date], *, on: date
) -> tuple[Advice, ...]:
    """Return what to say about goods that were given: few days left, an earlier lot."""
    facility_id, item_id, expires_on = given
    told = []
    left = days_left(expires_on, on=on)
    if left is not None:
        near: Json = {"expires_on": expires_on.isoformat(), "days": left}
        told.append(Advice(code=NEAR_EXPIRY, data=near))
    at = (facility_id, item_id)
    earlier = queries.find_earlier_lot(session, at, today=on, before=expires_on)
    if earlier is not None:
        first: Json = {
            "lot": earlier.lot_number,
            "expires_on": earlier.expires_on.isoformat(),
            "place": earlier.place,
        }
        told.append(Advice(code=TAKE_FIRST, data=first))
    return tuple(told)
