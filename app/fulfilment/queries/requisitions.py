"""Lists and single views of requisitions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.fulfilment.models import (
    PickLine,
    PickTask,
    ReceiptLine,
    Requisition,
    RequisitionLine,
    Tote,
    ToteContent,
)
from app.fulfilment.rules import Compartment, RequisitionState, ToteState
from app.kernel.actor import Actor, Permission
from app.kernel.ids import FacilityId, RequisitionId, RequisitionLineId
from app.network.models import Facility, FacilityKind


@dataclass(frozen=True, slots=True)
class RequisitionRow:
    """One line of a list of requisitions."""

    id: RequisitionId
    reference: str
    facility_name: str
    township: str
    requested_by_name: str
    state: RequisitionState
    lines: int
    short_lines: int
    controlled: bool
    delivery_day: date | None
    promised_from: datetime | None
    promised_to: datetime | None
    created_at: datetime
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequisitionFilter:
    """Which requisitions: some states, or part of a reference or facility's name."""

    states: Collection[RequisitionState] = ()
    text: str = ""


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition under which the actor may see a requisition."""
    if actor.may(Permission.COUNTY_READ):
        return Requisition.state.is_not(None)
    own = list(actor.facility_ids)
    return or_(
        Requisition.facility_id.in_(own),
        Requisition.requested_by_id.in_(own),
        Requisition.supplier_id.in_(own),
    )


def list_requisitions(
    session: Session,
    actor: Actor,
    wanted: RequisitionFilter,
    *,
    after: tuple[str | int, ...] | None,
    size: int,
) -> Sequence[RequisitionRow]:
    """Return requisitions, the newest first, one more than ``size``."""
    query = _rows().where(seen_by(actor)).order_by(Requisition.id.desc()).limit(size + 1)
    if wanted.states:
        query = query.where(Requisition.state.in_(wanted.states))
    if wanted.text:
        part = wanted.text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        query = query.where(
            Requisition.reference.like(f"{part.upper()}%")
            | Facility.name.like(f"%{part}%")
            | Facility.pinyin.like(f"{part.lower()}%")
        )
    if after:
        query = query.where(Requisition.id < after[0])
    return [RequisitionRow(*row) for row in session.execute(query)]


def _rows() -> Select[*tuple[Any, ...]]:
    asker = aliased(Facility)
    line = RequisitionLine
    counts = (
        select(
            func.count().label("lines"),
            func.count().filter(line.shortage > 0).label("short"),
            func.coalesce(func.bool_or(line.controlled), False).label("controlled"),
        )
        .where(line.requisition_id == Requisition.id)
        .lateral("counts")
    )
    return (
        select(
            Requisition.id,
            Requisition.reference,
            Facility.short_name,
            Facility.township,
            asker.short_name,
            Requisition.state,
            counts.c.lines,
            counts.c.short,
            counts.c.controlled,
            Requisition.delivery_day,
            Requisition.promised_from,
            Requisition.promised_to,
            Requisition.created_at,
            Requisition.submitted_at,
        )
        .join(Facility, Facility.id == Requisition.facility_id)
        .join(asker, asker.id == Requisition.requested_by_id)
        .join(counts, true())
    )


def count_by_state(session: Session, actor: Actor) -> dict[RequisitionState, int]:
    """Return how many requisitions the actor sees in each state."""
    rows = session.execute(
        select(Requisition.state, func.count()).where(seen_by(actor)).group_by(Requisition.state)
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class Names:
    """The names behind a requisition's keys."""

    facility: str
    facility_kind: FacilityKind
    phone: str
    requested_by: str
    supplier: str
    created_by: str
    approved_by: str | None
    second: str | None
    task: str | None


def names_of(session: Session, requisition_id: RequisitionId) -> Names:
    """Return who asked, who gets, who decided, and the pick list's reference."""
    asker, supplier = aliased(Facility), aliased(Facility)
    approver, second = aliased(UserAccount), aliased(UserAccount)
    row = session.execute(
        select(
            Facility.name,
            Facility.kind,
            Facility.phone,
            asker.name,
            supplier.name,
            UserAccount.name,
            approver.name,
            second.name,
            PickTask.reference,
        )
        .select_from(Requisition)
        .join(Facility, Facility.id == Requisition.facility_id)
        .join(asker, asker.id == Requisition.requested_by_id)
        .join(supplier, supplier.id == Requisition.supplier_id)
        .join(UserAccount, UserAccount.id == Requisition.created_by_id)
        .outerjoin(approver, approver.id == Requisition.approved_by_id)
        .outerjoin(second, second.id == Requisition.second_user_id)
        .outerjoin(PickTask, PickTask.requisition_id == Requisition.id)
        .where(Requisition.id == requisition_id)
    ).one()
    return Names(*row)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a line has come, in base units."""

    picked: int
    received: int


def progress_of(
    session: Session, requisition_id: RequisitionId
) -> dict[RequisitionLineId, Progress]:
    """Return what was picked and what the clinic confirmed of each line."""
    rows = session.execute(
        select(
            PickLine.requisition_line_id,
            func.coalesce(func.sum(ToteContent.quantity), 0),
            func.coalesce(func.sum(ReceiptLine.received), 0),
        )
        .join(PickTask, PickTask.id == PickLine.task_id)
        .join(
            ToteContent,
            (ToteContent.pick_line_id == PickLine.id) & ToteContent.taken_out_at.is_(None),
        )
        .outerjoin(ReceiptLine, ReceiptLine.content_id == ToteContent.id)
        .where(PickTask.requisition_id == requisition_id)
        .group_by(PickLine.requisition_line_id)
    )
    return {line_id: Progress(int(picked), int(received)) for line_id, picked, received in rows}


@dataclass(frozen=True, slots=True)
class ToteOfRequisition:
    """A tote as its requisition shows it."""

    code: str
    compartment: Compartment
    state: ToteState
    weight_grams: int
    contents: int


def totes_of(session: Session, requisition_id: RequisitionId) -> list[ToteOfRequisition]:
    """Return a requisition's totes in the order they were opened."""
    contents = (
        select(func.count())
        .where(ToteContent.tote_id == Tote.id, ToteContent.taken_out_at.is_(None))
        .scalar_subquery()
    )
    rows = session.execute(
        select(Tote.code, Tote.compartment, Tote.state, Tote.weight_grams, contents)
        .where(Tote.requisition_id == requisition_id, Tote.state != ToteState.CANCELLED)
        .order_by(Tote.id)
    )
    return [ToteOfRequisition(*row) for row in rows]


def facilities_for(session: Session, actor: Actor) -> list[tuple[FacilityId, str, str]]:
    """Return key, code and name of the facilities the actor may order for, their own first."""
    rows = session.execute(
        select(Facility.id, Facility.code, Facility.name)
        .where(Facility.id.in_(actor.facility_ids), Facility.active)
        .order_by(Facility.id != actor.facility_id, Facility.pinyin, Facility.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]
