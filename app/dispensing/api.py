"""JSON API of dispensing and recorded use."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from flask import request
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from app.accounts.schemas import second_person
from app.dispensing import queries, schemas, service
from app.dispensing.queries import UsableItem
from app.dispensing.service import ConsumeRequest, Correction, DispenseRequest, Given
from app.inventory import service as inventory
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.errors import NotFound
from app.kernel.local_time import local_day
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "dispensing_api", __name__, url_prefix="/api/v1", description="Dispensing and recorded use"
)
DISPENSE, CONSUME = Permission.DISPENSING_DISPENSE, Permission.INVENTORY_CONSUME
MOST_OFFERED = 50


@blueprint.post("/dispensings")
@requires(DISPENSE)
@writes
@blueprint.arguments(schemas.DispenseSchema)
@blueprint.response(201, schemas.GivenSchema)
@blueprint.alt_response(200, schema=schemas.GivenSchema, description="already-done: read twice")
@blueprint.alt_response(409, description="dispensed-here, dispensed-elsewhere, exhausted, …")
@blueprint.alt_response(422, description="unknown-code, malformed, wrong-item, …")
@blueprint.alt_response(423, description="recalled, quality-hold")
@blueprint.alt_response(429, description="rate-limited")
def dispense(typed: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Give a pack, or part of it, to a patient by its code, once.

    Controlled medicines need a prescription and a second person.
    """
    scanned = DispenseRequest(**schemas.with_papers(typed, request.remote_addr))
    with transaction() as session:
        given = service.dispense(session, current_actor(), scanned, now=clock.now())
    return _answer(given), HTTPStatus.OK if given.repeats else HTTPStatus.CREATED


@blueprint.post("/consumptions")
@requires(CONSUME)
@writes
@blueprint.arguments(schemas.ConsumeSchema)
@blueprint.response(201, schemas.DispensingSchema)
def consume(typed: dict[str, Any]) -> dict[str, Any]:
    """Record use of goods without codes."""
    actor, typed = current_actor(), schemas.with_papers(typed, request.remote_addr)
    used = ConsumeRequest(**{**typed, "facility_id": typed["facility_id"] or actor.facility_id})
    with transaction() as session:
        document = service.consume(session, actor, used, now=clock.now())
        return _document(session, document.reference)


@blueprint.get("/dispensings")
@requires(DISPENSE, CONSUME, Permission.COUNTY_READ)
@blueprint.arguments(schemas.DocumentQuerySchema, location="query")
@blueprint.response(200, schemas.DispensingsSchema)
def list_documents(query: dict[str, Any]) -> Page[dict[str, Any]]:
    """List dispensing documents, newest first."""
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    with transaction() as session:
        rows = queries.list_documents(session, current_actor(), before, PAGE_SIZE)
        lines = queries.list_lines(session, [row.dispensing_id for row in rows])
    told = [{**asdict(row), "lines": lines[row.dispensing_id]} for row in rows]
    return page_of(told, lambda row: [row["dispensing_id"]])


@blueprint.get("/dispensings/<reference>")
@requires(DISPENSE, CONSUME, Permission.COUNTY_READ)
@blueprint.response(200, schemas.DispensingSchema)
def show_document(reference: str) -> dict[str, Any]:
    """Return a dispensing document."""
    with transaction() as session:
        return _document(session, reference)


@blueprint.post("/dispensings/<reference>/undo")
@requires(DISPENSE, CONSUME)
@writes
@blueprint.arguments(schemas.UndoDispensingSchema)
@blueprint.response(201, schemas.DispensingSchema)
def undo(typed: dict[str, Any], reference: str) -> dict[str, Any]:
    """Correct a dispensing or recorded use made by mistake."""
    actor, second = current_actor(), second_person(typed, request.remote_addr)
    because = Correction(reason=typed["reason"], second=second)
    with transaction() as session:
        correction = service.undo(session, actor, reference, because, now=clock.now())
        return _document(session, correction.reference)


@blueprint.get("/consumptions/items")
@requires(CONSUME)
@blueprint.arguments(schemas.UsableQuerySchema, location="query")
@blueprint.response(200, schemas.UsablesSchema)
def list_usable(query: dict[str, Any]) -> dict[str, list[UsableItem]]:
    """List items without codes on a facility's shelves."""
    today = local_day(clock.now())
    with transaction() as session:
        facility_id = inventory.choose_facility(session, current_actor(), query["facility_id"])
        rows = queries.list_usable(
            session, (facility_id, query["q"]), today=today, limit=MOST_OFFERED
        )
    return {"rows": rows}


def _answer(given: Given) -> dict[str, Any]:
    told = [(one, schemas.advice_text(one)) for one in given.advice]
    told = [(one, schemas.advice_text(one)) for one in given.advice]
    warnings = [{"code": one.code, "detail": text, "data": one.data} for one, text in told]
    return {
        "outcome": "duplicate" if given.repeats else "accepted",
        "answer": "already-done" if given.repeats else "given",
        "replay": given.repeats,
        "ambiguous": given.ambiguous,
        "warnings": warnings,
        "message": " ".join([schemas.given_text(given), *(text for _, text in told)]),
        "reference": given.reference,
        "code": given.unit.code,
        "item_name": given.item.name,
        "quantity": given.quantity,
        "remaining": given.unit.remaining,
    }


def _document(session: Session, reference: str) -> dict[str, Any]:
    rows = queries.list_documents(session, current_actor(), None, 1, reference=reference)
    if not rows:
        raise NotFound("dispensing")
    lines = queries.list_lines(session, [rows[0].dispensing_id])
    papers = queries.find_papers(session, rows[0].dispensing_id)
    return {**asdict(rows[0]), "papers": papers, "lines": lines[rows[0].dispensing_id]}
