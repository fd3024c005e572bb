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
    """The administrator allowed no host to be called; queries are asked again by name."""

    code = "epcis-not-offered"


class ScheduleWrong(DomainError):
    """A subscription must say when it is due, in one way; ``data['field']`` says what is wrong."""

    code = "epcis-schedule"


class DestinationRefused(DomainError):
    """An address to call is not https, or its host is none the administrator allowed."""

    code = "epcis-destination"


class SubscribeNotPermitted(DomainError):
    """A query that counts or sorts its events cannot be subscribed to."""

    code = "epcis-subscribe-not-permitted"


class FormatNotOffered(Unacceptable):
    """The answer cannot be written as the request wants it; ``data['header']`` says which."""

    code = "epcis-not-acceptable"
