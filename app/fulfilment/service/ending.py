"""A requisition ends with its last tote (请领单完成)."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.fulfilment.rules import ON_THE_WAY, RequisitionState, ToteState
from app.fulfilment.service.finding import advance_requisition, lock_requisition, totes_left
from app.kernel.ids import RequisitionId


def end_when_all_arrived(session: Session, requisition_id: RequisitionId, *, now: datetime) -> None:
    """End a requisition none of whose totes is on its way: received, if any of them arrived.

    The requisition is locked first, so of two last totes one sees the other.
    """
    requisition = lock_requisition(session, requisition_id)
    if totes_left(session, requisition_id, ON_THE_WAY):
        return
    before = (RequisitionState.IN_DELIVERY,)
    if totes_left(session, requisition_id, [ToteState.RECEIVED]):
        step = (before, RequisitionState.RECEIVED)
        advance_requisition(session, requisition, step, received_at=now)
    else:
        advance_requisition(session, requisition, (before, RequisitionState.CANCELLED))
