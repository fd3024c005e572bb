"""Questions other domains ask about facilities: names, the next delivery, entered roads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import FacilityId
from app.network import queries
from app.network.errors import RoadUnknown
from app.network.models import Facility, FacilityKind
from app.network.queries import FacilityRow
from app.network.rules import DeliveryWindow, next_window

list_names = queries.list_names
names_of = queries.names_of
served_days = queries.served_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A drive by road."""

    metres: int
    seconds: int


def get_facility(session: Session, facility_id: FacilityId) -> FacilityRow:
    """Return one facility.

    Raises:
        NotFound: there is no such facility.
    """
    facility = queries.find_facility(session, facility_id)
    if facility is None:
        raise NotFound("facility")
    return facility


def set_insurance_code(
    session: Session, actor: Actor, facility_id: FacilityId, code: str, *, now: datetime
) -> None:
    """Enter a facility's number with the insurance (定点医药机构编号).

    Raises:
        NotFound: there is no such facility.
    """
    facility = session.get(Facility, facility_id)
    if facility is None:
        raise NotFound("facility")
    before, facility.insurance_code = facility.insurance_code, code
    change = Change(
        subject=("facility", facility_id),
        action="changed",
        before={"insurance_code": before},
        after={"insurance_code": code},
    )
    history.record(session, actor, change, now=now)
    session.flush()


def facility_by_code(session: Session, code: str) -> Facility:
    """Return the active facility of this code.

    Raises:
        NotFound: there is none.
    """
    facility = session.scalars(
        select(Facility).where(Facility.code == code, Facility.active)
    ).first()
    if facility is None:
        raise NotFound("facility")
    return facility


def active_facility_ids(session: Session) -> list[FacilityId]:
    """Return every active facility."""
    return list(session.scalars(select(Facility.id).where(Facility.active)))


def central_pharmacy(session: Session) -> Facility:
    """Return the facility that owns the depot (中心药房).

    Raises:
        NotFound: the alliance has none yet.
    """
    centre = session.scalars(
        select(Facility)
        .where(Facility.kind == FacilityKind.CENTRAL_PHARMACY, Facility.active)
        .order_by(Facility.id)
        .limit(1)
    ).first()
    if centre is None:
        raise NotFound("central pharmacy")
    return centre


def next_delivery(
    session: Session, facility_id: FacilityId, *, now: datetime
) -> DeliveryWindow | None:
    """Return the next delivery an order written now can still catch; None where none is set."""
    return next_deliveries(session, [facility_id], now=now).get(facility_id)


def next_deliveries(
    session: Session, facility_ids: Iterable[FacilityId], *, now: datetime
) -> dict[FacilityId, DeliveryWindow]:
    """Return the next delivery of each facility; who is never served is missing."""
    found = {
        facility_id: next_window(week, now=now)
        for facility_id, week in queries.served_days(session, facility_ids).items()
    }
    return {facility_id: window for facility_id, window in found.items() if window}


def legs(session: Session, ids: Sequence[FacilityId]) -> dict[tuple[FacilityId, FacilityId], Leg]:
    """Return the whole matrix of drives among facilities; to itself it is zero.

    Raises:
        RoadUnknown: a road between two of them is not stored.
    """
    matrix = {
        (row.origin_id, row.target_id): Leg(metres=row.metres, seconds=row.seconds)
        for row in queries.list_legs(session, ids)
    }
    matrix |= {(one, one): Leg(metres=0, seconds=0) for one in ids}
    missing = [pair for pair in product(ids, ids) if pair not in matrix]
    if missing:
        names = queries.names_of(session, missing[0])
        origin, target = missing[0]
        raise RoadUnknown(origin=names.get(origin, ""), target=names.get(target, ""))
    return matrix
