"""Totes, and clinics' receipts of them, as programs read and write them."""

from typing import Any

from flask import request
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from app.accounts.schemas import second_person
from app.fulfilment import service
from app.fulfilment.models import ClinicReceipt, Tote
from app.fulfilment.queries import totes as queries
from app.fulfilment.queries.totes import ToteRow
from app.fulfilment.rules import ToteState
from app.fulfilment.schemas import totes as schemas
from app.fulfilment.schemas.requisitions import RequisitionReasonSchema
from app.fulfilment.service import Confirmation, Dissolving
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.local_time import local_day
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.sealing import label_signer
from app.web.unit_of_work import transaction
from app.web.writes import posting_key, writes

blueprint = Blueprint(
    "totes_api", __name__, url_prefix="/api/v1/totes", description="Totes on their way"
)
receipts = Blueprint(
    "receipts_api", __name__, url_prefix="/api/v1/receipts", description="Clinics' receipts"
)
READERS = (Permission.REQUISITION_READ, Permission.REQUISITION_PICK, Permission.DELIVERY_RECEIVE)
PICKERS = (Permission.REQUISITION_PICK,)


@blueprint.get("")
@requires(*READERS)
@blueprint.arguments(schemas.ToteQuerySchema, location="query")
@blueprint.response(200, schemas.PackedTotesSchema)
def list_totes(query: dict[str, Any]) -> Page[ToteRow]:
    """List totes the caller sends or gets, the oldest first."""
    states = (query["state"],) if query["state"] else tuple(ToteState)
    after = decode(query["cursor"], (int,))
    with transaction() as session:
        wanted = (states, local_day(clock.now()))
        rows = queries.list_totes(session, current_actor(), wanted, after=after, size=PAGE_SIZE)
    return page_of(rows, lambda row: [row.id])


@blueprint.get("/<string:code>")
@requires(*READERS)
@blueprint.response(200, schemas.PackedToteDetailSchema)
def show_tote(code: str) -> dict[str, Any]:
    """Return a tote with its contents."""
    with transaction() as session:
        return _detail(session, service.get_tote(session, current_actor(), code))


def _detail(session: Session, tote: Tote) -> dict[str, Any]:
    return {
        "tote": tote,
        "names": queries.tote_names(session, tote.id),
        "contents": queries.list_contents(session, [tote.id])[tote.id],
    }


@blueprint.post("/<string:code>/close")
@requires(*PICKERS)
@writes
@blueprint.response(200, schemas.PackedToteSchema)
def close_tote(code: str) -> Tote:
    """Say that a tote is full; the next pick opens another."""
    with transaction() as session:
        return service.close_tote(session, current_actor(), code)


@blueprint.post("/<string:code>/contents/<int:position>/take-out")
@requires(*PICKERS)
@writes
@blueprint.response(200, schemas.PackedToteDetailSchema)
def take_out(code: str, position: int) -> dict[str, Any]:
    """Put one content back into its bin: a mistake of the picker."""
    actor, named = current_actor(), (code, position)
    with transaction() as session:
        service.take_out(session, actor, named, posting_key(), now=clock.now())
        return _detail(session, service.get_tote(session, actor, code))


@blueprint.post("/<string:code>/check")
@requires(*PICKERS)
@writes
@blueprint.arguments(schemas.ToteCheckSchema)
@blueprint.response(200, schemas.PackedToteSchema)
@blueprint.alt_response(409, description="count-differs")
def check_tote(body: dict[str, Any], code: str) -> Tote:
    """Compare a second count with what was picked."""
    with transaction() as session:
        return service.check(session, current_actor(), code, body["counts"], now=clock.now())


@blueprint.post("/<string:code>/seal")
@requires(*PICKERS)
@writes
@blueprint.response(200, schemas.PackedToteSchema)
def seal_tote(code: str) -> Tote:
    """Close a checked tote for good."""
    with transaction() as session:
        return service.seal(session, current_actor(), code, now=clock.now())


@blueprint.post("/<string:code>/release")
@requires(*PICKERS)
@writes
@blueprint.response(200, schemas.PackedToteSchema)
def release_tote(code: str) -> Tote:
    """Let a returned tote go out with a later run."""
    with transaction() as session:
        return service.release_again(session, current_actor(), code, now=clock.now())


@blueprint.post("/<string:code>/dissolve")
@requires(*PICKERS)
@writes
@blueprint.arguments(RequisitionReasonSchema)
@blueprint.response(200, schemas.PackedToteSchema)
@blueprint.alt_response(409, description="already-done, tote-state-changed")
def dissolve_tote(body: dict[str, str], code: str) -> Tote:
    """Lay the goods of a returned tote back into their bins; they become shortages."""
    wanted = Dissolving(code=code, reason=body["reason"], key=posting_key())
    with transaction() as session:
        return service.dissolve(session, current_actor(), wanted, now=clock.now())


@blueprint.post("/<string:code>/reopen")
@requires(*PICKERS)
@writes
@blueprint.arguments(RequisitionReasonSchema)
@blueprint.response(200, schemas.PackedToteSchema)
@blueprint.alt_response(409, description="tote-state-changed")
def reopen_tote(body: dict[str, str], code: str) -> Tote:
    """Open a sealed tote in which a lot may not leave; that lot goes back to its bins."""
    wanted = Dissolving(code=code, reason=body["reason"], key=posting_key())
    with transaction() as session:
        return service.reopen(session, current_actor(), wanted, now=clock.now()).tote


@receipts.post("")
@requires(Permission.DELIVERY_RECEIVE)
@writes
@receipts.arguments(schemas.ToteConfirmationSchema)
@receipts.response(201, schemas.ClinicReceiptSchema)
@receipts.alt_response(
    409, description="already-done, tote-state-changed, wrong-destination, stale-sheet"
)
@receipts.alt_response(422, description="foreign-label")
def confirm(body: dict[str, Any]) -> ClinicReceipt:
    """Confirm a handed-over tote, whole or in part."""
    second = second_person(body, request.remote_addr)
    signer = label_signer()
    confirmation = Confirmation(key=posting_key(), second=second, signer=signer, **body)
    with transaction() as session:
        return service.confirm(session, current_actor(), confirmation, now=clock.now())
