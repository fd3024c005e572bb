"""Start a recall, a quality hold or a drill: hold the lots, find who has them, tell everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import LotId
from app.kernel.numbering import issue_number
from app.kernel.rows import insert_rows
from app.notices import service as notices
from app.notices.rules import NoticeKind
from app.notices.service import News
from app.quality import service as quality
from app.recall import queries
from app.recall.errors import ClassNeeded, NoLotsNamed
from app.recall.models import Recall, RecallLimit, RecallLot, RecallTask
from app.recall.queries import Holding
from app.recall.rules import RecallClass, RecallKind, class_fits
from app.recall.service.finding import record
from app.traceability import service as traceability
from app.traceability.models import Lot, LotHold

PREFIX = "ZH"
HOLDS = {RecallKind.RECALL: LotHold.RECALL, RecallKind.QUALITY: LotHold.QUALITY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be held, why, and what holders are to do with it."""

    lot_ids: Sequence[LotId]
    kind: RecallKind
    recall_class: RecallClass
    reason: str
    instruction: str
    notice_reference: str = ""
    is_drill: bool = False


def start(session: Session, actor: Actor, order: Order, *, now: datetime) -> Recall:
    """Hold the lots from the moment this commits, and give every holder a task.

    The hold is one row per lot: it waits for dispenses and issues in flight, which share a
    lock on it, and whoever comes after its commit is refused. What was promised from the lots
    is promised anew from others. A drill does all the rest and holds nothing.

    Raises:
        NoLotsNamed, ClassNeeded: the order is incomplete.
        NotFound: a lot is unknown.
        LotStateChanged: a lot is held already by a recall.
    """
    began = _clock(session)
    lot_ids = sorted(set(order.lot_ids))
    if not lot_ids:
        raise NoLotsNamed("recall")
    if not class_fits(order.kind, order.recall_class):
        raise ClassNeeded("recall")
    items = {row.id: row.item_id for row in session.scalars(select(Lot).where(Lot.id.in_(lot_ids)))}
    if len(items) < len(lot_ids):
        raise NotFound("lot")
    recall = _opened(session, actor, order, now=now)
    if not order.is_drill:
        _hold(session, actor, (recall, order, lot_ids), now=now)
        recall.held_ms = _elapsed_ms(session, began)
    lots = [{"recall_id": recall.id, "lot_id": one, "item_id": items[one]} for one in lot_ids]
    session.execute(insert_rows(RecallLot, lots))
    _tell(session, recall, queries.list_holdings(session, lot_ids), now=now)
    recall.located_ms = _elapsed_ms(session, began)
    action = "recall-drill-started" if order.is_drill else "recall-started"
    record(session, actor, recall, (action, recall.reason), now=now)
    return recall


def _opened(session: Session, actor: Actor, order: Order, *, now: datetime) -> Recall:
    limit = session.get_one(RecallLimit, order.recall_class)
    recall = Recall(
        reference=issue_number(session, PREFIX, now=now),
        kind=order.kind,
        is_drill=order.is_drill,
        recall_class=order.recall_class,
        reason=order.reason,
        instruction=order.instruction,
        notice_reference=order.notice_reference,
        notify_hours=limit.notify_hours,
        plan_hours=limit.plan_hours,
        started_by_id=actor.user_id,
        started_at=now,
        account={},
    )
    session.add(recall)
    session.flush()
    return recall


def _hold(
    session: Session, actor: Actor, what: tuple[Recall, Order, Sequence[LotId]], *, now: datetime
) -> None:
    recall, order, lot_ids = what
    has_class = order.recall_class is not RecallClass.NONE
    told = (
        recall.reference,
        order.recall_class.value if has_class else "",
        order.instruction,
    )
    for lot_id in lot_ids:
        quality.hold_lot(session, actor, lot_id, (HOLDS[order.kind], order.reason), now=now)
        traceability.tell_holders(session, lot_id, told)


def _clock(session: Session) -> datetime:
    """Return what time it is on the database's clock: it measures, and dates nothing."""
    now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return now


def _elapsed_ms(session: Session, began: datetime) -> int:
    return max(1, int((_clock(session) - began).total_seconds() * 1000))


def _tell(session: Session, recall: Recall, holdings: Sequence[Holding], *, now: datetime) -> None:
    """Give a task to each facility that holds goods of the lots, or gave some to patients."""
    if not holdings:
        return
    rows = [
        {
            "recall_id": recall.id,
            "facility_id": one.facility_id,
            "expected": one.on_hand,
            "patients": one.patients,
            "missing": 0,
            "missing_reason": "",
        }
        for one in holdings
    ]
    session.execute(insert_rows(RecallTask, rows))
    news = [News(facility_id=one.facility_id, fresh=1, total=1) for one in holdings]
    kind = NoticeKind.RECALL_DRILL if recall.is_drill else NoticeKind.RECALL
    notices.push(session, kind, news, now=now)
