"""The brake on guessing: failures count per user name, per address, and per pair of both."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from app.accounts.models import SignInAttempt
from app.accounts.rules import WINDOW, Failures, seconds_to_wait
from app.kernel.errors import Throttled

KEPT = timedelta(days=180)
"""Sign-in records stay six months (网络安全法 §21)."""


def open_attempt(session: Session, username: str, address: str, *, now: datetime) -> int:
    """Count an attempt before it is judged, so that a thousand at once count a thousand.

    Raises:
        Throttled: too many failures; ``retry_after`` says how long to wait.
    """
    for subject in sorted((f"sign-in user {username}", f"sign-in from {address}")):
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(subject, 0))))
    wait = seconds_to_wait(_failures(session, username, address, now=now))
    if wait:
        raise Throttled(username, retry_after=wait)
    attempt = SignInAttempt(username=username, address=address, attempted_at=now, succeeded=False)
    session.add(attempt)
    session.flush()
    return attempt.id


def close_attempt(session: Session, attempt_id: int) -> None:
    """Mark an attempt as successful; it no longer counts."""
    session.execute(
        update(SignInAttempt).where(SignInAttempt.id == attempt_id).values(succeeded=True)
    )


def sweep_attempts(session: Session, *, now: datetime) -> int:
    """Delete attempts older than they must be kept; return how many."""
    gone = delete(SignInAttempt).where(SignInAttempt.attempted_at < now - KEPT)
    return len(session.scalars(gone.returning(SignInAttempt.id)).all())


def _failures(session: Session, username: str, address: str, *, now: datetime) -> Failures:
    by_user = SignInAttempt.username == username
    by_address = SignInAttempt.address == address
    last_success = (
        select(func.max(SignInAttempt.attempted_at))
        .where(by_user, by_address, SignInAttempt.succeeded)
        .scalar_subquery()
    )
    since_success = SignInAttempt.attempted_at > func.coalesce(last_success, now - WINDOW)

    def count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        recent = SignInAttempt.attempted_at > now - WINDOW
        return (
            select(func.count())
            .where(~SignInAttempt.succeeded, recent, *conditions)
            .scalar_subquery()
        )

    pair, user, origin = session.execute(
        select(count(by_user, by_address, since_success), count(by_user), count(by_address))
    ).one()
    return Failures(pair=pair, username=user, address=origin)
