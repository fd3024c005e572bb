"""Whose stock somebody may look at."""

from sqlalchemy.orm import Session

from app.kernel.actor import Actor, Permission
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId
from app.network import service as network


def visible_facilities(actor: Actor) -> frozenset[FacilityId] | None:
    """Return the facilities whose stock the actor sees; None is the whole county."""
    return None if actor.may(Permission.COUNTY_READ) else actor.facility_ids


def choose_facility(session: Session, actor: Actor, asked: int | None) -> FacilityId:
    """Return the facility asked for, or the one the actor looks at first.

    Raises:
        NotFound: its stock is not the actor's to see.
    """
    if asked is not None:
        if not actor.sees(FacilityId(asked)):
            raise NotFound("facility")
        return network.get_facility(session, FacilityId(asked)).id
    if actor.may(Permission.COUNTY_READ):
        return network.central_pharmacy(session).id
    return actor.facility_id


def scope_of(session: Session, actor: Actor, asked: int | None) -> frozenset[FacilityId] | None:
    """Return whose stock to list: one facility's, or with none or 0 asked, all one sees.

    Raises:
        NotFound: the facility's stock is not the actor's to see.
    """
    if not asked:
        return visible_facilities(actor)
    return frozenset({choose_facility(session, actor, asked)})
