"""Use cases of accounts: sign-in, tokens, the second person, and administration of people."""

from app.accounts.service.brake import close_attempt, open_attempt, sweep_attempts
from app.accounts.service.people import (
    NewPerson,
    change_password,
    change_roles,
    choose_locale,
    create_person,
    deactivate,
    get_person,
    reset_password,
)
from app.accounts.service.sign_in import (
    IDLE,
    LIFETIME,
    Credentials,
    IssuedToken,
    authenticate,
    check_credentials,
    issue_token,
    sign_in,
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
    "NewPerson",
    "authenticate",
    "change_password",
    "change_roles",
    "check_credentials",
    "choose_locale",
    "close_attempt",
    "create_person",
    "deactivate",
    "get_person",
    "issue_token",
    "open_attempt",
    "reset_password",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "sweep_attempts",
    "sweep_tokens",
    "verify_second_person",
]
