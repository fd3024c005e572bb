"""Ready-made recalls, holds and drills, and the task of a facility in them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, RecallTaskId
from app.recall import service as recalls
from app.recall.models import Recall, RecallTask
from app.recall.rules import RecallClass, RecallKind
from app.recall.service import Order
from app.traceability.models import Lot
from tests.factories.stock import NOW

INSTRUCTION = "立即停用，单独存放，退回中心药房"


def an_order(*lots: Lot, drill: bool = False, kind: RecallKind = RecallKind.RECALL) -> Order:
    """Return what holds these lots: a recall of class I, unless said otherwise."""
    is_recall = kind is RecallKind.RECALL
    return Order(
        lot_ids=[lot.id for lot in lots],
        kind=kind,
        recall_class=RecallClass.FIRST if is_recall else RecallClass.NONE,
        reason="检出不合格",
        instruction=INSTRUCTION,
        notice_reference="陕药监召回〔2026〕7号",
        is_drill=drill,
    )


def a_recall(
    session: Session,
    quality: Actor,
    *lots: Lot,
    drill: bool = False,
    kind: RecallKind = RecallKind.RECALL,
) -> Recall:
    """Let the quality head recall lots, hold them, or drill it."""
    return recalls.start(session, quality, an_order(*lots, drill=drill, kind=kind), now=NOW)


def task_of(session: Session, recall: Recall, facility_id: FacilityId) -> RecallTaskId:
    """Return the task of a facility."""
    wanted = select(RecallTask.id).where(
        RecallTask.recall_id == recall.id, RecallTask.facility_id == facility_id
    )
    return session.scalars(wanted).one()
