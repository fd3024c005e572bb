"""Discrepancies as programs read and close them."""

from typing import Any

from flask import request
from flask_smorest import Blueprint

from app.accounts.schemas import second_person
from app.fulfilment import service
from app.fulfilment.queries import discrepancies as queries
from app.fulfilment.queries.discrepancies import DiscrepancyRow
from app.fulfilment.schemas import totes as schemas
from app.fulfilment.service import Closing
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.errors import NotFound
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import posting_key, writes

blueprint = Blueprint(
    "discrepancies_api",
    __name__,
    url_prefix="/api/v1/discrepancies",
    description="Goods sent but not confirmed",
)
READERS = (Permission.REQUISITION_READ,)
CLOSERS = (
    Permission.DELIVERY_RECEIVE,
    Permission.REQUISITION_APPROVE,
    Permission.REQUISITION_PICK,
)


@blueprint.get("")
@requires(*READERS)
@blueprint.arguments(schemas.DiscrepancyQuerySchema, location="query")
@blueprint.response(200, schemas.DiscrepanciesSchema)
def list_discrepancies(query: dict[str, Any]) -> Page[DiscrepancyRow]:
    """List discrepancies, open ones unless all are asked for, the newest first."""
    after = decode(query["cursor"], (int,))
    with transaction() as session:
        rows = queries.list_discrepancies(
            session, current_actor(), only_open=not query["all"], after=after, size=PAGE_SIZE
        )
    return page_of(rows, lambda row: [row.id])


@blueprint.get("/<string:reference>")
@requires(*READERS)
@blueprint.response(200, schemas.DiscrepancySchema)
def show_discrepancy(reference: str) -> DiscrepancyRow:
    """Return one discrepancy."""
    with transaction() as session:
        found = queries.find_discrepancy(session, current_actor(), reference)
    if found is None:
        raise NotFound("discrepancy")
    return found


@blueprint.post("/<string:reference>/close")
@requires(*CLOSERS)
@writes
@blueprint.arguments(schemas.DiscrepancyClosingSchema)
@blueprint.response(200, schemas.DiscrepancySchema)
@blueprint.alt_response(409, description="discrepancy-closed")
def close_discrepancy(body: dict[str, Any], reference: str) -> DiscrepancyRow | None:
    """Say what became of the goods, and post it."""
    actor = current_actor()
    second = second_person(body, request.remote_addr)
    closing = Closing(reference=reference, key=posting_key(), second=second, **body)
    with transaction() as session:
        service.close_discrepancy(session, actor, closing, now=clock.now())
        return queries.find_discrepancy(session, actor, reference)
