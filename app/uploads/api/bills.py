"""JSON API of bills for the trace platform."""

from typing import Any

from flask_smorest import Blueprint

from app.kernel import clock
from app.kernel.actor import Permission
from app.uploads import queries, schemas, service
from app.uploads.queries import BillRow
from app.uploads.rules.bills import BillState
from app.uploads.service import HandMade
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "bills_api", __name__, url_prefix="/api/v1/bills", description="Bills for the trace platform"
)
READ, MEND = Permission.UPLOADS_READ, Permission.UPLOADS_MEND


@blueprint.get("")
@requires(READ)
@blueprint.arguments(schemas.BillQuerySchema, location="query")
@blueprint.response(200, schemas.BillsSchema)
def list_bills(query: dict[str, Any]) -> Page[BillRow]:
    """List the bills one may see, newest first."""
    cursor = decode(query["cursor"], (int,))
    wanted = (query["state"], int(cursor[0]) if cursor else None)
    with transaction() as session:
        rows = queries.list_bills(session, current_actor(), wanted, PAGE_SIZE)
    return page_of(rows, lambda row: [row.id])


@blueprint.post("")
@requires(MEND)
@writes
@blueprint.arguments(schemas.HandMadeSchema)
@blueprint.response(201, schemas.BillSchema)
def make_bill(wanted: HandMade) -> BillRow:
    """Make a bill of scanned codes; a carton and what lies in it are refused together."""
    with transaction() as session:
        actor = current_actor()
        reference = service.make_by_hand(session, actor, wanted, now=clock.now())
        return service.get_bill(session, actor, reference)


@blueprint.get("/<string:reference>")
@requires(READ)
@blueprint.response(200, schemas.BillSchema)
def show_bill(reference: str) -> BillRow:
    """Return a bill."""
    with transaction() as session:
        return service.get_bill(session, current_actor(), reference)


@blueprint.post("/<string:reference>/outcome")
@requires(MEND)
@writes
@blueprint.arguments(schemas.OutcomeSchema)
@blueprint.response(200, schemas.BillSchema)
def note_outcome(outcome: tuple[BillState, str], reference: str) -> BillRow:
    """Keep what the platform said of a bill."""
    with transaction() as session:
        service.note_outcome(session, current_actor(), reference, outcome)
        return service.get_bill(session, current_actor(), reference)
