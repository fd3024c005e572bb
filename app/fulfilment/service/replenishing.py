"""What requisitions have under way, told to those who plan."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.fulfilment.queries import supply
from app.kernel.ids import FacilityId, ItemId
from app.replenishment import service as replenishment
from app.replenishment.service import Pipeline, Site


def plan_site(session: Session, site: Site, *, now: datetime) -> int:
    """Plan every item of a facility; return how many."""
    coming = supply.coming(session, site.facility_id)
    asked = supply.asked(session, site.facility_id)
    pipeline = {
        item_id: Pipeline(coming.get(item_id, 0), asked.get(item_id, 0))
        for item_id in coming.keys() | asked.keys()
    }
    return replenishment.plan_facility(session, site, pipeline, now=now)


def pipeline(
    session: Session, supplier_id: FacilityId
) -> dict[tuple[FacilityId, ItemId], Pipeline]:
    """Return what every facility awaits of a supplier, and asked it for in vain so far."""
    known = supply.pipeline(session, supplier_id)
    return {subject: Pipeline(*quantities) for subject, quantities in known.items()}
