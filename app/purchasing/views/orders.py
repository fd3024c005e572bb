"""Pages of purchase orders: the list, the draft, approval, and the order form."""

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from app.kernel import clock, history
from app.kernel.actor import Permission
from app.kernel.local_time import local_day
from app.purchasing import documents, queries, service
from app.purchasing.models import OrderState, PurchaseOrder
from app.purchasing.schemas import orders as schemas
from app.purchasing.service import OrderRequest
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.pages import render
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("orders", __name__, url_prefix="/purchasing/orders")
READ, ORDER = Permission.PURCHASING_READ, Permission.PURCHASING_ORDER
APPROVE = Permission.PURCHASING_APPROVE

NAVIGATION = (
    Entry(
        group=Group.PURCHASING,
        order=10,
        label=lazy_gettext("Purchasing"),
        endpoint="orders.list_orders",
        covers=("contracts", "invoices", "plans"),
        icon="receipt",
        permissions=(READ,),
        home=40,
    ),
)


@blueprint.get("")
@requires(READ)
def list_orders() -> str:
    """List purchase orders, newest first."""
    query = read_query(schemas.BoughtQuerySchema)
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    with transaction() as session:
        rows = queries.list_bought(session, current_actor(), query["state"], before, PAGE_SIZE)
    orders = page_of(rows, lambda row: [row.order_id])
    return render_template(
        "purchasing/bought.html", orders=orders, query=query, states=list(OrderState)
    )


@blueprint.get("/new")
@requires(ORDER)
def show_new() -> str:
    """Ask from whom to order, and when it should arrive."""
    today = local_day(clock.now())
    with transaction() as session:
        suppliers = queries.list_suppliers(session, today=today)
    return render_template("purchasing/new_order.html", suppliers=suppliers, today=today)


@blueprint.post("")
@requires(ORDER)
@writes
def draft_order() -> ResponseReturnValue:
    """Begin an order and open it."""
    form, actor = read_form(schemas.NewOrderForm), current_actor()
    with transaction() as session:
        request = OrderRequest(
            supplier_id=service.get_supplier(session, form["supplier_code"]).id,
            facility_id=actor.facility_id,
            expected_on=form["expected_on"],
        )
        order = service.draft_order(session, actor, request, now=clock.now())
    return _to(order.reference)


@blueprint.get("/<reference>")
@requires(READ)
def show_order(reference: str) -> str:
    """Show an order: what is ordered at what price, what came, who signed."""
    with transaction() as session:
        order = service.get_order(session, current_actor(), reference)
        context = _context(session, order)
    drafting = order.state is OrderState.DRAFT and context["may_order"]
    page = "purchasing/order_draft.html" if drafting else "purchasing/order.html"
    return render_template(page, **context)


def _context(session: Session, order: PurchaseOrder) -> dict[str, Any]:
    actor = current_actor()
    own = order.facility_id in actor.facility_ids
    lines = queries.list_order_lines(session, order.id)
    return {
        "head": queries.get_order_head(session, order.id),
        "lines": lines,
        "total_fen": sum(line.amount_fen for line in lines),
        "receipts": queries.list_receipts_of(session, order.id),
        "invoices": queries.invoices_of(session, order.id),
        "changes": history.list_changes(session, "purchase_order", order.id),
        "licences": queries.list_licences(session, order.supplier_id),
        "today": local_day(clock.now()),
        "may_order": own and actor.may(ORDER),
        "may_approve": own and actor.may(APPROVE),
        "may_receive": own and actor.may(Permission.PURCHASING_RECEIVE),
    }


@blueprint.get("/<reference>/items")
@requires(ORDER)
def search_items(reference: str) -> str:
    """Find items to add, with the price agreed with this supplier."""
    text, today = read_query(schemas.ItemSearchSchema)["q"], local_day(clock.now())
    with transaction() as session:
        order = service.get_order(session, current_actor(), reference)
        hits = queries.search_priced(session, order.supplier_id, text, today=today) if text else []
    return render(
        "purchasing/order_items.html",
        "purchasing/_order_items.html",
        hits=hits,
        order=order,
        q=text,
    )


@blueprint.post("/<reference>/lines")
@requires(ORDER)
@writes
def set_lines(reference: str) -> ResponseReturnValue:
    """Keep what was typed; the button pressed may also append an item or submit."""
    form, actor, now = read_form(schemas.OrderDraftForm), current_actor(), clock.now()
    with transaction() as session:
        service.set_lines(session, actor, reference, form["lines"], now=now)
        if form["then"] == "submit":
            service.submit_order(session, actor, reference, now=now)
            flash(_("Order %(reference)s waits for approval.", reference=reference), "success")
    return _to(reference)


@blueprint.post("/<reference>/approval")
@requires(APPROVE)
@writes
def approve(reference: str) -> ResponseReturnValue:
    """Approve a submitted order that somebody else wrote."""
    with transaction() as session:
        service.approve_order(session, current_actor(), reference, now=clock.now())
    flash(_("Order %(reference)s is approved.", reference=reference), "success")
    return _to(reference)


@blueprint.post("/<reference>/rejection")
@requires(APPROVE)
@writes
def send_back(reference: str) -> ResponseReturnValue:
    """Return a submitted order to its writer."""
    reason, now = read_form(schemas.SpokenReasonSchema)["reason"], clock.now()
    with transaction() as session:
        service.send_back_order(session, current_actor(), reference, reason, now=now)
    return _to(reference)


@blueprint.post("/<reference>/sending")
@requires(ORDER)
@writes
def send(reference: str) -> ResponseReturnValue:
    """Note that the supplier got an approved order."""
    with transaction() as session:
        service.send_order(session, current_actor(), reference, now=clock.now())
    flash(_("Order %(reference)s is with the supplier.", reference=reference), "success")
    return _to(reference)


@blueprint.post("/<reference>/cancellation")
@requires(ORDER)
@writes
def cancel(reference: str) -> ResponseReturnValue:
    """Give up an order of which nothing was received."""
    reason, now = read_form(schemas.SpokenReasonSchema)["reason"], clock.now()
    with transaction() as session:
        service.cancel_order(session, current_actor(), reference, reason, now=now)
    return _to(reference)


@blueprint.post("/<reference>/closing")
@requires(ORDER)
@writes
def close(reference: str) -> ResponseReturnValue:
    """End an order whose rest will not come."""
    reason, now = read_form(schemas.SpokenReasonSchema)["reason"], clock.now()
    with transaction() as session:
        service.close_order(session, current_actor(), reference, reason, now=now)
    return _to(reference)


@blueprint.get("/<reference>/form.pdf")
@requires(READ)
def download_form(reference: str) -> Response:
    """Return the order form for the supplier as PDF (采购订单)."""
    with transaction() as session:
        order = service.get_order(session, current_actor(), reference)
        head = queries.get_order_head(session, order.id)
        lines = queries.list_order_lines(session, order.id)
    response = make_response(documents.order_form(head, lines, printed_at=clock.now()))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{reference}.pdf"'
    return response


def _to(reference: str) -> ResponseReturnValue:
    return redirect(url_for("orders.show_order", reference=reference))
