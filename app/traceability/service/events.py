"""Write down what happened to coded things."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, PlaceId, UnitId
from app.kernel.rows import insert_rows
from app.traceability.models import (
    Aggregation,
    BizStep,
    Disposition,
    EventUnit,
    TraceEvent,
    Unit,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened: the step, what the things became, where, on which document.

    ``event_time`` is when it happened, ``recorded_at`` the server's now.
    """

    step: BizStep
    disposition: Disposition
    facility_id: FacilityId
    document: str
    event_time: datetime
    recorded_at: datetime
    place_id: PlaceId | None = None
    reason: str = ""
    client_event_id: str | None = None


def write_event(
    session: Session,
    actor: Actor,
    happening: Happening,
    quantities: dict[UnitId, int],
) -> TraceEvent:
    """Append one event that names these units, with base units where some were taken."""
    event = TraceEvent(
        facility_id=happening.facility_id,
        step=happening.step,
        disposition=happening.disposition,
        event_time=happening.event_time,
        recorded_at=happening.recorded_at,
        user_id=actor.user_id,
        actor_name=actor.name,
        place_id=happening.place_id,
        document=happening.document,
        client_event_id=happening.client_event_id,
        reason=happening.reason,
    )
    session.add(event)
    session.flush()
    rows = [
        {"event_id": event.id, "unit_id": unit_id, "quantity": quantity}
        for unit_id, quantity in sorted(quantities.items())
    ]
    session.execute(insert_rows(EventUnit, rows))
    return event


def close_membership(session: Session, children: Iterable[Unit], event: TraceEvent) -> None:
    """End the children's stay in their parents, and mark those parents open."""
    inside = [child for child in children if child.parent_id is not None]
    if not inside:
        return
    session.execute(
        update(Aggregation)
        .where(
            Aggregation.child_id.in_([child.id for child in inside]),
            Aggregation.until_event_id.is_(None),
        )
        .values(until_event_id=event.id)
    )
    session.execute(
        update(Unit)
        .where(Unit.id.in_({child.parent_id for child in inside}))
        .values(is_open=True, revision=Unit.revision + 1)
    )


def open_membership(
    session: Session, children: Iterable[Unit], parent: Unit, event: TraceEvent
) -> None:
    """Start the children's stay in a parent."""
    rows = [
        {"child_id": child.id, "parent_id": parent.id, "from_event_id": event.id}
        for child in children
    ]
    session.execute(insert_rows(Aggregation, rows))
