"""Periodic work of booking."""

from app.booking.service import upkeep
from app.kernel.db import Json
from app.web.unit_of_work import transaction
from app.web.worker import Work


def rebuild(_work: Work) -> Json:
    """Mend machine-days that differ from the bookings; any that did are a defect to look into."""
    with transaction() as session:
        return {"mended": upkeep.rebuild_device_days(session)}


HANDLERS = {"booking.rebuild": rebuild}
