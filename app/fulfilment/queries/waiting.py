"""Lines that were granted and are promised no longer: they wait for other lots."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.fulfilment.models import PickLine, PickTask, Requisition, RequisitionLine
from app.inventory.models import StockReservation
from app.kernel.actor import Actor, Permission
from app.kernel.ids import FacilityId, ItemId, RequisitionId, RequisitionLineId
from app.network.models import Facility

MOST = 20


@dataclass(frozen=True, slots=True)
class WaitingRequisition:
    """A requisition with lines that wait, since when the first of them does."""

    reference: str
    facility: str
    task: str
    lines: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much of a line waits, in base units, and since when."""

    quantity: int
    since: datetime


def _waiting(*which: ColumnElement[bool]) -> Select[Any]:
    """Select lines of open pick lists of which more is to be picked than is promised."""
    to_pick = func.sum(PickLine.quantity - PickLine.picked - PickLine.short)
    promised = StockReservation.quantity - StockReservation.taken - StockReservation.released
    by_promise = (
        select(
            PickTask.requisition_id,
            PickLine.requisition_line_id,
            (to_pick - promised).label("quantity"),
            StockReservation.expires_at,
        )
        .join(PickTask, PickTask.id == PickLine.task_id)
        .join(StockReservation, StockReservation.id == PickLine.reservation_id)
        .where(PickTask.done_at.is_(None), ~PickTask.cancelled, *which)
        .group_by(PickTask.requisition_id, PickLine.requisition_line_id, StockReservation.id)
        .having(to_pick > promised)
        .subquery()
    )
    return select(
        by_promise.c.requisition_id,
        by_promise.c.requisition_line_id,
        func.sum(by_promise.c.quantity).label("quantity"),
        func.min(by_promise.c.expires_at).label("since"),
    ).group_by(by_promise.c.requisition_id, by_promise.c.requisition_line_id)


def count_lines(session: Session) -> dict[FacilityId, int]:
    """Return how many lines wait, by the facility that asked and by the one that supplies."""
    found: dict[FacilityId, int] = {}
    rows = _waiting().subquery()
    for side in (Requisition.facility_id, Requisition.supplier_id):
        counted = session.execute(
            select(side, func.count())
            .join(rows, rows.c.requisition_id == Requisition.id)
            .group_by(side)
        )
        found.update({row[0]: row[1] for row in counted})
    return found


def by_subject(session: Session, supplier_id: FacilityId) -> dict[tuple[FacilityId, ItemId], int]:
    """Return how much of each item facilities were granted and are promised no longer."""
    rows = _waiting(PickTask.supplier_id == supplier_id).subquery()
    found = session.execute(
        select(Requisition.facility_id, RequisitionLine.item_id, func.sum(rows.c.quantity))
        .join(rows, rows.c.requisition_id == Requisition.id)
        .join(RequisitionLine, RequisitionLine.id == rows.c.requisition_line_id)
        .group_by(Requisition.facility_id, RequisitionLine.item_id)
    )
    return {(row[0], row[1]): int(row[2]) for row in found}


def waiting_of(session: Session, requisition_id: RequisitionId) -> dict[RequisitionLineId, Waiting]:
    """Return the lines of a requisition that wait for other lots."""
    rows = _waiting(PickTask.requisition_id == requisition_id)
    return {
        row.requisition_line_id: Waiting(int(row.quantity), row.since)
        for row in session.execute(rows)
    }


def list_waiting(session: Session, actor: Actor) -> list[WaitingRequisition]:
    """Return the requisitions with waiting lines that the actor's facilities ask or supply."""
    rows = _waiting().subquery()
    query = (
        select(
            Requisition.reference,
            Facility.short_name,
            PickTask.reference,
            func.count(),
            func.min(rows.c.since),
        )
        .join(rows, rows.c.requisition_id == Requisition.id)
        .join(Facility, Facility.id == Requisition.facility_id)
        .join(PickTask, PickTask.requisition_id == Requisition.id)
        .group_by(Requisition.id, Facility.id, PickTask.id)
        .order_by(func.min(rows.c.since), Requisition.id)
        .limit(MOST)
    )
    if not actor.may(Permission.COUNTY_READ):
        own = actor.facility_ids
        query = query.where(
            Requisition.facility_id.in_(own)
            | Requisition.requested_by_id.in_(own)
            | Requisition.supplier_id.in_(own)
        )
    return [WaitingRequisition(*row) for row in session.execute(query)]
