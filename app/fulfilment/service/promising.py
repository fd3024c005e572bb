"""Reserve stock for lines of a requisition, and name what the centre lacks."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.fulfilment.models import Requisition, RequisitionLine
from app.fulfilment.rules import MIN_SHELF_DAYS, RESERVED_DAYS
from app.inventory import service as inventory
from app.inventory.service import Allocation, Demand, Terms
from app.kernel.ids import LotId
from app.kernel.local_time import at_local, local_day
from app.kernel.rows import as_table

LINE_KIND = "requisition_line"


def reserve_for(
    session: Session, requisition: Requisition, demands: Sequence[Demand], *, now: datetime
) -> list[Allocation]:
    """Reserve for lines of a requisition, usable some weeks beyond its delivery.

    Nothing is sent that the clinic would not use before it expires, by its own average use.
    """
    day: date = requisition.delivery_day or local_day(now)
    expires = at_local(day + timedelta(days=RESERVED_DAYS), datetime.min.time())
    terms = Terms(
        facility_id=requisition.supplier_id,
        destination_id=requisition.facility_id,
        need_by=max(day, local_day(now)),
        min_days=MIN_SHELF_DAYS,
        expires_at=max(expires, now + timedelta(days=RESERVED_DAYS)),
    )
    return inventory.reserve(session, demands, terms, now=now) if demands else []


def demand_for(line: RequisitionLine, quantity: int, first: LotId | None = None) -> Demand:
    """Return what a line still wants, with the average use it was submitted with.

    ``first`` is a lot chosen by hand.
    """
    return Demand(
        LINE_KIND,
        line.id,
        line.item_id,
        quantity,
        pack=line.units_per_pack,
        monthly_use=line.amc,
        first=first,
    )


def note_shortages(session: Session, allocations: Sequence[Allocation]) -> None:
    """Write on each line what the centre lacks: explicit, never silent (L9)."""
    short = [
        {"id": one.demand.line_id, "shortage": one.shortage} for one in allocations if one.shortage
    ]
    if not short:
        return
    new = as_table([RequisitionLine.id, RequisitionLine.shortage], short, "new")
    session.execute(
        update(RequisitionLine)
        .where(RequisitionLine.id == new.c.id)
        .values(shortage=RequisitionLine.shortage + new.c.shortage)
        .execution_options(synchronize_session=False)
    )
