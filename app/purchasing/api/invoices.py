"""JSON API of invoices, settlements and supplier performance."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.local_time import local_day
from app.purchasing import queries, service
from app.purchasing.models import Invoice, Settlement
from app.purchasing.queries import InvoiceRow, SettlementRow
from app.purchasing.schemas import invoices as schemas
from app.purchasing.schemas.orders import SpokenReasonSchema
from app.purchasing.service import InvoiceRequest, Settling
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "supplier_invoices_api", __name__, url_prefix="/api/v1", description="Invoices and settlements"
)
READ, ORDER = Permission.PURCHASING_READ, Permission.PURCHASING_ORDER
APPROVE = Permission.PURCHASING_APPROVE


@blueprint.get("/supplier-invoices")
@requires(READ)
@blueprint.arguments(schemas.InvoiceQuerySchema, location="query")
@blueprint.response(200, schemas.InvoicesSchema)
def list_invoices(query: dict[str, Any]) -> Page[InvoiceRow]:
    """List suppliers' invoices, newest first."""
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    with transaction() as session:
        rows = queries.list_invoices(session, current_actor(), query["state"], before, PAGE_SIZE)
    return page_of(rows, lambda row: [row.invoice_id])


@blueprint.post("/supplier-invoices")
@requires(ORDER)
@writes
@blueprint.arguments(schemas.NewInvoiceSchema)
@blueprint.response(201, schemas.InvoiceDetailSchema)
def enter_invoice(wanted: InvoiceRequest) -> dict[str, Any]:
    """Enter an invoice; it is matched at once with its order and receipts."""
    actor = current_actor()
    with transaction() as session:
        return _invoice(session, service.enter_invoice(session, actor, wanted, now=clock.now()))


@blueprint.get("/supplier-invoices/<reference>")
@requires(READ)
@blueprint.response(200, schemas.InvoiceDetailSchema)
def show_invoice(reference: str) -> dict[str, Any]:
    """Return an invoice with its lines and differences."""
    with transaction() as session:
        return _invoice(session, service.get_invoice(session, current_actor(), reference))


@blueprint.post("/supplier-invoices/<reference>/match")
@requires(ORDER)
@writes
@blueprint.response(200, schemas.InvoiceDetailSchema)
def match_again(reference: str) -> dict[str, Any]:
    """Match a differing invoice with what has come since."""
    actor = current_actor()
    with transaction() as session:
        return _invoice(session, service.match_again(session, actor, reference, now=clock.now()))


@blueprint.post("/supplier-invoices/<reference>/differences/<int:difference_id>/acceptance")
@requires(APPROVE)
@writes
@blueprint.arguments(SpokenReasonSchema)
@blueprint.response(200, schemas.InvoiceDetailSchema)
def accept_difference(said: dict[str, str], reference: str, difference_id: int) -> dict[str, Any]:
    """Accept a difference, with the reason; not by who entered the invoice."""
    actor, now, named = current_actor(), clock.now(), (reference, difference_id)
    with transaction() as session:
        invoice = service.accept_difference(session, actor, named, said["reason"], now=now)
        return _invoice(session, invoice)


@blueprint.post("/supplier-invoices/<reference>/rejection")
@requires(ORDER)
@writes
@blueprint.arguments(SpokenReasonSchema)
@blueprint.response(200, schemas.InvoiceDetailSchema)
def reject_invoice(said: dict[str, str], reference: str) -> dict[str, Any]:
    """Send an invoice back to the supplier."""
    actor, now = current_actor(), clock.now()
    with transaction() as session:
        invoice = service.reject_invoice(session, actor, reference, said["reason"], now=now)
        return _invoice(session, invoice)


@blueprint.get("/settlements")
@requires(READ)
@blueprint.arguments(schemas.SettlementQuerySchema, location="query")
@blueprint.response(200, schemas.SettlementsSchema)
def list_settlements(query: dict[str, Any]) -> Page[SettlementRow]:
    """List settlements, newest first."""
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    with transaction() as session:
        rows = queries.list_settlements(session, current_actor(), before, PAGE_SIZE)
    return page_of(rows, lambda row: [row.settlement_id])


@blueprint.post("/settlements")
@requires(APPROVE)
@writes
@blueprint.arguments(schemas.NewSettlementSchema)
@blueprint.response(201, schemas.SettlementDetailSchema)
def settle(wanted: Settling) -> dict[str, Any]:
    """Settle matched invoices of a supplier less credits for returned goods; all or none."""
    actor, now = current_actor(), clock.now()
    with transaction() as session:
        return _settlement(session, service.settle_invoices(session, actor, wanted, now=now))


@blueprint.get("/settlements/<reference>")
@requires(READ)
@blueprint.response(200, schemas.SettlementDetailSchema)
def show_settlement(reference: str) -> dict[str, Any]:
    """Return a settlement with its invoices."""
    with transaction() as session:
        return _settlement(session, service.get_settlement(session, current_actor(), reference))


@blueprint.post("/settlements/<reference>/reversal")
@requires(APPROVE)
@writes
@blueprint.arguments(SpokenReasonSchema)
@blueprint.response(201, schemas.SettlementDetailSchema)
def reverse(said: dict[str, str], reference: str) -> dict[str, Any]:
    """Undo a settlement by its mirror image."""
    actor, now = current_actor(), clock.now()
    with transaction() as session:
        mirrored = service.reverse_settlement(session, actor, reference, said["reason"], now=now)
        return _settlement(session, mirrored)


@blueprint.get("/supplier-performance")
@requires(READ)
@blueprint.arguments(schemas.PerformanceQuerySchema, location="query")
@blueprint.response(200, schemas.PerformanceSchema)
def show_performance(query: dict[str, int]) -> dict[str, Any]:
    """Return how well suppliers deliver, computed from orders, receipts and invoices."""
    now = clock.now()
    since = now - timedelta(days=query["days"])
    with transaction() as session:
        return {"rows": queries.list_performance(session, since, today=local_day(now))}


def _invoice(session: Session, invoice: Invoice) -> dict[str, Any]:
    return {
        **asdict(queries.get_invoice_head(session, invoice.id)),
        "lines": queries.list_invoice_lines(session, invoice.id),
        "differences": queries.list_differences(session, invoice.id),
    }


def _settlement(session: Session, settlement: Settlement) -> dict[str, Any]:
    row = queries.get_settlement_row(session, settlement.id)
    return {
        **asdict(row),
        "invoices": queries.list_settled(session, settlement.id),
        "credits": queries.list_deducted(session, settlement.id),
    }
