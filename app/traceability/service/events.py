"""Write down what happened to coded things."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.kernel.db import Base
from app.kernel.ids import FacilityId, PlaceId, TraceEventId, UnitId, UserId
from app.kernel.rows import insert_rows
from app.traceability.models import (
    Aggregation,
    BizStep,
    Disposition,
    EventUnit,
    TraceClientEvent,
    TraceCorrection,
    TraceEvent,
    TraceSecond,
    Unit,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The name a device gave an event, and which of the device's events it is."""

    client_event_id: str
    device: str = ""
    device_seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened: the step, what the things became, where, on which document.

    ``event_time`` is when it happened, ``recorded_at`` the server's now. ``corrects_id`` is
    the event that this one sets right, ``second_user_id`` who signed beside the actor.
    """

    step: BizStep
    disposition: Disposition
    facility_id: FacilityId
    document: str
    event_time: datetime
    recorded_at: datetime
    place_id: PlaceId | None = None
    reason: str = ""
    origin: Origin | None = None
    corrects_id: TraceEventId | None = None
    second_user_id: UserId | None = None


def write_event(
    session: Session,
    actor: Actor,
    happening: Happening,
    quantities: dict[UnitId, int],
) -> TraceEvent:
    """Append one event that names these units, with base units where some were taken."""
    alone = next(iter(quantities.items())) if len(quantities) == 1 else (None, 0)
    event = TraceEvent(
        unit_id=alone[0],
        quantity=alone[1],
        facility_id=happening.facility_id,
        step=happening.step,
        disposition=happening.disposition,
        event_time=to_milliseconds(happening.event_time),
        recorded_at=happening.recorded_at,
        user_id=actor.user_id,
        place_id=happening.place_id,
        document=happening.document,
        reason=happening.reason,
    )
    session.add(event)
    session.flush()
    if len(quantities) > 1:
        rows = [
            {"event_id": event.id, "unit_id": unit_id, "quantity": quantity}
            for unit_id, quantity in sorted(quantities.items())
        ]
        session.execute(insert_rows(EventUnit, rows))
    _write_rare(session, event, happening)
    return event


def to_milliseconds(moment: datetime) -> datetime:
    """Return a moment as exactly as an EPCIS event can tell it."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def is_rare(happening: Happening) -> bool:
    """Say whether an event has more to it than its own row."""
    rare = (happening.origin, happening.corrects_id, happening.second_user_id)
    return any(one is not None for one in rare)


def _write_rare(session: Session, event: TraceEvent, happening: Happening) -> None:
    """Store what few events have beside them."""
    rare: list[Base] = []
    if happening.origin is not None:
        origin = happening.origin
        rare.append(
            TraceClientEvent(
                event_id=event.id,
                client_event_id=origin.client_event_id,
                device=origin.device,
                device_seq=origin.device_seq,
            )
        )
    if happening.corrects_id is not None:
        rare.append(TraceCorrection(event_id=event.id, corrects_id=happening.corrects_id))
    if happening.second_user_id is not None:
        rare.append(TraceSecond(event_id=event.id, user_id=happening.second_user_id))
    if rare:
        session.add_all(rare)
        session.flush()


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
