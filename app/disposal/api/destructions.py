"""JSON API of destructions."""

from typing import Any

from flask import request
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from app.accounts.schemas import second_person
from app.disposal import queries, schemas, service
from app.disposal.queries import DestructionRow, WaitingRow
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.errors import NotFound
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "destructions_api",
    __name__,
    url_prefix="/api/v1/destructions",
    description="Written-off goods destroyed before witnesses",
)
READ, PROPOSE = Permission.INVENTORY_READ, Permission.DISPOSAL_PROPOSE


@blueprint.get("")
@requires(READ)
@blueprint.arguments(schemas.DestructionQuerySchema, location="query")
@blueprint.response(200, schemas.DestructionsSchema)
def list_destructions(query: dict[str, Any]) -> Page[DestructionRow]:
    """List the destructions one may see, newest first."""
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    with transaction() as session:
        rows = queries.list_destructions(session, current_actor(), before, PAGE_SIZE)
    return page_of(rows, lambda row: [row.id])


@blueprint.get("/waiting")
@requires(READ)
@blueprint.response(200, schemas.WaitingListSchema)
def list_waiting() -> dict[str, list[WaitingRow]]:
    """List what was written off, still exists and waits to be destroyed."""
    with transaction() as session:
        return {"rows": queries.list_waiting(session, current_actor())}


@blueprint.post("")
@requires(PROPOSE)
@writes
@blueprint.arguments(schemas.DestroyingSchema)
@blueprint.response(201, schemas.DestructionSchema)
def destroy(typed: dict[str, Any]) -> dict[str, Any]:
    """Keep the record of a destruction."""
    told = schemas.destroying(typed, second_person(typed, request.remote_addr))
    with transaction() as session:
        made = service.destroy(session, current_actor(), told, now=clock.now())
        return _shown(session, made.reference)


@blueprint.get("/<string:reference>")
@requires(READ)
@blueprint.response(200, schemas.DestructionSchema)
def show_destruction(reference: str) -> dict[str, Any]:
    """Return a destruction with what it took."""
    with transaction() as session:
        return _shown(session, reference)


def _shown(session: Session, reference: str) -> dict[str, Any]:
    row = queries.find_destruction(session, current_actor(), reference)
    if row is None:
        raise NotFound("destruction")
    return {"destruction": row, "lines": queries.list_destroyed(session, row.id)}
