"""JSON API of write-offs."""

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from app.accounts.schemas import second_person
from app.disposal import queries, schemas, service
from app.disposal.queries import WriteOffQuery, WriteOffRow
from app.disposal.service import Correction, Proposal
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.errors import NotFound
from app.kernel.ids import WriteOffLineId
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "write_offs_api",
    __name__,
    url_prefix="/api/v1/write-offs",
    description="Goods that leave the book: expired, damaged, lost",
)
READ, PROPOSE = Permission.INVENTORY_READ, Permission.DISPOSAL_PROPOSE
SIGN = Permission.DISPOSAL_SIGN


@blueprint.get("")
@requires(READ)
@blueprint.arguments(schemas.WriteOffQuerySchema, location="query")
@blueprint.response(200, schemas.WriteOffsSchema)
def list_write_offs(query: dict[str, Any]) -> Page[WriteOffRow]:
    """List the write-offs one may see, newest first; those not decided unless all are asked for."""
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    wanted = WriteOffQuery(whole=query["all"], origin=query["origin"], before=before)
    with transaction() as session:
        rows = queries.list_write_offs(session, current_actor(), wanted, PAGE_SIZE)
    return page_of(rows, lambda row: [row.id])


@blueprint.post("")
@requires(PROPOSE)
@writes
@blueprint.arguments(schemas.ProposalSchema)
@blueprint.response(201, schemas.WriteOffSchema)
def propose(proposal: Proposal) -> dict[str, Any]:
    """Draft a write-off; nothing moves yet."""
    with transaction() as session:
        made = service.propose(session, current_actor(), proposal, now=clock.now())
        return _shown(session, made.reference)


@blueprint.get("/<string:reference>")
@requires(READ)
@blueprint.response(200, schemas.WriteOffSchema)
def show_write_off(reference: str) -> dict[str, Any]:
    """Return a write-off with its lines."""
    with transaction() as session:
        return _shown(session, reference)


@blueprint.post("/<string:reference>/quantities")
@requires(PROPOSE)
@writes
@blueprint.arguments(schemas.QuantitiesSchema)
@blueprint.response(200, schemas.WriteOffSchema)
def change(quantities: dict[WriteOffLineId, int], reference: str) -> dict[str, Any]:
    """Change a draft's quantities."""
    with transaction() as session:
        service.change(session, current_actor(), reference, quantities, now=clock.now())
        return _shown(session, reference)


@blueprint.post("/<string:reference>/submission")
@requires(PROPOSE)
@writes
@blueprint.arguments(schemas.ScannedSchema)
@blueprint.response(200, schemas.WriteOffSchema)
def submit(codes: Sequence[str], reference: str) -> dict[str, Any]:
    """Hand a draft in, with the codes of its packs."""
    with transaction() as session:
        service.submit(session, current_actor(), reference, codes, now=clock.now())
        return _shown(session, reference)


@blueprint.post("/<string:reference>/confirmation")
@requires(PROPOSE, SIGN)
@writes
@blueprint.arguments(schemas.ConfirmationSchema)
@blueprint.response(200, schemas.WriteOffSchema)
def confirm(typed: dict[str, Any], reference: str) -> dict[str, Any]:
    """Confirm a write-off as, or with, the second person: the goods leave the book."""
    second = second_person(typed, request.remote_addr)
    with transaction() as session:
        service.confirm(session, current_actor(), reference, second, now=clock.now())
        return _shown(session, reference)


@blueprint.post("/<string:reference>/refusal")
@requires(SIGN)
@writes
@blueprint.arguments(schemas.WriteOffReasonSchema)
@blueprint.response(200, schemas.WriteOffSchema)
def refuse(typed: dict[str, str], reference: str) -> dict[str, Any]:
    """Refuse a write-off, and say why."""
    with transaction() as session:
        service.refuse(session, current_actor(), reference, typed["reason"], now=clock.now())
        return _shown(session, reference)


@blueprint.post("/<string:reference>/withdrawal")
@requires(PROPOSE)
@writes
@blueprint.arguments(schemas.WithdrawalSchema)
@blueprint.response(200, schemas.WriteOffSchema)
def withdraw(typed: dict[str, str], reference: str) -> dict[str, Any]:
    """Take a write-off back before it is confirmed."""
    with transaction() as session:
        service.withdraw(session, current_actor(), reference, typed["reason"], now=clock.now())
        return _shown(session, reference)


@blueprint.post("/<string:reference>/reversal")
@requires(SIGN)
@writes
@blueprint.arguments(schemas.WriteOffUndoSchema)
@blueprint.response(200, schemas.WriteOffSchema)
def take_back(typed: dict[str, Any], reference: str) -> dict[str, Any]:
    """Undo a write-off of which nothing was destroyed."""
    second = second_person(typed, request.remote_addr)
    because = Correction(reason=typed["reason"], second=second)
    with transaction() as session:
        service.take_back(session, current_actor(), reference, because, now=clock.now())
        return _shown(session, reference)


def _shown(session: Session, reference: str) -> dict[str, Any]:
    row = queries.find_write_off(session, current_actor(), reference)
    if row is None:
        raise NotFound("write-off")
    return {"write_off": row, "lines": queries.list_lines(session, row.id)}
