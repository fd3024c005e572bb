"""A sealed tote in which a lot was frozen: what may not leave goes back to its bins (开箱退库)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from app.fulfilment.errors import ToteMayLeave, ToteStateChanged
from app.fulfilment.models import PickLine, PickTask, Requisition, Tote, ToteContent, ToteCount
from app.fulfilment.rules import RequisitionState, ToteState
from app.fulfilment.service.dissolving import Dissolving
from app.fulfilment.service.filling import put_back
from app.fulfilment.service.finding import (
    advance_requisition,
    advance_tote,
    get_supplied_tote,
    lock_requisition,
)
from app.fulfilment.service.sealing import contents_of
from app.fulfilment.service.shortfall import refill
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.history import Change
from app.kernel.local_time import local_day
from app.traceability import service as traceability
from app.traceability.errors import ReasonMissing
from app.traceability.rules import why_unusable


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened:
    """The tote, the pick list that is open again, and how many lines other lots gave it."""

    tote: Tote
    task: PickTask
    added: int


def reopen(session: Session, actor: Actor, wanted: Dissolving, *, now: datetime) -> Reopened:
    """Open a sealed tote that may not leave, and lay the lots at fault back into their bins.

    They stay in their held lot. The rest stays in the tote, which is picked, checked and
    sealed anew: what came out is promised from other lots at once, and what no lot can fill
    is a shortage of its line.

    Raises:
        ReasonMissing: people must be able to read why.
        ToteMayLeave: no lot inside is held or expired.
        AlreadyDone, ToteStateChanged: it is not sealed, or on a vehicle.
    """
    if not wanted.reason:
        raise ReasonMissing(wanted.code)
    tote = get_supplied_tote(session, actor, wanted.code)
    task = session.scalars(
        select(PickTask)
        .where(PickTask.requisition_id == tote.requisition_id)
        .with_for_update(key_share=True)
    ).one()
    requisition = lock_requisition(session, tote.requisition_id)
    session.refresh(tote)
    if tote.state is not ToteState.SEALED:
        raise ToteStateChanged(tote.code, state=tote.state.value)
    at_fault = _at_fault(session, tote, now=now)
    if not at_fault:
        raise ToteMayLeave(tote.code)
    _open(session, tote, requisition)
    _take_out(session, at_fault, now=now)
    task.done_at = None
    for content in at_fault:
        put_back(session, actor, (task, content), f"reopen:{wanted.key}:{content.id}", now=now)
    added = refill(session, task, now=now)
    lots = traceability.lock_lots(session, {content.lot_id for content in at_fault})
    named = "、".join(sorted(lot.lot_number for lot in lots.values()))
    for subject in (("tote", tote.id), ("requisition", requisition.id)):
        change = Change(
            subject=subject, action="reopened", after={"lot": named}, reason=wanted.reason
        )
        history.record(session, actor, change, now=now)
    return Reopened(tote=tote, task=task, added=added)


def _at_fault(session: Session, tote: Tote, *, now: datetime) -> list[ToteContent]:
    """Return the contents whose lot may not leave, under the lock of their lots."""
    contents = contents_of(session, tote)
    lots = traceability.lock_lots(session, {content.lot_id for content in contents})
    return [
        content
        for content in contents
        if why_unusable(traceability.state_of(lots[content.lot_id]), on=local_day(now))
    ]


def _open(session: Session, tote: Tote, requisition: Requisition) -> None:
    """Open the tote for picking, or only for its check where another is being filled."""
    being_filled = exists().where(
        Tote.requisition_id == tote.requisition_id,
        Tote.compartment == tote.compartment,
        Tote.state == ToteState.OPEN,
    )
    state = ToteState.PACKED if session.scalar(select(being_filled)) else ToteState.OPEN
    advance_tote(
        session,
        tote,
        ((ToteState.SEALED,), state),
        checked_by_id=None,
        checked_at=None,
        sealed_at=None,
        weight_grams=0,
        volume_cm3=0,
    )
    session.execute(delete(ToteCount).where(ToteCount.tote_id == tote.id))
    if requisition.state is RequisitionState.SEALED:
        step = ((RequisitionState.SEALED,), RequisitionState.PICKING)
        advance_requisition(session, requisition, step)


def _take_out(session: Session, contents: Sequence[ToteContent], *, now: datetime) -> None:
    """Write contents off the tote and their pick lines, in two statements."""
    taken = ToteContent.id.in_([content.id for content in contents])
    session.execute(
        update(ToteContent)
        .where(taken)
        .values(taken_out_at=now)
        .execution_options(synchronize_session=False)
    )
    by_line = (
        select(ToteContent.pick_line_id, func.sum(ToteContent.quantity).label("quantity"))
        .where(taken)
        .group_by(ToteContent.pick_line_id)
        .subquery()
    )
    session.execute(
        update(PickLine)
        .where(PickLine.id == by_line.c.pick_line_id)
        .values(
            picked=PickLine.picked - by_line.c.quantity,
            quantity=PickLine.quantity - by_line.c.quantity,
        )
        .execution_options(synchronize_session=False)
    )
