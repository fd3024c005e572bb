"""Use cases of accounts: sign-in, tokens, the second person, and administration of people."""

from app.accounts.service.brake import close_attempt, open_attempt, sweep_attempts
from app.accounts.service.sign_in import (
    IDLE,
    LIFETIME,
    Credentials,
    IssuedToken,
    authenticate,
    check_credentials,
    issue_token,
    sign_out,
    sign_out_everywhere,
    sweep_tokens,
    verify_second_person,
)

__all__ = [
    "IDLE",
    "LIFETIME",
    "Credentials",
    "IssuedToken",
    "authenticate",
    "check_credentials",
    "close_attempt",
    "issue_token",
    "open_attempt",
    "sign_out",
    "sign_out_everywhere",
    "sweep_attempts",
    "sweep_tokens",
    "verify_second_person",
]
