"""Sign-in, live tokens, sign-out, and the second person's signature."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts import queries
from app.accounts.errors import CredentialsWrong, SecondPersonIsTheFirst, SecondPersonRefused
from app.accounts.models import AccessToken, TokenKind, UserAccount
from app.accounts.queries import SignedIn
from app.accounts.service import brake
from app.accounts.service.passwords import is_password
from app.kernel.actor import Actor, Permission
from app.kernel.errors import NotFound
from app.kernel.ids import UserId

IDLE = timedelta(hours=2)
LIFETIME = timedelta(hours=12)
"""A page session ends after two idle hours, and like an API token with the working day."""
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a person typed, and from which address."""

    username: str
    password: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """A new token; its text is shown once and stored nowhere."""

    text: str
    expires_at: datetime
    user_id: UserId


def check_credentials(session: Session, given: Credentials) -> UserId:
    """Return who this is, at one cost whether the user exists or not.

    Raises:
        CredentialsWrong: unknown user, wrong password or inactive account.
    """
    username = given.username.lower()
    user = session.scalars(select(UserAccount).where(UserAccount.username == username)).first()
    usable = user.password_hash if user and user.active else None
    if not is_password(usable, given.password) or user is None:
        raise CredentialsWrong
    return user.id


def sign_in(session: Session, given: Credentials, kind: TokenKind, *, now: datetime) -> IssuedToken:
    """Open a session or issue an API token for whoever knows the password.

    Raises:
        Throttled: too many failures; nothing was evaluated.
        CredentialsWrong: unknown user, wrong password or inactive account.
    """
    with _apart(session) as counting, counting.begin():
        attempt_id = brake.open_attempt(counting, given.username.lower(), given.address, now=now)
    token = issue_token(session, check_credentials(session, given), kind, now=now)
    brake.close_attempt(session, attempt_id)
    return token


def issue_token(
    session: Session, user_id: UserId, kind: TokenKind, *, now: datetime
) -> IssuedToken:
    """Open a session or issue an API token for a person whose credentials were checked."""
    text = secrets.token_urlsafe(32)
    token = AccessToken(
        digest=_digest(text),
        kind=kind,
        user_id=user_id,
        created_at=now,
        last_used_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(token)
    return IssuedToken(text=text, expires_at=token.expires_at, user_id=user_id)


def authenticate(session: Session, token: str, kind: str, *, now: datetime) -> SignedIn | None:
    """Return the person a live token of this kind stands for.

    Each statement stands alone: the session need not be one transaction.
    """
    live = queries.find_by_token(session, (_digest(token), TokenKind(kind)), now=now)
    if live is None or (kind == TokenKind.PAGE and live.last_used_at <= now - IDLE):
        return None
    if live.last_used_at <= now - NOTED_EVERY:
        session.execute(
            update(AccessToken).where(AccessToken.id == live.id).values(last_used_at=now)
        )
    return live.owner


def actor_of(session: Session, user_id: UserId) -> Actor:
    """Return the actor on whose behalf a job runs.

    Raises:
        NotFound: the account is closed or does not exist.
    """
    found = queries.find_signed_in(session, user_id)
    if found is None:
        raise NotFound("user")
    return found.actor


def sign_out(session: Session, token: str, *, now: datetime) -> None:
    """Revoke one token; a token that is unknown or already revoked stays so."""
    session.execute(
        update(AccessToken)
        .where(AccessToken.digest == _digest(token), AccessToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def sign_out_everywhere(session: Session, user_id: UserId, *, now: datetime) -> None:
    """Revoke every token of a person."""
    session.execute(
        update(AccessToken)
        .where(AccessToken.user_id == user_id, AccessToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def sweep_tokens(session: Session, *, now: datetime) -> int:
    """Delete tokens that ended a day ago; return how many."""
    gone = delete(AccessToken).where(AccessToken.expires_at < now - timedelta(days=1))
    return len(session.scalars(gone.returning(AccessToken.id)).all())


def verify_second_person(
    session: Session, given: Credentials, permission: Permission, *, first: Actor, now: datetime
) -> Actor:
    """Return the second person who signs beside ``first`` with their own credential (双人复核).

    The attempt is counted in a transaction of its own: it must outlive the refusal of the
    work it was made for, or the brake would never see it.

    Raises:
        SecondPersonIsTheFirst: both signatures are one person's.
        SecondPersonRefused: wrong credential, or its owner lacks ``permission``.
        Throttled: too many wrong credentials.
    """
    username = given.username.lower()
    with _apart(session) as counting, counting.begin():
        attempt_id = brake.open_attempt(counting, username, given.address, now=now)
    try:
        user_id = check_credentials(session, given)
    except CredentialsWrong as error:
        raise SecondPersonRefused(username) from error
    with _apart(session) as counting, counting.begin():
        brake.close_attempt(counting, attempt_id)
    if user_id == first.user_id:
        raise SecondPersonIsTheFirst(username)
    second = queries.find_signed_in(session, user_id)
    if second is None or not second.actor.may(permission):
        raise SecondPersonRefused(username)
    return second.actor


def _apart(session: Session) -> Session:
    return Session(session.get_bind(), join_transaction_mode="create_savepoint")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
