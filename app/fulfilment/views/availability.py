"""Pages on which anybody asks where in the county an item is (跨机构药品余量查询)."""

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.fulfilment import service
from app.fulfilment.queries import availability as queries
from app.fulfilment.schemas import availability as schemas
from app.fulfilment.service import Availability, AvailabilityQuery
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import ItemId
from app.kernel.local_time import local_day
from app.network.models import FacilityKind
from app.web.forms import read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.unit_of_work import transaction

blueprint = Blueprint("availability", __name__)
READ = Permission.INVENTORY_READ
NEAREST = 30
"""So many facilities are shown first; nobody fetches a box from the hundredth."""

NAVIGATION = (
    Entry(
        group=Group.STOCK,
        order=70,
        label=lazy_gettext("County availability"),
        endpoint="availability.search",
        icon="map-pin",
        permissions=(READ,),
    ),
)


@blueprint.get("/availability")
@requires(READ)
def search() -> ResponseReturnValue:
    """Find items with their county totals; one hit opens at once."""
    text = read_query(schemas.AvailabilitySearchSchema)["q"]
    with transaction() as session:
        found = service.find_totals(session, text, today=local_day(clock.now()))
    if text and len(found) == 1:
        return redirect(url_for("availability.show_item", item_id=found[0].item_id))
    return render_template("fulfilment/availability.html", text=text, found=found)


@blueprint.get("/availability/<int:item_id>")
@requires(READ)
def show_item(item_id: int) -> str:
    """Show what every facility has or awaits of an item, the nearest first."""
    query, today = read_query(schemas.AvailabilityPageSchema), local_day(clock.now())
    nearest = None if query.pop("all") else NEAREST
    wanted = AvailabilityQuery(item_id=ItemId(item_id), nearest=nearest, **query)
    with transaction() as session:
        found = service.county_availability(session, current_actor(), wanted, today=today)
        townships = queries.townships(session)
    return render_template(
        "fulfilment/availability_item.html",
        found=found,
        query=query,
        kinds=list(FacilityKind),
        townships=townships,
        map_data=_map_of(found),
        may_ask=current_actor().may(Permission.TRANSFER_ASK),
    )


def _map_of(found: Availability) -> dict[str, Any]:
    """Return the pins of the nearest facilities, numbered like the list."""
    pins = [
        {
            "lat": row.standing.place.latitude,
            "lon": row.standing.place.longitude,
            "text": str(number),
            "name": f"{number} · "
            + _(
                "%(facility)s: %(available)s %(unit)s available",
                facility=row.standing.level.facility_name,
                available=f"{row.standing.level.available:,}",
                unit=found.item.base_unit,
            ),
            "series": 1 if row.standing.level.available else 3,
        }
        for number, row in enumerate(found.rows[:NEAREST], start=1)
    ]
    return {"pins": pins}
