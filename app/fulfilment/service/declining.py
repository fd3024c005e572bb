"""Send a requisition back, or withdraw one nobody has begun to pick."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.fulfilment.models import Requisition
from app.fulfilment.rules import RequisitionState
from app.fulfilment.service import lines, listing
from app.fulfilment.service.finding import advance_requisition, get_supplied_requisition
from app.fulfilment.service.promising import LINE_KIND
from app.inventory import service as inventory
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.history import Change
from app.traceability.errors import ReasonMissing

SUBMITTED = (RequisitionState.SUBMITTED,)


def reject(
    session: Session, actor: Actor, reference: str, reason: str, *, now: datetime
) -> Requisition:
    """Send the whole requisition back with a reason the clinic reads.

    Raises:
        ReasonMissing: the clinic must be told why.
        RequisitionStateChanged: somebody decided it before.
    """
    requisition = get_supplied_requisition(session, actor, reference)
    if not reason:
        raise ReasonMissing(reference)
    advance_requisition(
        session,
        requisition,
        (SUBMITTED, RequisitionState.REJECTED),
        answer=reason,
        approved_by_id=actor.user_id,
        approved_at=now,
    )
    change = Change(subject=("requisition", requisition.id), action="rejected", reason=reason)
    history.record(session, actor, change, now=now)
    return requisition


def withdraw(
    session: Session, actor: Actor, reference: str, reason: str, *, now: datetime
) -> Requisition:
    """Cancel an approved requisition nobody has begun to pick; its promises are given back.

    Raises:
        ReasonMissing: the clinic must be told why.
        RequisitionStateChanged: picking has begun.
    """
    requisition = get_supplied_requisition(session, actor, reference)
    if not reason:
        raise ReasonMissing(reference)
    before = (RequisitionState.APPROVED,)
    advance_requisition(session, requisition, (before, RequisitionState.CANCELLED), answer=reason)
    listing.cancel_task(session, requisition.id)
    ids = [line.id for line in lines.of(session, requisition.id)]
    inventory.release(session, LINE_KIND, ids)
    change = Change(subject=("requisition", requisition.id), action="withdrawn", reason=reason)
    history.record(session, actor, change, now=now)
    return requisition
