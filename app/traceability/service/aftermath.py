"""What a refusal leaves behind: an alert to the people concerned, a pack set apart."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.alerts import service as alerts
from app.kernel.actor import Actor
from app.kernel.errors import DomainError
from app.traceability.errors import UnknownCode
from app.traceability.rules import CodeKind, recognise
from app.traceability.service.quarantine import Cause, set_apart
from app.traceability.service.recognising import ask_about


def keep_incident(session: Session, actor: Actor, refusal: DomainError, now: datetime) -> None:
    """Write the incident of a refusal down, in a transaction in which its work was undone.

    Edges do so by themselves; whoever answers many events in one transaction calls it for each
    refused one, after the event's savepoint is rolled back.
    """
    incident = refusal.incident
    if isinstance(refusal, UnknownCode) and recognise(refusal.subject).kind is CodeKind.CN20:
        ask_about(session, refusal.subject, now=now)
    if incident is None or not alerts.record(session, actor, incident, now=now):
        return
    cause = Cause(kind=incident.kind, document=incident.document)
    for unit_id in sorted(incident.quarantine):
        set_apart(session, actor, unit_id, cause, now=now)
