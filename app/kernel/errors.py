"""Errors a user can act on; the web edge maps each class to a status and a translated text."""

from typing import Self

from app.kernel.incidents import Incident


class DomainError(Exception):
    """A request the rules refuse; ``code`` is stable and public, ``data`` names the things."""

    code = "refused"

    def __init__(self, subject: str = "", **data: object) -> None:
        """Keep the ``subject`` of the refusal and what a person needs to act on it."""
        super().__init__(subject)
        self.subject = subject
        self.data = data
        self.incident: Incident | None = None

    def leaving(self, incident: Incident) -> Self:
        """Let the edge write down what the refusal must leave behind."""
        self.incident = incident
        return self


class NotFound(DomainError):
    """The thing named does not exist, or this actor may not know that it does."""

    code = "not-found"


class Forbidden(DomainError):
    """The actor is known and may see the thing, but not do this to it."""

    code = "forbidden"


class Unauthenticated(DomainError):
    """Nobody knows who asks: the credential is missing, wrong or worn out."""

    code = "unauthenticated"


class Conflict(DomainError):
    """Somebody else got there first; asking again later may succeed."""

    code = "conflict"


class RuleBroken(DomainError):
    """The request contradicts a policy or a physical limit; repeating it cannot help."""

    code = "rule-broken"


class Locked(DomainError):
    """The goods are held: nobody may use them until whoever holds them says so."""

    code = "locked"


class Throttled(DomainError):
    """Too many attempts; ``data['retry_after']`` is in seconds."""

    code = "too-many-attempts"


class TooLarge(DomainError):
    """More was sent, or would have to be answered, than one request may carry."""

    code = "too-large"


class Unacceptable(DomainError):
    """The answer cannot be given in the form the client wants."""

    code = "not-acceptable"


class NotOffered(DomainError):
    """The interface knows the function, and this installation does not offer it."""

    code = "not-offered"


class KeyReused(RuleBroken):
    """The client key was used before for another request."""

    code = "idempotency-key-reused"
