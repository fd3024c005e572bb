"""JSON API of returns to suppliers."""

from typing import Any

from flask import request
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from app.accounts.schemas import second_person
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.errors import NotFound
from app.kernel.ids import LotId
from app.kernel.local_time import local_day
from app.purchasing import queries, service
from app.purchasing.queries import ReturnableFilter, ReturnableRow, ReturnQuery, ReturnRow
from app.purchasing.schemas import returns as schemas
from app.purchasing.service import ReturnRequest, Sending, Unsending
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "supplier_returns_api",
    __name__,
    url_prefix="/api/v1/supplier-returns",
    description="Goods that go back to the supplier they came from",
)
READ, RECEIVE = Permission.PURCHASING_READ, Permission.PURCHASING_RECEIVE
ORDER, QUALITY = Permission.PURCHASING_ORDER, Permission.PURCHASING_QUALITY
APPROVE = Permission.PURCHASING_APPROVE
MOST_GOODS = 200


@blueprint.get("")
@requires(READ)
@blueprint.arguments(schemas.ReturnQuerySchema, location="query")
@blueprint.response(200, schemas.ReturnsSchema)
def list_returns(query: dict[str, Any]) -> Page[ReturnRow]:
    """List returns to suppliers, newest first; those under way unless all are asked for."""
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    wanted = ReturnQuery(whole=query["all"], origin=query["origin"], before=before)
    with transaction() as session:
        rows = queries.list_returns(session, current_actor(), wanted, PAGE_SIZE)
    return page_of(rows, lambda row: [row.id])


@blueprint.get("/goods")
@requires(READ)
@blueprint.arguments(schemas.NewReturnQuerySchema, location="query")
@blueprint.response(200, schemas.ReturnableListSchema)
def list_goods(query: dict[str, Any]) -> dict[str, list[ReturnableRow]]:
    """List goods that may go back: near their expiry or set apart, unless something is asked."""
    wanted = ReturnableFilter(
        text=query["q"],
        supplier_code=query["supplier"],
        lot_id=LotId(query["lot_id"]) if query["lot_id"] else None,
    )
    today = local_day(clock.now())
    with transaction() as session:
        actor = current_actor()
        return {"rows": queries.list_returnable(session, actor, wanted, MOST_GOODS, today=today)}


@blueprint.post("")
@requires(RECEIVE, ORDER, QUALITY)
@writes
@blueprint.arguments(schemas.ReturnRequestSchema)
@blueprint.response(201, schemas.SupplierReturnSchema)
def request_return(wanted: ReturnRequest) -> dict[str, Any]:
    """Ask to send goods back to their supplier."""
    with transaction() as session:
        made = service.request_return(session, current_actor(), wanted, now=clock.now())
        return _shown(session, made.reference)


@blueprint.get("/<string:reference>")
@requires(READ)
@blueprint.response(200, schemas.SupplierReturnSchema)
def show_return(reference: str) -> dict[str, Any]:
    """Return a return with its lines."""
    with transaction() as session:
        return _shown(session, reference)


@blueprint.post("/<string:reference>/approval")
@requires(APPROVE, QUALITY)
@writes
@blueprint.arguments(schemas.ReturnAnswerSchema)
@blueprint.response(200, schemas.SupplierReturnSchema)
def approve(typed: dict[str, str], reference: str) -> dict[str, Any]:
    """Let goods go back; not by whoever asked."""
    with transaction() as session:
        service.approve_return(
            session, current_actor(), reference, typed["answer"], now=clock.now()
        )
        return _shown(session, reference)


@blueprint.post("/<string:reference>/refusal")
@requires(APPROVE, QUALITY)
@writes
@blueprint.arguments(schemas.ReturnReasonSchema)
@blueprint.response(200, schemas.SupplierReturnSchema)
def refuse(typed: dict[str, str], reference: str) -> dict[str, Any]:
    """Keep the goods, and say why."""
    with transaction() as session:
        service.refuse_return(session, current_actor(), reference, typed["reason"], now=clock.now())
        return _shown(session, reference)


@blueprint.post("/<string:reference>/withdrawal")
@requires(RECEIVE, ORDER, QUALITY)
@writes
@blueprint.arguments(schemas.ReturnReasonSchema)
@blueprint.response(200, schemas.SupplierReturnSchema)
def withdraw(typed: dict[str, str], reference: str) -> dict[str, Any]:
    """Give a return up before the goods are sent."""
    reason, now = typed["reason"], clock.now()
    with transaction() as session:
        service.withdraw_return(session, current_actor(), reference, reason, now=now)
        return _shown(session, reference)


@blueprint.post("/<string:reference>/sending")
@requires(RECEIVE)
@writes
@blueprint.arguments(schemas.SendingSchema)
@blueprint.response(200, schemas.SupplierReturnSchema)
def send(typed: dict[str, Any], reference: str) -> dict[str, Any]:
    """Give approved goods to the supplier's carrier; the supplier owes a credit."""
    second = second_person(typed, request.remote_addr)
    sending = Sending(reference=reference, second=second, **typed)
    with transaction() as session:
        service.send_return(session, current_actor(), sending, now=clock.now())
        return _shown(session, reference)


@blueprint.post("/<string:reference>/reversal")
@requires(RECEIVE)
@writes
@blueprint.arguments(schemas.UnsendingSchema)
@blueprint.response(200, schemas.SupplierReturnSchema)
def take_back(typed: dict[str, Any], reference: str) -> dict[str, Any]:
    """Undo a sent return: the supplier did not take the goods."""
    because = Unsending(second=second_person(typed, request.remote_addr), **typed)
    with transaction() as session:
        service.take_back_return(session, current_actor(), reference, because, now=clock.now())
        return _shown(session, reference)


def _shown(session: Session, reference: str) -> dict[str, Any]:
    row = queries.find_return(session, current_actor(), reference)
    if row is None:
        raise NotFound("supplier return")
    return {"supplier_return": row, "lines": queries.list_return_lines(session, row.id)}
