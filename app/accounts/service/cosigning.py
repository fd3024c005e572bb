"""The second signature that controlled medicines ask for (麻精药品双人签字)."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.errors import SecondPersonNeeded, SecondPersonRefused
from app.accounts.service.sign_in import Credentials, verify_second_person
from app.kernel.actor import Actor, Permission
from app.kernel.ids import FacilityId, UserId


def cosign(
    session: Session,
    actor: Actor,
    given: Credentials | None,
    facility_id: FacilityId,
    *,
    now: datetime,
) -> UserId:
    """Return who opens a facility's double-locked cupboard together with the actor.

    Raises:
        SecondPersonNeeded: nobody signed.
        SecondPersonIsTheFirst: both signatures are one person's.
        SecondPersonRefused: wrong credential, or its owner may not sign at this facility.
        Throttled: too many wrong credentials.
    """
    if given is None:
        raise SecondPersonNeeded
    second = verify_second_person(
        session, given, Permission.CONTROLLED_COSIGN, first=actor, now=now
    )
    if facility_id not in second.facility_ids:
        raise SecondPersonRefused(given.username)
    return second.user_id
