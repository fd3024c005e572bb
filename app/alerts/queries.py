"""Read side of the alerts desk."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import column, func, select, table, tuple_
from sqlalchemy.orm import Session, aliased

from app.accounts.models import RoleGrant, UserAccount
from app.accounts.rules import Role
from app.alerts.models import Alert, Attempt
from app.alerts.rules import AlertState
from app.kernel.actor import Actor, Permission
from app.kernel.db import Json
from app.kernel.ids import AlertId, FacilityId
from app.network.models import Facility

UNIT = table("unit", column("id"), column("code"))
HOLD = table("unit_hold", column("unit_id"), column("kind"), column("until"))
"""Codes stand in a domain above; the desk only reads what became of a pack."""


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert as the desk shows it: what, where, who, how often, and who looks after it.

    ``apart`` is why the pack of its code is in quarantine now; ``is_unit`` says that the code
    is one of a pack we know.
    """

    id: AlertId
    kind: str
    level: int
    facility_id: FacilityId
    facility: str
    by: str
    code: str
    what: str
    document: str
    details: Json
    times: int
    raised_at: datetime
    last_at: datetime
    state: AlertState
    owner: str | None
    taken_at: datetime | None
    closed_at: datetime | None
    closed_reason: str
    apart: str | None
    is_unit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which alerts to list: closed ones or those that wait, of one level or of all."""

    closed: bool = False
    level: int | None = None
    code: str | None = None
    after: tuple[str | int, ...] | None = None


def list_alerts(session: Session, actor: Actor, wanted: Wanted, size: int) -> list[AlertRow]:
    """Return alerts the actor sees, most serious and oldest first, at most ``size`` + 1."""
    statement = _rows(actor).order_by(Alert.level.desc(), Alert.id).limit(size + 1)
    closed = Alert.state == AlertState.CLOSED
    statement = statement.where(closed if wanted.closed else ~closed)
    if wanted.level is not None:
        statement = statement.where(Alert.level == wanted.level)
    if wanted.code is not None:
        statement = statement.where(Alert.code == wanted.code)
    if wanted.after:
        level, alert_id = wanted.after
        statement = statement.where(tuple_(-Alert.level, Alert.id) > (-int(level), int(alert_id)))
    return _read(session, statement)


def find_alert(session: Session, actor: Actor, alert_id: AlertId) -> AlertRow | None:
    """Return one alert the actor sees."""
    return next(iter(_read(session, _rows(actor).where(Alert.id == alert_id))), None)


def count_waiting(session: Session, actor: Actor) -> dict[int, int]:
    """Return how many alerts of each level wait for a person."""
    rows = session.execute(
        _seen(select(Alert.level, func.count()), actor)
        .where(Alert.state != AlertState.CLOSED)
        .group_by(Alert.level)
    )
    return {row[0]: row[1] for row in rows}


def count_open(session: Session, facility_id: FacilityId | None, *, least: int) -> int:
    """Return how many alerts of a level or above nobody has closed, at one facility or all."""
    statement = select(func.count()).where(Alert.state != AlertState.CLOSED, Alert.level >= least)
    if facility_id is not None:
        statement = statement.where(Alert.facility_id == facility_id)
    return session.scalar(statement) or 0


def count_attempts(session: Session, key: str, since: datetime | None) -> int:
    """Return how many different things were tried under a key."""
    statement = select(func.count(Attempt.subject.distinct())).where(Attempt.incident_key == key)
    if since is not None:
        statement = statement.where(Attempt.happened_at >= since)
    return session.scalar(statement) or 0


def quality_sites(session: Session) -> Sequence[FacilityId]:
    """Return the facilities at which somebody answers for quality."""
    return session.scalars(
        select(RoleGrant.facility_id).where(RoleGrant.role == Role.QUALITY).distinct()
    ).all()


def _rows(actor: Actor) -> Any:
    owner = aliased(UserAccount)
    statement = (
        select(
            Alert.id,
            Alert.kind,
            Alert.level,
            Alert.facility_id,
            Facility.short_name,
            UserAccount.name,
            Alert.code,
            Alert.what,
            Alert.document,
            Alert.details,
            Alert.times,
            Alert.raised_at,
            Alert.last_at,
            Alert.state,
            owner.name,
            Alert.taken_at,
            Alert.closed_at,
            Alert.closed_reason,
            select(HOLD.c.kind)
            .join(UNIT, UNIT.c.id == HOLD.c.unit_id)
            .where(UNIT.c.code == Alert.code, HOLD.c.until.is_(None))
            .correlate(Alert)
            .scalar_subquery(),
            select(UNIT.c.id).where(UNIT.c.code == Alert.code).correlate(Alert).exists(),
        )
        .join(Facility, Facility.id == Alert.facility_id)
        .join(UserAccount, UserAccount.id == Alert.user_id)
        .outerjoin(owner, owner.id == Alert.owner_id)
    )
    return _seen(statement, actor)


def _seen(statement: Any, actor: Actor) -> Any:
    if actor.may(Permission.COUNTY_READ):
        return statement
    return statement.where(Alert.facility_id.in_(actor.facility_ids))


def _read(session: Session, statement: Any) -> list[AlertRow]:
    rows: Iterable[Any] = session.execute(statement)
    return [AlertRow(*row) for row in rows]
