"""Sentences of the exchange of events (EPCIS)."""

from app.web.messages.common import N_

LABELS = {
    "CaptureOutcome": {
        "running": N_("Being captured"),
        "taken": N_("Captured"),
        "partly": N_("Captured in part"),
        "refused": N_("Refused"),
        "failed": N_("Broken off"),
    },
}
REFUSALS = {
    "epcis-capture-limit": N_("More than %(limit)s events in one document. Send it in parts."),
    "epcis-destination": N_(
        "%(host)s cannot be called: https only, and only hosts the administrator allowed."
    ),
    "epcis-invalid": N_("Not as EPCIS has it, at %(where)s: %(why)s"),
    "epcis-not-acceptable": N_("%(header)s asks for a form in which we cannot answer."),
    "epcis-not-found": N_("There is no such thing in the exchange, or you may not see it."),
    "epcis-not-offered": N_(
        "No host may be called here (EPCIS_CALLBACK_HOSTS). Ask again by the query's name."
    ),
    "epcis-page-token": N_("This page token is spent. Ask for the first page again."),
    "epcis-query-name-taken": N_("There is a query named %(name)s already."),
    "epcis-query-parameter": N_("The query parameter %(parameter)s is unknown or cannot be so."),
    "epcis-query-too-large": N_("More than %(most)s events are meant. Ask for less."),
    "not-acceptable": N_("We cannot answer in this form."),
    "not-offered": N_("This installation does not offer this."),
    "epcis-schedule": N_("When to call is not clear at %(field)s: a schedule, or stream: true."),
    "epcis-subscribe-not-permitted": N_(
        "This query counts or sorts its events (%(parameter)s), so it cannot be subscribed to."
    ),
    "too-large": N_("More was sent or asked for than one request may carry."),
}
