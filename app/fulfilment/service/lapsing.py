"""What was promised and not picked in time is free again; its lines wait for another promise."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.fulfilment.models import PickTask, Requisition, RequisitionLine
from app.fulfilment.queries import waiting
from app.fulfilment.service.promising import LINE_KIND
from app.inventory import service as inventory
from app.kernel.ids import FacilityId
from app.notices import service as notices
from app.notices.rules import NoticeKind
from app.notices.service import News


def lapse(session: Session, *, now: datetime) -> int:
    """Give back promises to requisition lines that have ended; return how many lines lost one.

    The decision stands: such a line waits until somebody allocates again, and the facility
    and its supplier are told. Pick lists are locked before the balances, like by pickers.
    """
    ended = inventory.expired_lines(session, LINE_KIND, now=now)
    session.execute(
        select(PickTask.id)
        .join(RequisitionLine, RequisitionLine.requisition_id == PickTask.requisition_id)
        .where(RequisitionLine.id.in_(ended))
        .order_by(PickTask.id)
        .with_for_update(key_share=True, of=PickTask)
    )
    lost = inventory.release_expired(session, LINE_KIND, now=now)
    fresh = _sides(session, list(lost))
    total = waiting.count_lines(session)
    news = [
        News(facility_id=facility_id, fresh=lines, total=max(lines, total.get(facility_id, 0)))
        for facility_id, lines in fresh.items()
    ]
    notices.push(session, NoticeKind.PROMISE_LAPSED, news, now=now)
    return len(lost)


def _sides(session: Session, line_ids: list[int]) -> dict[FacilityId, int]:
    """Return how many of these lines each facility asked for, or supplies."""
    found: dict[FacilityId, int] = {}
    for side in (Requisition.facility_id, Requisition.supplier_id):
        rows = session.execute(
            select(side, func.count())
            .join(RequisitionLine, RequisitionLine.requisition_id == Requisition.id)
            .where(RequisitionLine.id.in_(line_ids))
            .group_by(side)
        )
        found.update({row[0]: row[1] for row in rows})
    return found
