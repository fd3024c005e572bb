"""JSON API of counts: plan, blind count from phones, variances, approval."""

from typing import Any

from flask import request
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from app.counting import queries, schemas, service
from app.counting.queries import SheetQuery, SheetRow
from app.counting.rules import SheetState
from app.counting.service import CountEvent, FoundLot
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.errors import NotFound
from app.kernel.ids import CountLineId
from app.web.events import Unreadable
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import posting_key, writes

blueprint = Blueprint(
    "counting_api", __name__, url_prefix="/api/v1/counts", description="Stock counts"
)
READ, COUNT = Permission.INVENTORY_READ, Permission.COUNTING_COUNT
APPROVE = Permission.COUNTING_APPROVE
BLIND = (SheetState.PROPOSED, SheetState.COUNTING)


@blueprint.get("")
@requires(READ)
@blueprint.arguments(schemas.CountQuerySchema, location="query")
@blueprint.response(200, schemas.CountsSchema)
def list_counts(query: dict[str, Any]) -> Page[SheetRow]:
    """List counts, newest first; those not posted yet unless all are asked for."""
    cursor = decode(query["cursor"], (int,))
    wanted = SheetQuery(whole=query["all"], before=int(cursor[0]) if cursor else None)
    with transaction() as session:
        rows = queries.list_sheets(session, current_actor(), wanted, PAGE_SIZE)
    return page_of(rows, lambda row: [row.id])


@blueprint.post("")
@requires(COUNT)
@writes
@blueprint.arguments(schemas.NewCountSchema)
@blueprint.response(201, schemas.CountSheetSchema)
def open_count(typed: dict[str, Any]) -> dict[str, Any]:
    """Open a count of chosen shelves and begin it."""
    actor = current_actor()
    with transaction() as session:
        wanted = schemas.new_count(typed, actor.facility_id)
        sheet = service.open_count(session, actor, wanted, now=clock.now())
        return _shown(session, sheet.reference)


@blueprint.post("/events")
@requires(COUNT)
@writes
@blueprint.arguments(schemas.CountBatchSchema)
@blueprint.response(200, schemas.CountAnswersSchema)
def enter(batch: dict[str, list[CountEvent | Unreadable]]) -> dict[str, Any]:
    """Take in up to 100 acts of counting, each under its own key, and answer each."""
    readable = [event for event in batch["events"] if isinstance(event, CountEvent)]
    with transaction() as session:
        entered = service.enter(session, current_actor(), readable, now=clock.now())
    return {"events": schemas.answers_to(batch["events"], entered)}


@blueprint.get("/<string:reference>")
@requires(READ)
@blueprint.response(200, schemas.CountSheetSchema)
def show_count(reference: str) -> dict[str, Any]:
    """Return a count; while it is blind, without any book quantity."""
    with transaction() as session:
        return _shown(session, reference)


@blueprint.post("/<string:reference>/start")
@requires(COUNT)
@writes
@blueprint.response(200, schemas.CountSheetSchema)
def start(reference: str) -> dict[str, Any]:
    """Begin a count the plan proposed."""
    with transaction() as session:
        service.start(session, current_actor(), reference, now=clock.now())
        return _shown(session, reference)


@blueprint.post("/<string:reference>/lots")
@requires(COUNT)
@writes
@blueprint.arguments(schemas.FoundLotSchema)
@blueprint.response(200, schemas.CountSheetSchema)
def add_found_lot(found: FoundLot, reference: str) -> dict[str, Any]:
    """Add a lot that lies on the shelf but not in the book."""
    told = (reference, found)
    with transaction() as session:
        service.add_found_lot(session, current_actor(), told, posting_key(), now=clock.now())
        return _shown(session, reference)


@blueprint.post("/<string:reference>/finish")
@requires(COUNT)
@writes
@blueprint.response(200, schemas.CountSheetSchema)
def finish(reference: str) -> dict[str, Any]:
    """Close the counting; the differences are shown from now on."""
    with transaction() as session:
        service.finish(session, current_actor(), reference, now=clock.now())
        return _shown(session, reference)


@blueprint.post("/<string:reference>/recount")
@requires(COUNT, APPROVE)
@writes
@blueprint.arguments(schemas.RecountSchema)
@blueprint.response(200, schemas.CountSheetSchema)
def ask_recount(typed: dict[str, Any], reference: str) -> dict[str, Any]:
    """Open lines for another blind count."""
    asked = (reference, [CountLineId(line_id) for line_id in typed["line_id"]])
    with transaction() as session:
        service.ask_recount(session, current_actor(), asked, now=clock.now())
        return _shown(session, reference)


@blueprint.post("/<string:reference>/approval")
@requires(APPROVE)
@writes
@blueprint.arguments(schemas.CountApprovalSchema)
@blueprint.response(200, schemas.CountSheetSchema)
@blueprint.alt_response(409, description="count-overtaken, count-changed, count-state-changed")
def approve(typed: dict[str, Any], reference: str) -> dict[str, Any]:
    """Post the differences, dated when they were counted."""
    given = schemas.credentials(typed, request.remote_addr)
    actor, wanted = current_actor(), schemas.approval(typed, reference)
    with transaction() as session:
        second = service.cosigner(session, actor, given, now=clock.now())
        service.approve(session, actor, wanted, second, now=clock.now())
        return _shown(session, reference)


@blueprint.post("/<string:reference>/cancel")
@requires(COUNT)
@writes
@blueprint.arguments(schemas.CountReasonSchema)
@blueprint.response(200, schemas.CountSheetSchema)
def cancel(typed: dict[str, str], reference: str) -> dict[str, Any]:
    """Give a count up before it is posted."""
    with transaction() as session:
        service.cancel(session, current_actor(), reference, typed["reason"], now=clock.now())
        return _shown(session, reference)


def _shown(session: Session, reference: str) -> dict[str, Any]:
    row = queries.find_sheet(session, current_actor(), reference)
    if row is None:
        raise NotFound("count")
    sheet = service.get_sheet(session, current_actor(), reference)
    found = [] if row.state in BLIND else service.differences(session, sheet)
    variances = [
        {
            "line": one.line,
            "book": one.book,
            "difference": one.difference,
            "value_fen": one.value_fen,
            "needs_recount": one.needs_recount,
            "missing_codes": [p.code for p in one.missing] or one.line.missing_codes,
            "stray_codes": [stray.code for stray in one.strays],
        }
        for one in found
    ]
    lines = queries.list_lines(session, row.id)
    return {"sheet": row, "lines": lines, "variances": variances, "seen": service.seen(found)}
