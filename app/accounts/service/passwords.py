"""Argon2 password hashes: never many at once, and the same cost for unknown users."""

from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from app.accounts.errors import PasswordTooWeak
from app.kernel.errors import Throttled

HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
"""OWASP's figure of 19 MiB; 22 ms on one core."""
SHORTEST, LONGEST = 8, 128
AT_ONCE = BoundedSemaphore(2)
PATIENCE_SECONDS = 5


@contextmanager
def _turn() -> Generator[None]:
    """Wait for one of the few places at the hash, so that a flood leaves a core free."""
    if not AT_ONCE.acquire(timeout=PATIENCE_SECONDS):
        raise Throttled(retry_after=PATIENCE_SECONDS)
    try:
        yield
    finally:
        AT_ONCE.release()


def hash_password(username: str, password: str) -> str:
    """Return what may be stored of a password.

    Raises:
        PasswordTooWeak: shorter than 8 characters, longer than 128, or the user name.
    """
    if not SHORTEST <= len(password) <= LONGEST or password.lower() == username:
        raise PasswordTooWeak(username, shortest=SHORTEST)
    return make_hash(password)


def make_hash(password: str) -> str:
    """Hash whatever it is; for the demo, whose password the operator chooses."""
    with _turn():
        return HASHER.hash(password)


def is_password(stored: str | None, given: str) -> bool:
    """Say whether the password fits; without a stored one, take as long and say no."""
    with _turn():
        try:
            return HASHER.verify(stored or _nobodys(), given) and stored is not None
        except (VerifyMismatchError, InvalidHashError):
            return False


@cache
def _nobodys() -> str:
    return HASHER.hash("nobody has this password")
