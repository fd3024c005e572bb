"""County-wide availability as programs ask for it."""

from typing import Any

from flask_smorest import Blueprint

from app.fulfilment import service
from app.fulfilment.queries.availability import ItemTotal
from app.fulfilment.schemas import availability as schemas
from app.fulfilment.service import Availability, AvailabilityQuery
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import ItemId
from app.kernel.local_time import local_day
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction

blueprint = Blueprint(
    "availability_api",
    __name__,
    url_prefix="/api/v1/availability",
    description="Any item across all facilities",
)
READ = Permission.INVENTORY_READ


@blueprint.get("")
@requires(READ)
@blueprint.arguments(schemas.AvailabilitySearchSchema, location="query")
@blueprint.response(200, schemas.ItemTotalsSchema)
def search(query: dict[str, str]) -> dict[str, list[ItemTotal]]:
    """Find items by name, pinyin initials, code or scan, with what the county has of them."""
    with transaction() as session:
        return {"rows": service.find_totals(session, query["q"], today=local_day(clock.now()))}


@blueprint.get("/<int:item_id>")
@requires(READ)
@blueprint.arguments(schemas.AvailabilityQuerySchema, location="query")
@blueprint.response(200, schemas.CountyAvailabilitySchema)
def show_item(query: dict[str, Any], item_id: int) -> Availability:
    """Return what every facility has or awaits of an item, the nearest first."""
    wanted = AvailabilityQuery(item_id=ItemId(item_id), **query)
    with transaction() as session:
        return service.county_availability(
            session, current_actor(), wanted, today=local_day(clock.now())
        )
