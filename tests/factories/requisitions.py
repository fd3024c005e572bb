"""Requisitions at every stage: ``a_submitted_requisition(session, cast, …)``."""

from collections.abc import Mapping
from datetime import datetime
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.fulfilment import service
from app.fulfilment.models import PickLine, PickTask, Requisition, RequisitionLine, Tote
from app.fulfilment.rules import Decision, RequisitionState, Source
from app.fulfilment.service import (
    Approval,
    Asking,
    Confirmation,
    Count,
    CountPick,
    LineDecision,
    NewRequisition,
    Ruling,
)
from app.fulfilment.service.sealing import contents_of
from app.inventory import service as inventory
from app.kernel.ids import PlaceId
from app.traceability.models import Lot
from tests.factories.cast import Cast
from tests.factories.stock import NOW, a_lot, an_item, stocked

_keys = count(1)


def a_key() -> str:
    """Return a client key nobody used before."""
    return f"key-{next(_keys)}"


def a_draft(
    session: Session, cast: Cast, asked: Mapping[Item, int], *, by: str = "clinic"
) -> Requisition:
    """Let a clinic write a draft that asks for these base units."""
    actor = cast.actor(by)
    request = NewRequisition(
        facility_id=actor.facility_id,
        source=Source.EMPTY,
        asked={item.code: quantity for item, quantity in asked.items()},
    )
    return service.create(session, actor, request, now=NOW)


def a_submitted_requisition(
    session: Session, cast: Cast, asked: Mapping[Item, int], *, by: str = "clinic"
) -> Requisition:
    """Let a clinic submit a requisition for these base units."""
    draft = a_draft(session, cast, asked, by=by)
    return service.submit(session, cast.actor(by), draft.reference, draft.revision, now=NOW)


def all_in_full(session: Session, requisition: Requisition) -> Approval:
    """Return an approval of every line as asked."""
    lines = session.scalars(
        select(RequisitionLine).where(RequisitionLine.requisition_id == requisition.id)
    )
    decisions = [
        LineDecision(item_code=line.item_code, decision=Decision.FULL, quantity=line.asked)
        for line in lines
    ]
    return Approval(reference=requisition.reference, decisions=decisions)


def an_approved_requisition(
    session: Session, cast: Cast, asked: Mapping[Item, int], *, by: str = "clinic"
) -> Requisition:
    """Let the pharmacist approve a clinic's requisition in full."""
    requisition = a_submitted_requisition(session, cast, asked, by=by)
    approval = all_in_full(session, requisition)
    return service.approve(session, cast.actor("pharmacist"), approval, now=NOW)


def state_of(session: Session, requisition: Requisition) -> RequisitionState:
    """Return the requisition's state as the database has it."""
    session.refresh(requisition)
    return requisition.state


def task_of(session: Session, requisition: Requisition) -> PickTask:
    """Return the requisition's pick list."""
    return session.scalars(select(PickTask).where(PickTask.requisition_id == requisition.id)).one()


def pick_lines(session: Session, requisition: Requisition) -> list[PickLine]:
    """Return the lines of its pick list in order."""
    return list(
        session.scalars(
            select(PickLine)
            .join(PickTask, PickTask.id == PickLine.task_id)
            .where(PickTask.requisition_id == requisition.id)
            .order_by(PickLine.position)
            .execution_options(populate_existing=True)
        )
    )


def totes_of(session: Session, requisition: Requisition) -> list[Tote]:
    """Return its totes in the order they were opened."""
    return list(
        session.scalars(
            select(Tote)
            .where(Tote.requisition_id == requisition.id)
            .order_by(Tote.id)
            .execution_options(populate_existing=True)
        )
    )


def picked(session: Session, cast: Cast, requisition: Requisition) -> None:
    """Let the storekeeper pick every line of goods without codes, and finish."""
    storekeeper = cast.actor("storekeeper")
    task = task_of(session, requisition)
    for line in pick_lines(session, requisition):
        count_pick = CountPick(
            task=task.reference,
            position=line.position,
            lot_number=line.lot_number,
            quantity=line.quantity,
            key=a_key(),
        )
        service.pick_counted(session, storekeeper, count_pick, now=NOW)
    service.finish(session, storekeeper, task.reference, now=NOW)


def right_counts(session: Session, tote: Tote) -> list[Count]:
    """Return the counts of somebody who counts right."""
    counts = []
    for content in contents_of(session, tote):
        item, lot = session.get_one(Item, content.item_id), session.get_one(Lot, content.lot_id)
        counts.append(
            Count(item_code=item.code, lot_number=lot.lot_number, counted=content.quantity)
        )
    return counts


def sealed(session: Session, cast: Cast, requisition: Requisition) -> list[Tote]:
    """Let the pharmacist check, and seal, every tote."""
    pharmacist = cast.actor("pharmacist")
    for tote in totes_of(session, requisition):
        service.check(session, pharmacist, tote.code, right_counts(session, tote), now=NOW)
        service.seal(session, pharmacist, tote.code, now=NOW)
    return totes_of(session, requisition)


def a_sealed_tote(session: Session, cast: Cast, asked: Mapping[Item, int]) -> Tote:
    """Bring a requisition of one compartment to its sealed tote."""
    requisition = an_approved_requisition(session, cast, asked)
    picked(session, cast, requisition)
    return sealed(session, cast, requisition)[0]


def a_vehicle(session: Session, cast: Cast, code: str = "V01") -> PlaceId:
    """Return the place of a vehicle of the depot."""
    return inventory.vehicle_place(session, cast.central.id, code).id


def loaded(session: Session, cast: Cast, tote: Tote, *, at: datetime = NOW) -> Tote:
    """Let the driver load a sealed tote."""
    return service.load_tote(
        session,
        cast.actor("driver"),
        tote.code,
        a_vehicle(session, cast),
        a_key(),
        happening_time=at,
        now=at,
    )


def handed_over(session: Session, cast: Cast, tote: Tote, *, at: datetime = NOW) -> Tote:
    """Let the driver load a sealed tote and hand it over."""
    loaded(session, cast, tote, at=at)
    return service.hand_over_tote(
        session, cast.actor("driver"), tote.code, a_key(), happening_time=at, now=at
    )


def redirected(session: Session, cast: Cast) -> Tote:
    """Leave a tote that another clinic found, was given, and confirmed."""
    item = an_item(session)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 480)
    tote = handed_over(session, cast, a_sealed_tote(session, cast, {item: 48}))
    finder = cast.actor("clinic2")
    wanted = Asking(tote_code=tote.code, reason="卸错")
    asked = service.ask_redirect(session, finder, wanted, now=NOW)
    ruling = Ruling(approve=True, reason="留用")
    service.decide_redirect(session, cast.actor("pharmacist"), asked.reference, ruling, now=NOW)
    whole = Confirmation(tote_code=tote.code, arrived=[], key=a_key())
    service.confirm(session, finder, whole, now=NOW)
    return tote
