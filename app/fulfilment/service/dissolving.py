"""A tote that came back and will not go out again: its goods return to their bins."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.fulfilment.models import PickLine, PickTask, RequisitionLine, Tote, ToteContent
from app.fulfilment.rules import ToteState
from app.fulfilment.service.ending import end_when_all_arrived
from app.fulfilment.service.filling import put_back
from app.fulfilment.service.finding import (
    advance_tote,
    get_supplied_tote,
)
from app.fulfilment.service.sealing import contents_of
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.history import Change
from app.traceability.errors import ReasonMissing


@dataclass(frozen=True, slots=True, kw_only=True)
class Dissolving:
    """Which tote is opened, why, and under which client key."""

    code: str
    reason: str
    key: str


def dissolve(session: Session, actor: Actor, wanted: Dissolving, *, now: datetime) -> Tote:
    """Open a returned tote and lay all of it back into the bins it came from.

    What it held was granted and will not come: each line says so as a shortage. With its
    last tote the requisition ends, received as far as anything arrived.

    Raises:
        ReasonMissing: the clinic must be able to read why.
        AlreadyDone: it was dissolved before.
        ToteStateChanged: it is not back at the depot.
    """
    if not wanted.reason:
        raise ReasonMissing(wanted.code)
    tote = get_supplied_tote(session, actor, wanted.code)
    task = session.scalars(
        select(PickTask)
        .where(PickTask.requisition_id == tote.requisition_id)
        .with_for_update(key_share=True)
    ).one()
    contents = contents_of(session, tote)
    advance_tote(session, tote, ((ToteState.RETURNED,), ToteState.CANCELLED))
    _take_back(session, tote, now=now)
    for content in contents:
        key = f"dissolve:{wanted.key}:{content.id}"
        put_back(session, actor, (task, content), key, now=now)
    end_when_all_arrived(session, tote.requisition_id, now=now)
    change = Change(subject=("tote", tote.id), action="dissolved", reason=wanted.reason)
    history.record(session, actor, change, now=now)
    return tote


def _take_back(session: Session, tote: Tote, *, now: datetime) -> None:
    """Write off the tote's contents from pick lines and requisition lines, set by set."""
    inside = (ToteContent.tote_id == tote.id, ToteContent.taken_out_at.is_(None))
    by_pick = (
        select(ToteContent.pick_line_id, func.sum(ToteContent.quantity).label("quantity"))
        .where(*inside)
        .group_by(ToteContent.pick_line_id)
        .subquery()
    )
    by_line = (
        select(PickLine.requisition_line_id, func.sum(by_pick.c.quantity).label("quantity"))
        .join(by_pick, by_pick.c.pick_line_id == PickLine.id)
        .group_by(PickLine.requisition_line_id)
        .subquery()
    )
    for statement in (
        update(RequisitionLine)
        .where(RequisitionLine.id == by_line.c.requisition_line_id)
        .values(shortage=RequisitionLine.shortage + by_line.c.quantity),
        update(PickLine)
        .where(PickLine.id == by_pick.c.pick_line_id)
        .values(
            picked=PickLine.picked - by_pick.c.quantity,
            quantity=PickLine.quantity - by_pick.c.quantity,
        ),
        update(ToteContent).where(*inside).values(taken_out_at=now),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
    session.expire_all()
