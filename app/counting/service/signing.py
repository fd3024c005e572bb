"""The second person beside the approver of a count with controlled medicines (双人复核)."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.service import Credentials
from app.kernel.actor import Actor, Permission


def cosigner(
    session: Session, actor: Actor, given: Credentials | None, *, now: datetime
) -> Actor | None:
    """Return who signs beside the actor with their own credential, or None without one.

    Raises:
        SecondPersonIsTheFirst, SecondPersonRefused, Throttled: the signature does not count.
    """
    if given is None:
        return None
    return accounts.verify_second_person(
        session, given, Permission.COUNTING_APPROVE, first=actor, now=now
    )
