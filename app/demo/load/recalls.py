"""What the demo's recall room shows: a drill that was closed yesterday, one that runs."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item, SpecialClass
from app.demo.load.people import somebody
from app.inventory.models import Place, PlaceKind, StockBalance
from app.kernel.actor import Actor
from app.kernel.ids import LotId
from app.recall import queries
from app.recall import service as recalls
from app.recall.models import Recall
from app.recall.queries import TaskRow
from app.recall.rules import RecallClass, RecallKind
from app.recall.service import Closing, Collecting, Order
from app.traceability.models import Lot, LotHold

HOLDERS = ("clinic", "clinic2", "storekeeper")


def load_recalls(session: Session, *, now: datetime) -> None:
    """Let the quality head drill twice: once to the end, once so far that two have confirmed."""
    done, running = _widespread(session)
    yesterday = now - timedelta(hours=22)
    drill = _drill(session, done, "季度召回演练（演示）", yesterday)
    for minutes, task in enumerate(_tasks(session, drill), 3):
        at = yesterday + timedelta(minutes=minutes, seconds=20)
        _count(session, drill, task, at)
        holder = _holder(session, task)
        recalls.report_done(session, holder, task.id, "演练未清点完", now=at + timedelta(minutes=4))
    quality = somebody(session, "quality")
    closing = Closing(missing_reason="演练：部分机构未清点完", with_open_tasks=True)
    recalls.close(session, quality, drill.reference, closing, now=yesterday + timedelta(hours=1))
    drill = _drill(
        session, running, "持有人来函：检出不合格，召回演练（演示）", now - timedelta(minutes=9)
    )
    for minutes, task in enumerate(_tasks(session, drill)[:2], 2):
        at = now - timedelta(minutes=9 - minutes)
        recalls.see(session, _holder(session, task), task.id, now=at)


def _widespread(session: Session) -> Sequence[LotId]:
    """Return two lots without codes that Yudu and most other facilities have on their shelves."""
    yudu = StockBalance.facility_id == somebody(session, "clinic").facility_id
    return session.scalars(
        select(StockBalance.lot_id)
        .join(Place, Place.id == StockBalance.place_id)
        .join(Item, Item.id == StockBalance.item_id)
        .join(Lot, Lot.id == StockBalance.lot_id)
        .where(
            Place.kind == PlaceKind.BIN,
            StockBalance.on_hand > 0,
            Lot.hold == LotHold.NONE,
            ~Item.is_coded,
            Item.special_class == SpecialClass.NONE,
        )
        .group_by(StockBalance.lot_id)
        .having(func.bool_or(yudu))
        .order_by(func.count(StockBalance.facility_id.distinct()).desc(), StockBalance.lot_id)
        .limit(2)
    ).all()


def _drill(session: Session, lot_id: LotId, reason: str, at: datetime) -> Recall:
    order = Order(
        lot_ids=[lot_id],
        kind=RecallKind.RECALL,
        recall_class=RecallClass.SECOND,
        reason=reason,
        instruction="立即停用，单独存放，退回中心药房质量科",
        notice_reference="演练-2026-4",
        is_drill=True,
    )
    return recalls.start(session, somebody(session, "quality"), order, now=at)


def _tasks(session: Session, drill: Recall) -> list[TaskRow]:
    """Return the tasks of those who have an account in the demo."""
    tasks = queries.list_tasks(session, somebody(session, "quality"), [drill.id])
    return [task for task in tasks if _who(session, task)]


def _who(session: Session, task: TaskRow) -> Actor | None:
    people = (somebody(session, name) for name in HOLDERS)
    return next((one for one in people if task.facility_id in one.facility_ids), None)


def _holder(session: Session, task: TaskRow) -> Actor:
    return _who(session, task) or somebody(session, "storekeeper")


def _count(session: Session, drill: Recall, task: TaskRow, at: datetime) -> None:
    """Let a holder count most of what lies in each bin."""
    lots = queries.lots_of(session, drill.id)
    for row in queries.list_held(session, lots, task.facility_id):
        if row.is_collectable:
            counted = Collecting(balance_id=row.balance_id, quantity=row.on_hand)
            recalls.collect(session, _holder(session, task), task.id, counted, now=at)
