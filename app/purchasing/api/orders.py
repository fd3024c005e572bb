"""JSON API of purchase orders."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.actor import Permission
from app.purchasing import queries, service
from app.purchasing.models import PurchaseOrder
from app.purchasing.queries import BoughtRow
from app.purchasing.schemas import orders as schemas
from app.purchasing.service import OrderedItem, OrderRequest
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "purchase_orders_api", __name__, url_prefix="/api/v1", description="Purchase orders"
)
READ, ORDER = Permission.PURCHASING_READ, Permission.PURCHASING_ORDER
APPROVE = Permission.PURCHASING_APPROVE
DETAIL = schemas.PurchaseOrderDetailSchema


@blueprint.get("/purchase-orders")
@requires(READ)
@blueprint.arguments(schemas.BoughtQuerySchema, location="query")
@blueprint.response(200, schemas.BoughtOrdersSchema)
def list_orders(query: dict[str, Any]) -> Page[BoughtRow]:
    """List purchase orders, newest first."""
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    with transaction() as session:
        rows = queries.list_bought(session, current_actor(), query["state"], before, PAGE_SIZE)
    return page_of(rows, lambda row: [row.order_id])


@blueprint.post("/purchase-orders")
@requires(ORDER)
@writes
@blueprint.arguments(schemas.NewOrderSchema)
@blueprint.response(201, DETAIL)
def draft_order(wanted: dict[str, Any]) -> dict[str, Any]:
    """Begin a purchase order."""
    actor = current_actor()
    with transaction() as session:
        request = OrderRequest(
            supplier_id=service.get_supplier(session, wanted["supplier_code"]).id,
            facility_id=actor.facility_id,
            expected_on=wanted["expected_on"],
            lines=wanted["lines"],
        )
        return told(session, service.draft_order(session, actor, request, now=clock.now()))


@blueprint.get("/purchase-orders/<reference>")
@requires(READ)
@blueprint.response(200, DETAIL)
def show_order(reference: str) -> dict[str, Any]:
    """Return an order with its lines."""
    with transaction() as session:
        return told(session, service.get_order(session, current_actor(), reference))


@blueprint.post("/purchase-orders/<reference>/lines")
@requires(ORDER)
@writes
@blueprint.arguments(schemas.OrderLinesSchema)
@blueprint.response(200, DETAIL)
def set_lines(typed: dict[str, Sequence[OrderedItem]], reference: str) -> dict[str, Any]:
    """Write lines of a draft."""
    actor, now = current_actor(), clock.now()
    with transaction() as session:
        return told(session, service.set_lines(session, actor, reference, typed["lines"], now=now))


@blueprint.post("/purchase-orders/<reference>/submission")
@requires(ORDER)
@writes
@blueprint.response(200, DETAIL)
def submit(reference: str) -> dict[str, Any]:
    """Hand a draft in for approval."""
    actor = current_actor()
    with transaction() as session:
        return told(session, service.submit_order(session, actor, reference, now=clock.now()))


@blueprint.post("/purchase-orders/<reference>/rejection")
@requires(APPROVE)
@writes
@blueprint.arguments(schemas.SpokenReasonSchema)
@blueprint.response(200, DETAIL)
def send_back(said: dict[str, str], reference: str) -> dict[str, Any]:
    """Return a submitted order to its writer."""
    actor, now = current_actor(), clock.now()
    with transaction() as session:
        order = service.send_back_order(session, actor, reference, said["reason"], now=now)
        return told(session, order)


@blueprint.post("/purchase-orders/<reference>/approval")
@requires(APPROVE)
@writes
@blueprint.response(200, DETAIL)
def approve(reference: str) -> dict[str, Any]:
    """Approve a submitted order that somebody else wrote."""
    actor = current_actor()
    with transaction() as session:
        return told(session, service.approve_order(session, actor, reference, now=clock.now()))


@blueprint.post("/purchase-orders/<reference>/sending")
@requires(ORDER)
@writes
@blueprint.response(200, DETAIL)
def send(reference: str) -> dict[str, Any]:
    """Note that the supplier got an approved order."""
    actor = current_actor()
    with transaction() as session:
        return told(session, service.send_order(session, actor, reference, now=clock.now()))


@blueprint.post("/purchase-orders/<reference>/cancellation")
@requires(ORDER)
@writes
@blueprint.arguments(schemas.SpokenReasonSchema)
@blueprint.response(200, DETAIL)
def cancel(said: dict[str, str], reference: str) -> dict[str, Any]:
    """Give up an order of which nothing was received."""
    actor, now = current_actor(), clock.now()
    with transaction() as session:
        order = service.cancel_order(session, actor, reference, said["reason"], now=now)
        return told(session, order)


@blueprint.post("/purchase-orders/<reference>/closing")
@requires(ORDER)
@writes
@blueprint.arguments(schemas.SpokenReasonSchema)
@blueprint.response(200, DETAIL)
def close(said: dict[str, str], reference: str) -> dict[str, Any]:
    """End an order whose rest will not come."""
    actor, now = current_actor(), clock.now()
    with transaction() as session:
        order = service.close_order(session, actor, reference, said["reason"], now=now)
        return told(session, order)


def told(session: Session, order: PurchaseOrder) -> dict[str, Any]:
    """Return an order as programs read it."""
    lines = queries.list_order_lines(session, order.id)
    head = queries.get_order_head(session, order.id)
    total = sum(line.amount_fen for line in lines)
    return {**asdict(head), "lines": lines, "total_fen": total}
