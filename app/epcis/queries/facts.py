"""The facts of our happenings, whole: what they name, fill and open, and what set them right."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.epcis.rules.export import Happened, Named
from app.inventory.models import Place, PlaceKind
from app.network.models import Facility
from app.traceability.models import Aggregation, TraceCorrection, TraceEvent, Unit
from app.traceability.queries import named_units

NOWHERE = frozenset({PlaceKind.SUPPLIER, PlaceKind.PATIENT, PlaceKind.LOSS, PlaceKind.ADJUSTMENT})
"""Places that only balance the books: nobody stands there with a scanner."""


def corrections_of(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Return what set these happenings right: its key and its step."""
    rows = session.execute(
        select(TraceCorrection.corrects_id, TraceEvent.id, TraceEvent.step)
        .join(TraceEvent, TraceEvent.id == TraceCorrection.event_id)
        .where(TraceCorrection.corrects_id.in_(ids))
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def load(session: Session, ids: Collection[int]) -> dict[int, Happened]:
    """Return the facts of happenings by key, in three statements."""
    if not ids:
        return {}
    units = _units_of(session, ids)
    filled, opened = _contents_of(session, ids)
    rows: Iterable[Any] = session.execute(
        select(
            TraceEvent.id,
            TraceEvent.step,
            TraceEvent.disposition,
            TraceEvent.event_time,
            TraceEvent.recorded_at,
            Facility.code,
            Place.code,
            Place.kind,
            TraceEvent.document,
        )
        .join(Facility, Facility.id == TraceEvent.facility_id)
        .outerjoin(Place, Place.id == TraceEvent.place_id)
        .where(TraceEvent.id.in_(ids))
    )
    return {
        row[0]: Happened(
            id=row[0],
            step=row[1].value,
            disposition=row[2].value,
            event_time=row[3],
            recorded_at=row[4],
            facility=row[5],
            place=row[6] if row[6] and row[7] not in NOWHERE else "",
            document=row[8],
            units=units.get(row[0], []),
            filled=filled.get(row[0], {}),
            opened=opened.get(row[0], {}),
        )
        for row in rows
    }


def _units_of(session: Session, ids: Collection[int]) -> dict[int, list[Named]]:
    named = named_units()
    rows = session.execute(
        select(named.c.event_id, Unit.code, named.c.quantity)
        .join(Unit, Unit.id == named.c.unit_id)
        .where(named.c.event_id.in_(ids))
        .order_by(named.c.event_id, Unit.code)
    )
    units: dict[int, list[Named]] = {}
    for event, code, quantity in rows:
        units.setdefault(event, []).append(Named(code=code, taken=quantity))
    return units


Contents = dict[int, dict[str, list[str]]]


def _contents_of(session: Session, ids: Collection[int]) -> tuple[Contents, Contents]:
    """Return what each happening put into containers, and what it took out."""
    named, child, parent = named_units(), _coded("child"), _coded("parent")
    began = Aggregation.from_event_id == named.c.event_id
    ended = Aggregation.until_event_id == named.c.event_id
    rows = session.execute(
        select(named.c.event_id, began, parent.c.code, child.c.code)
        .join(Aggregation, Aggregation.child_id == named.c.unit_id)
        .join(child, child.c.id == Aggregation.child_id)
        .join(parent, parent.c.id == Aggregation.parent_id)
        .where(named.c.event_id.in_(ids), or_(began, ended))
        .order_by(named.c.event_id, parent.c.code, child.c.code)
    )
    filled: Contents = {}
    opened: Contents = {}
    for event, is_begun, into, code in rows:
        contents = filled if is_begun else opened
        contents.setdefault(event, {}).setdefault(into, []).append(code)
    return filled, opened


def _coded(name: str) -> Any:
    return select(Unit.id, Unit.code).subquery(name)
