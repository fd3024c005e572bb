"""JSON API of facilities and roads."""

from typing import Any

from flask_smorest import Blueprint

from app.kernel import clock
from app.kernel.ids import FacilityId
from app.network import queries, schemas, service
from app.network.errors import NotServed
from app.network.queries import FacilityRow
from app.network.rules import DeliveryWindow
from app.web.guard import requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction

blueprint = Blueprint(
    "network_api", __name__, url_prefix="/api/v1", description="Facilities and roads"
)


@blueprint.get("/facilities")
@requires()
@blueprint.arguments(schemas.FacilityQuerySchema, location="query")
@blueprint.response(200, schemas.FacilitiesSchema)
def list_facilities(query: dict[str, Any]) -> Page[FacilityRow]:
    """List the members of the alliance by pinyin."""
    after = decode(query["cursor"], (str, int))
    with transaction() as session:
        rows = queries.list_facilities(
            session, text=query["q"], kind=query["kind"], after=after, size=PAGE_SIZE
        )
    return page_of(rows, lambda row: [row.pinyin, row.id])


@blueprint.get("/facilities/<int:facility_id>")
@requires()
@blueprint.response(200, schemas.FacilitySchema)
def show_facility(facility_id: int) -> FacilityRow:
    """Return one facility."""
    with transaction() as session:
        return service.get_facility(session, FacilityId(facility_id))


@blueprint.get("/facilities/<int:facility_id>/next-delivery")
@requires()
@blueprint.response(200, schemas.DeliveryWindowSchema)
def show_next_delivery(facility_id: int) -> DeliveryWindow:
    """Return the next delivery day of a facility and its window."""
    with transaction() as session:
        facility = service.get_facility(session, FacilityId(facility_id))
        window = service.next_delivery(session, facility.id, now=clock.now())
    if window is None:
        raise NotServed(facility.name)
    return window


@blueprint.get("/legs")
@requires()
@blueprint.arguments(schemas.LegsQuerySchema, location="query")
@blueprint.response(200, schemas.LegsSchema)
def list_legs(query: dict[str, list[int]]) -> dict[str, list[dict[str, int]]]:
    """Return metres and seconds by road between facilities."""
    ids = [FacilityId(one) for one in dict.fromkeys(query["facility_id"])]
    with transaction() as session:
        matrix = service.legs(session, ids)
    return {
        "legs": [
            {"origin_id": origin, "target_id": target, "metres": leg.metres, "seconds": leg.seconds}
            for (origin, target), leg in sorted(matrix.items())
        ]
    }
