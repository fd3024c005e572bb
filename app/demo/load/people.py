"""The demo's people as actors, for what they do themselves on the first morning."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import UserAccount
from app.accounts.queries import find_signed_in
from app.kernel.actor import Actor
from app.kernel.errors import NotFound


def somebody(session: Session, username: str) -> Actor:
    """Return a person of the demo.

    Raises:
        NotFound: the demo has no such person.
    """
    user_id = session.scalars(select(UserAccount.id).where(UserAccount.username == username)).one()
    signed_in = find_signed_in(session, user_id)
    if signed_in is None:
        raise NotFound("user")
    return signed_in.actor
