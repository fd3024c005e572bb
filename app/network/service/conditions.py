"""What the dispatcher knows of roads: closures, slow seasons, terrain."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import FacilityId, RoadConditionId
from app.network import queries
from app.network.errors import ConditionUnclear
from app.network.models import Facility, RoadCondition, RoadTownship
from app.network.rules.conditions import FULL_PERCENT, ConditionKind
from app.network.rules.great_circle import USUAL_PERMILLE, Terrain


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRequest:
    """A condition to enter, from a day to a day, both included; see ``RoadCondition``."""

    kind: ConditionKind
    starts_on: date
    ends_on: date
    reason: str
    origin_id: FacilityId | None = None
    target_id: FacilityId | None = None
    township: str = ""
    terrain: Terrain | None = None
    speed_percent: int = FULL_PERCENT


def enter_condition(
    session: Session, actor: Actor, request: ConditionRequest, *, now: datetime
) -> RoadCondition:
    """Enter a closed road, a township cut off, or a slow season; plans heed it from now on.

    Raises:
        ConditionUnclear: it ends before it starts, or does not say where or how slow.
        NotFound: there is no such facility or township.
    """
    if request.starts_on > request.ends_on or not _says_where(request):
        raise ConditionUnclear
    _require_places(session, request)
    condition = RoadCondition(
        kind=request.kind,
        origin_id=request.origin_id,
        target_id=request.target_id,
        township=request.township,
        terrain=request.terrain,
        speed_percent=request.speed_percent,
        starts_on=request.starts_on,
        ends_on=request.ends_on,
        reason=request.reason,
        user_id=actor.user_id,
        entered_at=now,
    )
    session.add(condition)
    session.flush()
    change = Change(subject=("road_condition", condition.id), action="created")
    history.record(session, actor, change, now=now)
    return condition


def _says_where(request: ConditionRequest) -> bool:
    if request.kind is ConditionKind.CLOSED:
        ends = {request.origin_id, request.target_id}
        return None not in ends and len(ends) > 1
    if request.kind is ConditionKind.CUT_OFF:
        return bool(request.township)
    return request.speed_percent < FULL_PERCENT


def _require_places(session: Session, request: ConditionRequest) -> None:
    ends = {end for end in (request.origin_id, request.target_id) if end is not None}
    if len(queries.names_of(session, ends)) < len(ends):
        raise NotFound("facility")
    if request.township:
        _require_township(session, request.township)


def _require_township(session: Session, township: str) -> None:
    lived_in = select(Facility.id).where(Facility.township == township, Facility.active)
    if session.scalar(lived_in.limit(1)) is None:
        raise NotFound("township")


def lift_condition(
    session: Session, actor: Actor, condition_id: RoadConditionId, *, now: datetime
) -> None:
    """End a condition before its last day. Doing it twice changes nothing.

    Raises:
        NotFound: there is no such condition.
    """
    if session.get(RoadCondition, condition_id) is None:
        raise NotFound("road condition")
    lifted = session.scalars(
        update(RoadCondition)
        .where(RoadCondition.id == condition_id, RoadCondition.lifted_at.is_(None))
        .values(lifted_at=now)
        .returning(RoadCondition.id)
    ).all()
    for one in lifted:
        change = Change(subject=("road_condition", one), action="lifted")
        history.record(session, actor, change, now=now)


def set_terrain(session: Session, township: str, terrain: Terrain) -> None:
    """Say what the country of a township is like; its calibration begins anew the next night.

    Raises:
        NotFound: no active facility lies in such a township.
    """
    _require_township(session, township)
    anew = {
        "terrain": terrain,
        "legs": 0,
        "median_permille": None,
        "factor_permille": USUAL_PERMILLE,
        "calibrated_at": None,
    }
    statement = insert(RoadTownship).values(township=township, **anew)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["township"], set_=anew, where=RoadTownship.terrain != terrain
        )
    )
