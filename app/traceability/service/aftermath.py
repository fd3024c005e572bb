"""What a refusal leaves behind: an alert to the people concerned."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.alerts import service as alerts
from app.kernel.actor import Actor
from app.kernel.errors import DomainError


def keep_incident(session: Session, actor: Actor, refusal: DomainError, now: datetime) -> None:
    """Write the incident of a refusal down, in a transaction in which its work was undone.

    Edges do so by themselves; whoever answers many events in one transaction calls it for each
    refused one, after the event's savepoint is rolled back.
    """
    if refusal.incident is not None:
        alerts.record(session, actor, refusal.incident, now=now)
