"""Refusals of sign-in and of the administration of people."""

from app.kernel.errors import Conflict, Forbidden, RuleBroken, Unauthenticated


class CredentialsWrong(Unauthenticated):
    """Unknown user, wrong password and inactive account are told apart by nobody."""

    code = "credentials-wrong"


class SecondPersonNeeded(Forbidden):
    """Controlled medicines move between two people, each with their own credential."""

    code = "second-person-required"


class SecondPersonRefused(Forbidden):
    """The second credential is wrong, or its owner may not sign for this."""

    code = "second-person-refused"


class SecondPersonIsTheFirst(SecondPersonNeeded):
    """Two signatures of one person are one signature."""


class UsernameTaken(Conflict):
    """Somebody has this user name already."""

    code = "username-taken"


class PasswordTooWeak(RuleBroken):
    """The password is shorter than the minimum, or is the user name."""

    code = "password-too-weak"


class OwnAccount(RuleBroken):
    """Administrators may not lock themselves out."""

    code = "own-account"
