"""Write incidents down: count what is harmless once, raise what is suspicious, tell people."""

from datetime import datetime, timedelta

from sqlalchemy import delete, literal_column
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.alerts import queries
from app.alerts.models import Alert, Attempt
from app.alerts.rules import FOR_QUALITY, HINT, AlertState, is_quality_matter, plain_details
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId
from app.kernel.incidents import Incident
from app.notices import service as notices
from app.notices.rules import NoticeKind
from app.notices.service import News

KEPT = timedelta(days=30)
"""Attempts older than this are forgotten."""


def record(session: Session, actor: Actor, incident: Incident, *, now: datetime) -> bool:
    """Keep an incident; return whether it alarmed, for the first time or again."""
    if incident.alarms_at > 1:
        session.add(
            Attempt(
                incident_key=incident.key,
                subject=incident.subject,
                user_id=actor.user_id,
                happened_at=now,
            )
        )
        session.flush()
        if attempts_so_far(session, incident, now=now) < incident.alarms_at:
            return False
    raise_alert(session, actor, incident, now=now)
    return True


def attempts_so_far(session: Session, incident: Incident, *, now: datetime) -> int:
    """Return how often an incident that is counted first has happened."""
    since = now - incident.within if incident.within else None
    return queries.count_attempts(session, incident.key, since)


def raise_alert(session: Session, actor: Actor, incident: Incident, *, now: datetime) -> bool:
    """Store an alert, or count it once more where it stands; tell people of a new one.

    Two at once queue on the unique key, so an incident never becomes two alerts. Return
    whether it is new.
    """
    facility_id = incident.facility_id or actor.facility_id
    added = insert(Alert).values(
        kind=incident.kind,
        level=incident.level,
        incident_key=incident.key,
        facility_id=facility_id,
        user_id=actor.user_id,
        code=incident.code,
        what=incident.what,
        document=incident.document,
        details=plain_details(incident.details),
        times=1,
        raised_at=now,
        last_at=now,
        state=AlertState.OPEN,
        closed_reason="",
    )
    is_new: bool = session.execute(
        added.on_conflict_do_update(
            index_elements=[Alert.incident_key],
            set_={"times": Alert.times + 1, "last_at": added.excluded.last_at},
        ).returning(literal_column("xmax = 0"))
    ).scalar_one()
    if is_new:
        _tell(session, facility_id, incident.level, now=now)
    return is_new


def _tell(session: Session, facility_id: FacilityId, level: int, *, now: datetime) -> None:
    here = queries.count_open(session, facility_id, least=HINT)
    news = News(facility_id=facility_id, fresh=1, total=here)
    notices.push(session, NoticeKind.TRACE_ALERT, [news], now=now)
    if not is_quality_matter(level):
        return
    everywhere = queries.count_open(session, None, least=FOR_QUALITY)
    county = [
        News(facility_id=site, fresh=1, total=everywhere) for site in queries.quality_sites(session)
    ]
    notices.push(session, NoticeKind.TRACE_ALARM, county, now=now)


def sweep(session: Session, *, now: datetime) -> int:
    """Forget old attempts; return how many. Alerts stay."""
    gone = delete(Attempt).where(Attempt.happened_at < now - KEPT).returning(Attempt.id)
    return len(session.scalars(gone).all())
