"""The desk: somebody takes an alert over, looks, and closes it with what it was."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.alerts import queries
from app.alerts.errors import AlertClosed, AlertTaken, ClosingNeedsQuality, ClosingNeedsReason
from app.alerts.models import Alert
from app.alerts.queries import AlertRow
from app.alerts.rules import AlertState, may_close
from app.kernel import history
from app.kernel.actor import Actor, Permission
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import AlertId

SUBJECT = "alert"


def get_alert(session: Session, actor: Actor, alert_id: AlertId) -> AlertRow:
    """Return an alert of a facility the actor sees.

    Raises:
        NotFound: there is none.
    """
    found = queries.find_alert(session, actor, alert_id)
    if found is None:
        raise NotFound("alert")
    return found


def take_alert(session: Session, actor: Actor, alert_id: AlertId, *, now: datetime) -> AlertRow:
    """Take an open alert over; taking one's own again changes nothing.

    Raises:
        NotFound: there is none the actor sees.
        AlertTaken: somebody else looks after it.
        AlertClosed: it is closed.
    """
    _handled_by(actor, get_alert(session, actor, alert_id))
    taken = session.execute(
        update(Alert)
        .where(Alert.id == alert_id, Alert.state == AlertState.OPEN)
        .values(state=AlertState.TAKEN, owner_id=actor.user_id, taken_at=now)
        .returning(Alert.id)
        .execution_options(synchronize_session=False)
    ).first()
    found = session.get_one(Alert, alert_id, populate_existing=True)
    if taken is None and found.state is AlertState.CLOSED:
        raise AlertClosed(str(alert_id))
    if found.owner_id != actor.user_id:
        owner = get_alert(session, actor, alert_id).owner
        raise AlertTaken(str(alert_id), owner=owner)
    if taken is not None:
        change = Change(subject=(SUBJECT, alert_id), action="alert-taken")
        history.record(session, actor, change, now=now)
    return get_alert(session, actor, alert_id)


def close_alert(
    session: Session, actor: Actor, alert_id: AlertId, reason: str, *, now: datetime
) -> AlertRow:
    """Close an alert with what it was; whoever closes it answers for it.

    Raises:
        NotFound: there is none the actor sees.
        ClosingNeedsReason: people must learn what it was.
        ClosingNeedsQuality: it is of level 3 or 4, and the actor does not decide on quality.
        AlertClosed: somebody closed it before.
    """
    found = get_alert(session, actor, alert_id)
    _handled_by(actor, found)
    if not reason.strip():
        raise ClosingNeedsReason(str(alert_id))
    if not may_close(found.level, is_quality=actor.may(Permission.TRACEABILITY_HOLD)):
        raise ClosingNeedsQuality(str(alert_id), level=found.level)
    closed = session.execute(
        update(Alert)
        .where(Alert.id == alert_id, Alert.state != AlertState.CLOSED)
        .values(
            state=AlertState.CLOSED,
            owner_id=actor.user_id,
            closed_at=now,
            closed_reason=reason.strip(),
        )
        .returning(Alert.id)
        .execution_options(synchronize_session=False)
    ).first()
    if closed is None:
        raise AlertClosed(str(alert_id))
    change = Change(subject=(SUBJECT, alert_id), action="alert-closed", reason=reason.strip())
    history.record(session, actor, change, now=now)
    return get_alert(session, actor, alert_id)


def _handled_by(actor: Actor, found: AlertRow) -> None:
    """Let people act at their own facilities, and quality everywhere."""
    if not actor.may(Permission.TRACEABILITY_HOLD):
        actor.must_act_for(found.facility_id, SUBJECT)
