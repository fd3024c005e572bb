"""Reserve stock for lines of a requisition, and name what the centre lacks."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import BigInteger, column, update, values
from sqlalchemy.orm import Session

from app.fulfilment.models import Requisition, RequisitionLine
from app.fulfilment.rules import MIN_SHELF_DAYS, RESERVED_DAYS
from app.inventory import service as inventory
from app.inventory.service import Allocation, Demand, Terms
from app.kernel.local_time import at_local, local_day

LINE_KIND = "requisition_line"


def reserve_for(
    session: Session, requisition: Requisition, demands: Sequence[Demand], *, now: datetime
) -> list[Allocation]:
    """Reserve for lines of a requisition, usable some weeks beyond its delivery."""
    day: date = requisition.delivery_day or local_day(now)
    expires = at_local(day + timedelta(days=RESERVED_DAYS), datetime.min.time())
    terms = Terms(
        facility_id=requisition.supplier_id,
        need_by=max(day, local_day(now)),
        min_days=MIN_SHELF_DAYS,
        expires_at=max(expires, now + timedelta(days=RESERVED_DAYS)),
    )
    return inventory.reserve(session, demands, terms, now=now) if demands else []


def note_shortages(session: Session, allocations: Sequence[Allocation]) -> None:
    """Write on each line what the centre lacks: explicit, never silent (L9)."""
    short = [(one.demand.line_id, one.shortage) for one in allocations if one.shortage]
    if not short:
        return
    new = values(column("id", BigInteger), column("shortage", BigInteger), name="new").data(short)
    session.execute(
        update(RequisitionLine)
        .where(RequisitionLine.id == new.c.id)
        .values(shortage=RequisitionLine.shortage + new.c.shortage)
        .execution_options(synchronize_session=False)
    )
