"""What captured events say of a shipment: what lies in what, and how packs were made."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.epcis.models import CapturedEvent, CapturedThing
from app.epcis.rules.fields import Role
from app.kernel.ids import FacilityId

DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Making:
    """The master data of the event in which a thing was made, and its prefixes."""

    ilmd: Mapping[str, Any]
    prefixes: Mapping[str, str]


def content_of(
    session: Session, facility_id: FacilityId, uris: Collection[str]
) -> dict[str, str | None]:
    """Return these things and all that lies in them, each with its innermost container."""
    found: dict[str, str | None] = dict.fromkeys(uris)
    layer: Collection[str] = found
    for _ in range(DEEPEST):
        rows = _children(session, facility_id, layer)
        inner = {child: parent for child, parent in rows if child not in found}
        found |= inner
        layer = inner
        if not inner:
            break
    return found


def _children(
    session: Session, facility_id: FacilityId, parents: Collection[str]
) -> Iterable[tuple[str, str]]:
    """Return what was put into these containers and not taken out again, and into which."""
    parent, child = aliased(CapturedThing), aliased(CapturedThing)
    rows = session.execute(
        select(child.uri, parent.uri, CapturedEvent.action)
        .join(CapturedEvent, CapturedEvent.id == parent.event_id)
        .join(child, child.event_id == parent.event_id)
        .where(
            parent.uri.in_(parents),
            parent.role == Role.PARENT,
            child.role == Role.EPC,
            CapturedEvent.facility_id == facility_id,
            CapturedEvent.type == "AggregationEvent",
            CapturedEvent.declared_at.is_(None),
        )
        .order_by(CapturedEvent.event_time, CapturedEvent.id)
    )
    inside: dict[str, str] = {}
    for uri, container, action in rows:
        if action == "DELETE":
            inside.pop(uri, None)
        else:
            inside[uri] = container
    return inside.items()


def makings_of(
    session: Session, facility_id: FacilityId, uris: Collection[str]
) -> dict[str, Making]:
    """Return how things were made, as far as the facility was told."""
    rows = session.execute(
        select(CapturedThing.uri, CapturedEvent.document["ilmd"], CapturedEvent.prefixes)
        .join(CapturedEvent, CapturedEvent.id == CapturedThing.event_id)
        .where(
            CapturedThing.uri.in_(uris),
            CapturedThing.role == Role.EPC,
            CapturedEvent.facility_id == facility_id,
            CapturedEvent.type == "ObjectEvent",
            CapturedEvent.action == "ADD",
            CapturedEvent.biz_step == "commissioning",
        )
        .order_by(CapturedEvent.id)
    )
    return {row[0]: Making(row[1] or {}, row[2]) for row in rows}
