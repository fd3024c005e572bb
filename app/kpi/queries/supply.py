"""Requisitions, and whether what was approved came in full by the promised moment."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Date, and_, case, cast, func, select
from sqlalchemy.orm import Session

from app.fulfilment.models import (
    PickLine,
    ReceiptLine,
    Requisition,
    RequisitionLine,
    Tote,
    ToteContent,
)
from app.kernel.local_time import LOCAL, at_local
from app.network.models import Facility


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLines:
    """Approved lines promised for a local day in a township, and those delivered in full."""

    day: date
    township: str
    due: int
    in_full: int


def requisitions_by_day(session: Session, since: date, until: date) -> dict[date, int]:
    """Return how many requisitions were submitted on each local day, both ends included."""
    day = cast(func.timezone(LOCAL.key, Requisition.submitted_at), Date)
    rows = session.execute(
        select(day, func.count())
        .where(Requisition.submitted_at >= at_local(since, time()))
        .where(Requisition.submitted_at < at_local(until + timedelta(days=1), time()))
        .group_by(day)
    )
    return {on: count for on, count in rows}  # noqa: C416 - rows are no pairs to mypy


def due_lines(session: Session, since: date, until: date, *, now: datetime) -> list[DueLines]:
    """Return lines whose promised window ended from ``since`` to ``until`` and before ``now``.

    A line counts as delivered with what the clinic confirmed, or before it did, with what
    was handed over; only hand-overs within the promise count.
    """
    arrived = (
        select(
            PickLine.requisition_line_id.label("line_id"),
            func.sum(func.coalesce(ReceiptLine.received, ToteContent.quantity)).label("quantity"),
        )
        .join(ToteContent, ToteContent.pick_line_id == PickLine.id)
        .join(Tote, Tote.id == ToteContent.tote_id)
        .join(Requisition, Requisition.id == Tote.requisition_id)
        .outerjoin(ReceiptLine, ReceiptLine.content_id == ToteContent.id)
        .where(
            ToteContent.taken_out_at.is_(None),
            Tote.handed_over_at <= Requisition.promised_to,
            Requisition.promised_to >= at_local(since, time()),
        )
        .group_by(PickLine.requisition_line_id)
        .cte("arrived")
    )
    day = cast(func.timezone(LOCAL.key, Requisition.promised_to), Date)
    full = func.coalesce(arrived.c.quantity, 0) >= RequisitionLine.approved_quantity
    rows = session.execute(
        select(day, Facility.township, func.count(), func.sum(case((full, 1), else_=0)))
        .select_from(RequisitionLine)
        .join(Requisition, Requisition.id == RequisitionLine.requisition_id)
        .join(Facility, Facility.id == Requisition.facility_id)
        .outerjoin(arrived, arrived.c.line_id == RequisitionLine.id)
        .where(
            and_(
                RequisitionLine.approved_quantity > 0,
                Requisition.promised_to >= at_local(since, time()),
                Requisition.promised_to < at_local(until + timedelta(days=1), time()),
                Requisition.promised_to <= now,
            )
        )
        .group_by(day, Facility.township)
        .order_by(day, Facility.township)
    )
    return [
        DueLines(day=on, township=township, due=due, in_full=int(in_full))
        for on, township, due, in_full in rows
    ]
