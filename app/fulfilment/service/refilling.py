"""When a lot is frozen, what was promised from it is promised from other lots at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.fulfilment.models import PickTask, Requisition, RequisitionLine
from app.fulfilment.service.promising import LINE_KIND
from app.fulfilment.service.shortfall import refill
from app.inventory import service as inventory
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.history import Change
from app.kernel.ids import LotId, PickTaskId
from app.traceability.models import Lot, LotHold


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """A frozen lot, which lines lost by it, and what no other lot could fill of our own."""

    lot: Lot
    losing: list[tuple[str, int]]
    short: int


def freeze_and_refill(
    session: Session, actor: Actor, lot_id: LotId, hold: tuple[LotHold, str], *, now: datetime
) -> Frozen:
    """Hold a lot, and allocate every open requisition line it was promised to again.

    Pick lists are locked before the lot, in the one order of all code. A list that was
    written while the freeze waited is refilled too. What other lots cannot fill becomes
    the line's shortage, and the requisition's history says why.
    """
    lock_promised(session, lot_id)
    lot, losing = inventory.freeze_lot(session, actor, lot_id, hold, now=now)
    short = refill_losing(session, actor, (lot, losing, hold[1]), now=now)
    return Frozen(lot=lot, losing=losing, short=short)


def lock_promised(session: Session, lot_id: LotId) -> None:
    """Lock the pick lists to which goods of a lot are promised, before the lot is."""
    _lock(session, _holding(session, lot_id))


def refill_losing(
    session: Session,
    actor: Actor,
    told: tuple[Lot, list[tuple[str, int]], str],
    *,
    now: datetime,
) -> int:
    """Promise anew what lines of pick lists lost; return what nothing could fill.

    ``told`` is the lot, the lines of all kinds that lost by it, and why.
    """
    lot, losing, reason = told
    line_ids = [line_id for kind, line_id in losing if kind == LINE_KIND]
    tasks = _lock(session, _of_lines(session, line_ids))
    before = _short(session, line_ids)
    for task in tasks:
        refill(session, task, now=now)
        requisition = session.get_one(Requisition, task.requisition_id)
        change = Change(
            subject=("requisition", requisition.id),
            action="lot-frozen",
            after={"lot": lot.lot_number},
            reason=reason,
        )
        history.record(session, actor, change, now=now)
    return _short(session, line_ids) - before


def _holding(session: Session, lot_id: LotId) -> list[PickTaskId]:
    promised = inventory.lines_promised(session, LINE_KIND, lot_id)
    return _of_lines(session, promised)


def _of_lines(session: Session, line_ids: Sequence[int]) -> list[PickTaskId]:
    return list(
        session.scalars(
            select(PickTask.id)
            .join(RequisitionLine, RequisitionLine.requisition_id == PickTask.requisition_id)
            .where(RequisitionLine.id.in_(line_ids), ~PickTask.cancelled)
            .distinct()
        )
    )


def _lock(session: Session, task_ids: Sequence[PickTaskId]) -> list[PickTask]:
    return list(
        session.scalars(
            select(PickTask)
            .where(PickTask.id.in_(task_ids))
            .order_by(PickTask.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    )


def _short(session: Session, line_ids: Sequence[int]) -> int:
    total = session.scalar(
        select(func.coalesce(func.sum(RequisitionLine.shortage), 0)).where(
            RequisitionLine.id.in_(line_ids)
        )
    )
    return int(total or 0)
