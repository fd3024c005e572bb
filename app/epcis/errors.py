"""What can go wrong with an exchange of events; ``data['exception']`` is EPCIS's own word."""

from app.kernel.errors import Conflict, DomainError, NotFound, NotOffered, TooLarge, Unacceptable


class EventNotFound(NotFound):
    """There is no such event, resource or query, or it is not visible to the actor."""

    code = "epcis-not-found"


class EventInvalid(DomainError):
    """A document or event is not as EPCIS has them; ``data['where']`` says where."""

    code = "epcis-invalid"


class QueryParameterWrong(DomainError):
    """A query has a parameter that is unknown, or a value it cannot have."""

    code = "epcis-query-parameter"


class PageTokenSpent(DomainError):
    """The token of the next page is not ours, of another query, or has expired."""

    code = "epcis-page-token"


class QueryTooLarge(TooLarge):
    """More events match than the query allows or one answer may hold."""

    code = "epcis-query-too-large"


class CaptureTooLarge(TooLarge):
    """A document holds more events, or more bytes, than one capture takes."""

    code = "epcis-capture-limit"


class QueryNameTaken(Conflict):
    """A named query of this name exists."""

    code = "epcis-query-name-taken"


class SubscriptionsNotOffered(NotOffered):
    """Queries are polled; nobody is called back."""

    code = "epcis-not-offered"


class FormatNotOffered(Unacceptable):
    """The answer cannot be written as the request wants it; ``data['header']`` says which."""

    code = "epcis-not-acceptable"
