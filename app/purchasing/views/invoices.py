"""Pages of invoices, settlements and supplier performance."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.kernel import clock, history
from app.kernel.actor import Permission
from app.kernel.local_time import local_day
from app.purchasing import queries, service
from app.purchasing.models import InvoiceState
from app.purchasing.schemas import invoices as schemas
from app.purchasing.schemas.orders import SpokenReasonSchema
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("invoices", __name__, url_prefix="/purchasing")
READ, ORDER = Permission.PURCHASING_READ, Permission.PURCHASING_ORDER
APPROVE = Permission.PURCHASING_APPROVE


@blueprint.get("/invoices")
@requires(READ)
def list_invoices() -> str:
    """List suppliers' invoices, newest first; matched ones can be settled together."""
    query = read_query(schemas.InvoiceQuerySchema)
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    with transaction() as session:
        rows = queries.list_invoices(session, current_actor(), query["state"], before, PAGE_SIZE)
    return render_template(
        "purchasing/invoices.html",
        invoices=page_of(rows, lambda row: [row.invoice_id]),
        query=query,
        states=list(InvoiceState),
    )


@blueprint.get("/invoices/new")
@requires(ORDER)
def show_new() -> str:
    """Ask for an invoice of an order: what came and was not billed stands there already."""
    reference = read_query(schemas.BilledOrderQuerySchema)["order"]
    with transaction() as session:
        order = service.get_order(session, current_actor(), reference)
        lines = queries.list_billable(session, order.id)
        head = queries.get_order_head(session, order.id)
    today = local_day(clock.now())
    return render_template("purchasing/new_invoice.html", head=head, lines=lines, today=today)


@blueprint.post("/invoices")
@requires(ORDER)
@writes
def enter_invoice() -> ResponseReturnValue:
    """Enter an invoice and match it."""
    wanted = read_form(schemas.InvoiceForm)
    with transaction() as session:
        invoice = service.enter_invoice(session, current_actor(), wanted, now=clock.now())
    return _to(invoice.reference)


@blueprint.get("/invoices/<reference>")
@requires(READ)
def show_invoice(reference: str) -> str:
    """Show order, receipt and invoice side by side, and every difference."""
    actor = current_actor()
    with transaction() as session:
        invoice = service.get_invoice(session, actor, reference)
        context = {
            "head": queries.get_invoice_head(session, invoice.id),
            "lines": queries.list_invoice_lines(session, invoice.id),
            "differences": queries.list_differences(session, invoice.id),
            "changes": history.list_changes(session, "supplier_invoice", invoice.id),
        }
    own = invoice.facility_id in actor.facility_ids
    others = invoice.entered_by != actor.user_id
    return render_template(
        "purchasing/invoice.html",
        may_order=own and actor.may(ORDER),
        may_approve=own and actor.may(APPROVE) and others,
        **context,
    )


@blueprint.post("/invoices/<reference>/match")
@requires(ORDER)
@writes
def match_again(reference: str) -> ResponseReturnValue:
    """Match a differing invoice with what has come since."""
    with transaction() as session:
        service.match_again(session, current_actor(), reference, now=clock.now())
    return _to(reference)


@blueprint.post("/invoices/<reference>/differences/<int:difference_id>/acceptance")
@requires(APPROVE)
@writes
def accept_difference(reference: str, difference_id: int) -> ResponseReturnValue:
    """Accept a difference, with the reason."""
    reason, now = read_form(SpokenReasonSchema)["reason"], clock.now()
    named = (reference, difference_id)
    with transaction() as session:
        service.accept_difference(session, current_actor(), named, reason, now=now)
    return _to(reference)


@blueprint.post("/invoices/<reference>/rejection")
@requires(ORDER)
@writes
def reject_invoice(reference: str) -> ResponseReturnValue:
    """Send an invoice back to the supplier."""
    reason, now = read_form(SpokenReasonSchema)["reason"], clock.now()
    with transaction() as session:
        service.reject_invoice(session, current_actor(), reference, reason, now=now)
    return _to(reference)


@blueprint.get("/settlements")
@requires(READ)
def list_settlements() -> str:
    """List settlements, newest first, and what each supplier is owed for matched invoices."""
    cursor = decode(read_query(schemas.SettlementQuerySchema)["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    actor = current_actor()
    with transaction() as session:
        rows = queries.list_settlements(session, actor, before, PAGE_SIZE)
        waiting = queries.list_invoices(session, actor, InvoiceState.MATCHED, None, PAGE_SIZE)
        owed = queries.list_credits(session, actor)
    return render_template(
        "purchasing/settlements.html",
        settlements=page_of(rows, lambda row: [row.settlement_id]),
        waiting=waiting,
        owed=owed,
    )


@blueprint.post("/settlements")
@requires(APPROVE)
@writes
def settle() -> ResponseReturnValue:
    """Settle matched invoices of a supplier; all of them or none."""
    wanted, now = read_form(schemas.NewSettlementSchema), clock.now()
    with transaction() as session:
        settlement = service.settle_invoices(session, current_actor(), wanted, now=now)
    flash(_("Settlement %(reference)s is written.", reference=settlement.reference), "success")
    return redirect(url_for("invoices.show_settlement", reference=settlement.reference))


@blueprint.get("/settlements/<reference>")
@requires(READ)
def show_settlement(reference: str) -> str:
    """Show a settlement with its invoices."""
    actor = current_actor()
    with transaction() as session:
        settlement = service.get_settlement(session, actor, reference)
        row = queries.get_settlement_row(session, settlement.id)
        invoices = queries.list_settled(session, settlement.id)
        deducted = queries.list_deducted(session, settlement.id)
    may_reverse = actor.may(APPROVE) and settlement.facility_id in actor.facility_ids
    return render_template(
        "purchasing/settlement.html",
        settlement=row,
        invoices=invoices,
        deducted=deducted,
        may_reverse=may_reverse,
    )


@blueprint.post("/settlements/<reference>/reversal")
@requires(APPROVE)
@writes
def reverse(reference: str) -> ResponseReturnValue:
    """Undo a settlement by its mirror image."""
    reason, now = read_form(SpokenReasonSchema)["reason"], clock.now()
    with transaction() as session:
        mirrored = service.reverse_settlement(session, current_actor(), reference, reason, now=now)
    return redirect(url_for("invoices.show_settlement", reference=mirrored.reference))


@blueprint.get("/performance")
@requires(READ)
def show_performance() -> str:
    """Show how well suppliers deliver, with the figures behind each bar."""
    days, now = read_query(schemas.PerformanceQuerySchema)["days"], clock.now()
    with transaction() as session:
        rows = queries.list_performance(session, now - timedelta(days=days), today=local_day(now))
    return render_template("purchasing/performance.html", rows=rows, days=days)


def _to(reference: str) -> ResponseReturnValue:
    return redirect(url_for("invoices.show_invoice", reference=reference))
