"""JSON API of the recall room: start, look, find holders, lift, close, report."""

from typing import Any

from flask import request
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from app.accounts.schemas import second_person
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.errors import NotFound
from app.recall import queries, schemas, service
from app.recall.queries import RecallRow
from app.recall.rules import milestones
from app.recall.service import Closing, Lifting, Order
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.sealing import pointer_vault
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "recalls_api",
    __name__,
    url_prefix="/api/v1/recalls",
    description="Recalls, quality holds and drills",
)
READ, LEAD = Permission.RECALL_READ, Permission.RECALL_LEAD


@blueprint.get("")
@requires(READ)
@blueprint.arguments(schemas.RecallQuerySchema, location="query")
@blueprint.response(200, schemas.RecallsSchema)
def list_recalls(query: dict[str, Any]) -> Page[RecallRow]:
    """List recalls, newest first."""
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    with transaction() as session:
        rows = queries.list_recalls(session, current_actor(), before, PAGE_SIZE)
    return page_of(rows, lambda row: [row.id])


@blueprint.post("")
@requires(LEAD)
@writes
@blueprint.arguments(schemas.OrderSchema)
@blueprint.response(201, schemas.RoomSchema)
def start(order: Order) -> dict[str, Any]:
    """Hold lots from this moment, and tell everybody who has goods of them."""
    with transaction() as session:
        made = service.start(session, current_actor(), order, now=clock.now())
        return _room(session, made.reference)


@blueprint.get("/<string:reference>")
@requires(READ)
@blueprint.response(200, schemas.RoomSchema)
def show_recall(reference: str) -> dict[str, Any]:
    """Return a recall, its holders' tasks, and its clock."""
    with transaction() as session:
        return _room(session, reference)


@blueprint.get("/<string:reference>/holders")
@requires(READ)
@blueprint.response(200, schemas.HoldersSchema)
def show_holders(reference: str) -> dict[str, Any]:
    """Return who holds what now, to the single pack; patients as keyed pointers only."""
    vault = pointer_vault()
    with transaction() as session:
        row = _found(session, reference)
        found = service.visible_holders(session, current_actor(), row.id)
    return {
        "held": found.held,
        "packs": found.packs,
        "totes": found.totes,
        "on_road": found.on_road,
        "patients": service.pointed(vault, found.given),
    }


@blueprint.post("/<string:reference>/lift")
@requires(LEAD)
@writes
@blueprint.arguments(schemas.LiftSchema)
@blueprint.response(200, schemas.RoomSchema)
def lift(typed: dict[str, Any], reference: str) -> dict[str, Any]:
    """Lift the hold; two people sign, each with their own credential."""
    second = second_person(typed, request.remote_addr)
    lifting = Lifting(reason=typed["reason"], second=second)
    with transaction() as session:
        service.lift(session, current_actor(), reference, lifting, now=clock.now())
        return _room(session, reference)


@blueprint.post("/<string:reference>/close")
@requires(LEAD)
@writes
@blueprint.arguments(schemas.ClosingSchema)
@blueprint.response(200, schemas.ReportedSchema)
def close(closing: Closing, reference: str) -> dict[str, Any]:
    """Close a recall with its account; what was not found needs a reason."""
    with transaction() as session:
        service.close(session, current_actor(), reference, closing, now=clock.now())
        return _report(session, reference)


@blueprint.get("/<string:reference>/report")
@requires(READ)
@blueprint.response(200, schemas.ReportedSchema)
def show_report(reference: str) -> dict[str, Any]:
    """Return what became of each lot: as it is now, or as it was when the recall was closed."""
    with transaction() as session:
        return _report(session, reference)


def _found(session: Session, reference: str) -> RecallRow:
    row = queries.find_recall(session, current_actor(), reference)
    if row is None:
        raise NotFound("recall")
    return row


def _room(session: Session, reference: str) -> dict[str, Any]:
    row = _found(session, reference)
    tasks = queries.list_tasks(session, current_actor(), [row.id])
    reached = milestones(row.clock, queries.steps_of(tasks))
    return {
        "recall": row,
        "tasks": tasks,
        "milestones": {name.value: seconds for name, seconds in reached.items()},
    }


def _report(session: Session, reference: str) -> dict[str, Any]:
    row = _found(session, reference)
    lots = service.account_of(session, row)
    return {"recall": row, "lots": lots, "missing_reason": row.missing_reason}
