"""Requisitions as programs write and read them."""

from typing import Any

from flask_smorest import Blueprint

from app.fulfilment import service
from app.fulfilment.models import Requisition
from app.fulfilment.queries import offers as offering
from app.fulfilment.queries import overrides
from app.fulfilment.queries import requisitions as queries
from app.fulfilment.queries.requisitions import RequisitionFilter, RequisitionRow
from app.fulfilment.schemas import requisitions as schemas
from app.fulfilment.service import DraftEdit, NewRequisition
from app.kernel import clock
from app.kernel.actor import Permission
from app.network import service as network
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "requisitions_api",
    __name__,
    url_prefix="/api/v1/requisitions",
    description="What clinics ask the central pharmacy for",
)
READERS = (Permission.REQUISITION_READ,)
WRITERS = (Permission.REQUISITION_WRITE,)


@blueprint.get("")
@requires(*READERS)
@blueprint.arguments(schemas.RequisitionQuerySchema, location="query")
@blueprint.response(200, schemas.RequisitionsSchema)
def list_requisitions(query: dict[str, Any]) -> Page[RequisitionRow]:
    """List requisitions the caller may see, the newest first."""
    states = (query["state"],) if query["state"] else ()
    wanted = RequisitionFilter(states=states, text=query["q"])
    after = decode(query["cursor"], (int,))
    with transaction() as session:
        rows = queries.list_requisitions(
            session, current_actor(), wanted, after=after, size=PAGE_SIZE
        )
    return page_of(rows, lambda row: [row.id])


@blueprint.post("")
@requires(*WRITERS)
@writes
@blueprint.arguments(schemas.NewRequisitionSchema)
@blueprint.response(201, schemas.RequisitionSchema)
def create_requisition(body: dict[str, Any]) -> Requisition:
    """Start a draft for the caller's facility or one of its village clinics."""
    actor, code = current_actor(), body.pop("facility_code")
    with transaction() as session:
        facility_id = network.facility_by_code(session, code).id if code else actor.facility_id
        request = NewRequisition(facility_id=facility_id, **body)
        return service.create(session, actor, request, now=clock.now())


@blueprint.get("/items")
@requires(*WRITERS)
@blueprint.arguments(schemas.SearchQuerySchema, location="query")
@blueprint.response(200, schemas.OrderableItemsSchema)
def search_items(query: dict[str, str]) -> dict[str, Any]:
    """Find items by Chinese name, pinyin initials or code."""
    with transaction() as session:
        centre = network.central_pharmacy(session)
        return {"rows": offering.search_items(session, centre.id, query["q"])}


@blueprint.get("/<string:reference>")
@requires(*READERS)
@blueprint.response(200, schemas.RequisitionDetailSchema)
def show_requisition(reference: str) -> dict[str, Any]:
    """Return a requisition with its lines, their figures and decisions."""
    with transaction() as session:
        requisition = service.get_requisition(session, current_actor(), reference)
        return {
            "requisition": requisition,
            "names": queries.names_of(session, requisition.id),
            "lines": service.show_lines(session, requisition, now=clock.now()),
            "lots_by_hand": [
                row
                for rows in overrides.overrides_of(session, requisition.id).values()
                for row in rows
            ],
        }


@blueprint.put("/<string:reference>/lines")
@requires(*WRITERS)
@writes
@blueprint.arguments(schemas.RequisitionDraftSchema)
@blueprint.response(200, schemas.RequisitionSchema)
def save_draft(body: dict[str, Any], reference: str) -> Requisition:
    """Keep what was typed; items not named stay as they are."""
    edit = DraftEdit(reference=reference, **body)
    with transaction() as session:
        return service.save(session, current_actor(), edit, now=clock.now())


@blueprint.post("/<string:reference>/items")
@requires(*WRITERS)
@writes
@blueprint.arguments(schemas.AddedItemSchema)
@blueprint.response(200, schemas.RequisitionSchema)
def add_item(body: dict[str, str], reference: str) -> Requisition:
    """Add one item, asking for what the arithmetic suggests."""
    actor = current_actor()
    with transaction() as session:
        service.add_item(session, actor, reference, body["item_code"], now=clock.now())
        return service.get_requisition(session, actor, reference)


@blueprint.post("/<string:reference>/submit")
@requires(*WRITERS)
@writes
@blueprint.arguments(schemas.DraftRevisionSchema)
@blueprint.response(200, schemas.RequisitionSchema)
def submit_requisition(body: dict[str, int], reference: str) -> Requisition:
    """Send the draft to the central pharmacy."""
    actor, revision = current_actor(), body["revision"]
    with transaction() as session:
        return service.submit(session, actor, reference, revision, now=clock.now())


@blueprint.post("/<string:reference>/cancel")
@requires(*WRITERS)
@writes
@blueprint.response(200, schemas.RequisitionSchema)
def cancel_requisition(reference: str) -> Requisition:
    """Take back what the centre has not decided yet."""
    with transaction() as session:
        return service.cancel(session, current_actor(), reference, now=clock.now())


@blueprint.post("/<string:reference>/template")
@requires(*WRITERS)
@writes
@blueprint.response(200, schemas.RequisitionTemplateSchema)
def keep_as_template(reference: str) -> dict[str, int]:
    """Make the requisition's items the facility's usual list."""
    with transaction() as session:
        return {"items": service.keep_as_template(session, current_actor(), reference)}
