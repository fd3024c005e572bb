"""What a refusal leaves behind: an alert to the people concerned, packs to set apart."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.alerts import service as alerts
from app.kernel.actor import Actor
from app.kernel.errors import DomainError
from app.kernel.ids import UnitId
from app.traceability.errors import UnknownCode
from app.traceability.rules import CodeKind, recognise
from app.traceability.service.asking import ask_about


def note_incident(
    session: Session, actor: Actor, refusal: DomainError, now: datetime
) -> list[UnitId]:
    """Write the incident of a refusal down; return what is to be set apart for it.

    Called in a transaction in which the refused work was undone.
    """
    incident = refusal.incident
    if isinstance(refusal, UnknownCode) and recognise(refusal.subject).kind is CodeKind.CN20:
        ask_about(session, refusal.subject, now=now)
    if incident is None or not alerts.record(session, actor, incident, now=now):
        return []
    return sorted(incident.quarantine)
