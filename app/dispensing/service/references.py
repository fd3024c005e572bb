"""Numbers of dispensing documents: each facility's own, so that none waits for another."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.kernel.ids import FacilityId
from app.kernel.numbering import issue_numbers

PREFIX = "DP"


def new_reference(session: Session, facility_id: FacilityId, *, now: datetime) -> str:
    """Return the next reference of a facility, ``DP12-20261130-0007``.

    A series stays locked until its transaction ends, on disk: one for the county would let
    some twenty packs be given a second, however many clinics and processors there are.
    """
    return new_references(session, facility_id, 1, now=now)[0]


def new_references(
    session: Session, facility_id: FacilityId, count: int, *, now: datetime
) -> list[str]:
    """Return the next references of a facility in one step, ascending."""
    return issue_numbers(session, f"{PREFIX}{facility_id}", count, now=now)
