"""Whom a dispensing site has to call back, by prescription and pointer; and what came of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.dispensing.models import ControlledDispensing, Dispensing, DispensingLine
from app.kernel.ids import FacilityId, LotId, RecallId
from app.recall.models import RecallCall
from app.recall.queries.holders import given_lines
from app.recall.rules import CallState
from app.traceability.models import Lot, Unit


@dataclass(frozen=True, slots=True)
class CallRow:
    """Goods of a lot that a site gave out; the pointer stands for whoever got them."""

    line_id: int
    pointer: str
    reference: str
    prescription: str
    item_name: str
    base_unit: str
    lot_number: str
    code: str | None
    quantity: int
    happened_at: datetime
    state: CallState
    note: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """What the site's own paper says of whoever got the goods."""

    reference: str
    prescription: str
    patient: str
    note: str


def list_calls(
    session: Session, recall_id: RecallId, at: tuple[FacilityId, Collection[LotId]]
) -> list[CallRow]:
    """Return what one site gave out of a recall's lots, the open calls first; no pointer yet."""
    facility_id, lot_ids = at
    given = (
        given_lines()
        .where(DispensingLine.lot_id.in_(lot_ids), Dispensing.facility_id == facility_id)
        .subquery("given")
    )
    rows: Iterable[Any] = session.execute(
        select(
            given.c.id,
            literal(""),
            given.c.reference,
            func.coalesce(ControlledDispensing.prescription, ""),
            Item.name,
            Item.base_unit,
            Lot.lot_number,
            Unit.code,
            given.c.quantity,
            given.c.happened_at,
            func.coalesce(RecallCall.state, CallState.OPEN.value),
            func.coalesce(RecallCall.note, ""),
        )
        .join(Lot, Lot.id == given.c.lot_id)
        .join(Item, Item.id == Lot.item_id)
        .join(Dispensing, Dispensing.reference == given.c.reference)
        .outerjoin(Unit, Unit.id == given.c.unit_id)
        .outerjoin(ControlledDispensing, ControlledDispensing.dispensing_id == Dispensing.id)
        .outerjoin(
            RecallCall, (RecallCall.line_id == given.c.id) & (RecallCall.recall_id == recall_id)
        )
        .order_by(RecallCall.line_id.is_not(None), given.c.happened_at.desc(), given.c.id)
    )
    return [CallRow(*row) for row in rows]


def find_recipient(session: Session, line_id: int) -> Recipient | None:
    """Return what the paper of a dispensed line says of the patient, or None without one."""
    row = session.execute(
        select(
            Dispensing.reference,
            func.coalesce(ControlledDispensing.prescription, ""),
            func.coalesce(ControlledDispensing.patient, ""),
            Dispensing.note,
        )
        .join(DispensingLine, DispensingLine.dispensing_id == Dispensing.id)
        .outerjoin(ControlledDispensing, ControlledDispensing.dispensing_id == Dispensing.id)
        .where(DispensingLine.id == line_id)
    ).first()
    return Recipient(*row) if row else None


def calls_made(session: Session, recall_id: RecallId) -> dict[CallState, int]:
    """Return how many calls of a recall came to what."""
    rows = session.execute(
        select(RecallCall.state, func.count())
        .where(RecallCall.recall_id == recall_id)
        .group_by(RecallCall.state)
    )
    return {row[0]: row[1] for row in rows}
