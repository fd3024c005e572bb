"""Refusals of sign-in and of the administration of people."""

from app.web.messages.common import N_

REFUSALS = {
    "credentials-wrong": N_("User name or password is wrong."),
    "second-person-refused": N_(
        "The second person could not sign: wrong user name or password, or no right to do this."
    ),
    "second-person-required": N_(
        "A second person must sign with their own name and password, not whoever acts first."
    ),
    "username-taken": N_("The user name %(subject)s is taken."),
    "password-too-weak": N_(
        "The password needs at least %(shortest)s characters and must not be the user name."
    ),
    "own-account": N_("You cannot do this to your own account."),
}
