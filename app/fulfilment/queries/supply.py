"""What a facility usually asks for, and what is already on its way to it."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.fulfilment.models import (
    PickLine,
    ReceiptLine,
    Requisition,
    RequisitionLine,
    TemplateLine,
    ToteContent,
)
from app.fulfilment.queries import waiting
from app.fulfilment.rules import COMING, RequisitionState
from app.inventory.models import ConsumptionDay
from app.kernel.ids import FacilityId, ItemId

Subject = tuple[FacilityId, ItemId]
USED_WITHIN = timedelta(days=90)
UNDECIDED = (RequisitionState.DRAFT, RequisitionState.SUBMITTED)
NOT_ORDERS = (RequisitionState.DRAFT, RequisitionState.CANCELLED)


def coming(
    session: Session, facility_id: FacilityId, item_ids: Collection[ItemId] | None = None
) -> dict[ItemId, int]:
    """Return what was approved for a facility and has not been received or refused yet."""
    wanted = [Requisition.facility_id == facility_id]
    if item_ids is not None:
        wanted.append(RequisitionLine.item_id.in_(item_ids))
    return {item_id: quantity for (_, item_id), quantity in _coming(session, *wanted).items()}


def _coming(session: Session, *wanted: ColumnElement[bool]) -> dict[Subject, int]:
    received = (
        select(PickLine.requisition_line_id, func.sum(ReceiptLine.received).label("received"))
        .join(ToteContent, ToteContent.id == ReceiptLine.content_id)
        .join(PickLine, PickLine.id == ToteContent.pick_line_id)
        .join(RequisitionLine, RequisitionLine.id == PickLine.requisition_line_id)
        .join(Requisition, Requisition.id == RequisitionLine.requisition_id)
        .where(Requisition.state.in_(COMING), *wanted)
        .group_by(PickLine.requisition_line_id)
        .subquery()
    )
    left = (
        func.coalesce(RequisitionLine.approved_quantity, 0)
        - RequisitionLine.shortage
        - func.coalesce(received.c.received, 0)
    )
    rows = session.execute(
        select(Requisition.facility_id, RequisitionLine.item_id, func.sum(left))
        .join(Requisition, Requisition.id == RequisitionLine.requisition_id)
        .outerjoin(received, received.c.requisition_line_id == RequisitionLine.id)
        .where(Requisition.state.in_(COMING), *wanted)
        .group_by(Requisition.facility_id, RequisitionLine.item_id)
    )
    return {(facility_id, item_id): int(quantity) for facility_id, item_id, quantity in rows}


def pipeline(session: Session, supplier_id: FacilityId) -> dict[Subject, tuple[int, int]]:
    """Return what every facility is granted and awaits, and what it asked for and lacks.

    What a line was granted and the centre lacks, or promises no longer, was asked for.
    """
    of_supplier = Requisition.supplier_id == supplier_id
    lapsed = waiting.by_subject(session, supplier_id)
    way = {
        subject: (quantity - lapsed.get(subject, 0), lapsed.get(subject, 0))
        for subject, quantity in _coming(session, of_supplier).items()
    }
    submitted = Requisition.state == RequisitionState.SUBMITTED
    lacking = case((submitted, RequisitionLine.asked), else_=RequisitionLine.shortage)
    rows = session.execute(
        select(Requisition.facility_id, RequisitionLine.item_id, func.sum(lacking))
        .join(RequisitionLine, RequisitionLine.requisition_id == Requisition.id)
        .where(of_supplier, submitted | Requisition.state.in_(COMING))
        .group_by(Requisition.facility_id, RequisitionLine.item_id)
    )
    for facility_id, item_id, quantity in rows:
        granted, asked_for = way.get((facility_id, item_id), (0, 0))
        way[facility_id, item_id] = (granted, asked_for + int(quantity))
    return way


def asked(session: Session, facility_id: FacilityId) -> dict[ItemId, int]:
    """Return what stands on drafts and requisitions nobody has decided yet."""
    rows = session.execute(
        select(RequisitionLine.item_id, func.sum(RequisitionLine.asked))
        .join(Requisition, Requisition.id == RequisitionLine.requisition_id)
        .where(Requisition.facility_id == facility_id, Requisition.state.in_(UNDECIDED))
        .group_by(RequisitionLine.item_id)
    )
    return {item_id: int(quantity) for item_id, quantity in rows}


def template_items(session: Session, facility_id: FacilityId) -> list[ItemId]:
    """Return the facility's maintained list, in its own order."""
    return list(
        session.scalars(
            select(TemplateLine.item_id)
            .where(TemplateLine.facility_id == facility_id)
            .order_by(TemplateLine.position, TemplateLine.item_id)
        )
    )


def used_items(session: Session, facility_id: FacilityId, *, today: date) -> list[ItemId]:
    """Return what the facility used lately: a template for those who keep none."""
    used = select(ConsumptionDay.item_id).where(
        ConsumptionDay.facility_id == facility_id,
        ConsumptionDay.day >= today - USED_WITHIN,
        ConsumptionDay.quantity > 0,
    )
    return list(
        session.scalars(select(Item.id).where(Item.id.in_(used)).order_by(Item.pinyin, Item.code))
    )


def last_ordered_items(session: Session, facility_id: FacilityId) -> list[ItemId]:
    """Return what the facility asked for the last time, in that order."""
    last = (
        select(Requisition.id)
        .where(Requisition.facility_id == facility_id, Requisition.state.not_in(NOT_ORDERS))
        .order_by(Requisition.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return list(
        session.scalars(
            select(RequisitionLine.item_id)
            .where(
                RequisitionLine.requisition_id == last,
                RequisitionLine.substitutes_line_id.is_(None),
            )
            .order_by(RequisitionLine.position)
        )
    )


def offered_items(session: Session, item_ids: Sequence[ItemId]) -> list[Item]:
    """Return those of the items the centre keeps, in the order asked."""
    rows = session.scalars(select(Item).where(Item.id.in_(item_ids), Item.is_stocked))
    known = {item.id: item for item in rows}
    return [known[item_id] for item_id in item_ids if item_id in known]


def items_by_code(session: Session, codes: Collection[str]) -> dict[str, Item]:
    """Return the items the centre keeps, by code."""
    rows = session.scalars(select(Item).where(Item.code.in_(codes), Item.is_stocked))
    return {item.code: item for item in rows}
