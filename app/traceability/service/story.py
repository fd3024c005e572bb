"""The whole story of one code: its life line, containers, corrections, holds, and the map."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.history import HistoryEntry
from app.kernel.ids import FacilityId
from app.network.models import Facility, FacilityKind
from app.traceability.queries import LifeEvent, Stay, UnitFacts, list_stays
from app.traceability.service.lifeline import life_line

LEAD_HOSPITAL, TOWNSHIP_CLINIC = FacilityKind.LEAD_HOSPITAL, FacilityKind.TOWNSHIP_CLINIC


@dataclass(frozen=True, slots=True)
class Site:
    """Where a facility stands."""

    facility_id: FacilityId
    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of a code.

    ``holds`` are what quality did to its lot; ``sites`` the county's facilities, for the map.
    """

    facts: UnitFacts
    events: list[LifeEvent]
    stays: list[Stay]
    holds: list[HistoryEntry]
    sites: Sequence[Site]


def tell_story(session: Session, actor: Actor, code: str) -> Story:
    """Return the whole story of a code that passed through one of the actor's facilities.

    Raises:
        UnknownCode: nobody announced it, or it never came near the actor's facilities.
    """
    life = life_line(session, actor, code)
    lot_id = life.facts.lot_id
    return Story(
        facts=life.facts,
        events=life.events,
        stays=list_stays(session, life.facts.unit_id),
        holds=[] if lot_id is None else history.list_changes(session, "lot", lot_id),
        sites=_sites(session, {event.facility_id for event in life.events}),
    )


def _sites(session: Session, visited: Collection[FacilityId]) -> list[Site]:
    """Return the facilities visited, and those that everybody in the county knows."""
    return [Site(*row) for row in session.execute(_known(), {"visited": list(visited)})]


@cache
def _known() -> Select[FacilityId, str, float, float]:
    return (
        select(Facility.id, Facility.short_name, Facility.latitude, Facility.longitude)
        .where(
            Facility.id.in_(bindparam("visited", expanding=True))
            | (Facility.active & Facility.kind.in_((LEAD_HOSPITAL, TOWNSHIP_CLINIC)))
        )
        .order_by(Facility.id)
    )
