"""JSON API of receipts."""

from dataclasses import asdict
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.actor import Permission
from app.purchasing import queries, service
from app.purchasing.models import Receipt, ScanOutcome
from app.purchasing.queries import OrderRow, ReceiptRow
from app.purchasing.schemas import receiving as schemas
from app.purchasing.service import Count, Judgement, Scanned, ScanRequest, TypedLot
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "purchasing_api", __name__, url_prefix="/api/v1", description="Receipts of goods"
)
READ, RECEIVE = Permission.PURCHASING_READ, Permission.PURCHASING_RECEIVE


@blueprint.get("/expected-orders")
@requires(READ)
@blueprint.arguments(schemas.OrderQuerySchema, location="query")
@blueprint.response(200, schemas.PurchaseOrdersSchema)
def list_expected(query: dict[str, Any]) -> Page[OrderRow]:
    """List the orders whose goods are still to come, by expected day."""
    cursor = decode(query["cursor"], (int,))
    after = int(cursor[0]) if cursor else None
    states = (query["state"],) if query["state"] else queries.OPEN_ORDERS
    with transaction() as session:
        rows = queries.list_orders(session, current_actor(), states, after, PAGE_SIZE)
    return page_of(rows, lambda row: [row.order_id])


@blueprint.post("/purchase-orders/<reference>/receipts")
@requires(RECEIVE)
@writes
@blueprint.response(201, schemas.GoodsReceiptSchema)
def open_receipt(reference: str) -> dict[str, Any]:
    """Start receiving an order."""
    with transaction() as session:
        receipt = service.open_receipt(session, current_actor(), reference, now=clock.now())
        return _told(session, receipt)


@blueprint.get("/receipts")
@requires(READ)
@blueprint.arguments(schemas.ReceiptQuerySchema, location="query")
@blueprint.response(200, schemas.GoodsReceiptsSchema)
def list_receipts(query: dict[str, Any]) -> Page[ReceiptRow]:
    """List receipts, newest first."""
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    with transaction() as session:
        rows = queries.list_receipts(session, current_actor(), query["state"], before, PAGE_SIZE)
    return page_of(rows, lambda row: [row.receipt_id])


@blueprint.get("/receipts/<reference>")
@requires(READ)
@blueprint.response(200, schemas.GoodsReceiptSchema)
def show_receipt(reference: str) -> dict[str, Any]:
    """Return a receipt with its lines."""
    with transaction() as session:
        return _told(session, service.get_receipt(session, current_actor(), reference))


@blueprint.post("/receipts/<reference>/scans")
@requires(RECEIVE)
@writes
@blueprint.arguments(schemas.GoodsScanSchema)
@blueprint.response(200, schemas.GoodsScannedSchema)
def scan(scanned: ScanRequest, reference: str) -> dict[str, Any]:
    """Count a carton with its packs, or one pack, once."""
    with transaction() as session:
        answer = service.scan(session, current_actor(), reference, scanned, now=clock.now())
        return _answer(session, answer)


@blueprint.post("/receipts/<reference>/scans/<int:scan_id>/undo")
@requires(RECEIVE)
@writes
@blueprint.response(200, schemas.GoodsReceiptSchema)
def undo_scan(reference: str, scan_id: int) -> dict[str, Any]:
    """Take back one counted scan."""
    with transaction() as session:
        service.undo_scan(session, current_actor(), reference, scan_id)
        return _told(session, service.get_receipt(session, current_actor(), reference))


@blueprint.post("/receipts/<reference>/counts")
@requires(RECEIVE)
@writes
@blueprint.arguments(schemas.GoodsCountSchema)
@blueprint.response(200, schemas.GoodsReceiptSchema)
def count_line(count: Count, reference: str) -> dict[str, Any]:
    """Write the first count of a lot without codes."""
    with transaction() as session:
        service.count_line(session, current_actor(), reference, count)
        return _told(session, service.get_receipt(session, current_actor(), reference))


@blueprint.post("/receipts/<reference>/lots")
@requires(RECEIVE)
@writes
@blueprint.arguments(schemas.TypedLotSchema)
@blueprint.response(201, schemas.GoodsReceiptSchema)
def add_lot(typed: TypedLot, reference: str) -> dict[str, Any]:
    """Add a lot the supplier did not announce, with its count."""
    with transaction() as session:
        service.add_lot(session, current_actor(), reference, typed, now=clock.now())
        return _told(session, service.get_receipt(session, current_actor(), reference))


@blueprint.post("/receipts/<reference>/judgements")
@requires(RECEIVE)
@writes
@blueprint.arguments(schemas.JudgementSchema)
@blueprint.response(200, schemas.GoodsReceiptSchema)
def judge(judgement: Judgement, reference: str) -> dict[str, Any]:
    """Set goods apart as quarantined or damaged."""
    with transaction() as session:
        service.judge(session, current_actor(), reference, judgement)
        return _told(session, service.get_receipt(session, current_actor(), reference))


@blueprint.post("/receipts/<reference>/finish-count")
@requires(RECEIVE)
@writes
@blueprint.response(200, schemas.GoodsReceiptSchema)
def finish_count(reference: str) -> dict[str, Any]:
    """Close the first count."""
    with transaction() as session:
        return _told(session, service.finish_count(session, current_actor(), reference))


@blueprint.post("/receipts/<reference>/count-again")
@requires(RECEIVE)
@writes
@blueprint.response(200, schemas.GoodsReceiptSchema)
def count_again(reference: str) -> dict[str, Any]:
    """Reopen the first count."""
    with transaction() as session:
        return _told(session, service.count_again(session, current_actor(), reference))


@blueprint.post("/receipts/<reference>/second-counts")
@requires(RECEIVE)
@writes
@blueprint.arguments(schemas.SecondCountSchema)
@blueprint.response(200, schemas.GoodsReceiptSchema)
def count_second(typed: dict[str, Any], reference: str) -> dict[str, Any]:
    """Write the second count of a line, by somebody who did not make the first."""
    actor, given = current_actor(), schemas.credentials(typed, request.remote_addr)
    count = Count(line_id=typed["line_id"], quantity=typed["quantity"])
    with transaction() as session:
        counter = service.cosigner(session, actor, given, now=clock.now()) or actor
        service.count_second(session, (actor, counter), reference, count)
        return _told(session, service.get_receipt(session, actor, reference))


@blueprint.post("/receipts/<reference>/acceptance")
@requires(RECEIVE)
@writes
@blueprint.arguments(schemas.GoodsSignatureSchema)
@blueprint.response(200, schemas.GoodsReceiptSchema)
def accept(typed: dict[str, Any], reference: str) -> dict[str, Any]:
    """Take the counted goods into the book; controlled medicines need a second signature."""
    actor, given = current_actor(), schemas.credentials(typed, request.remote_addr)
    with transaction() as session:
        second = service.cosigner(session, actor, given, now=clock.now())
        return _told(session, service.accept(session, actor, reference, second, now=clock.now()))


@blueprint.post("/receipts/<reference>/put-away")
@requires(RECEIVE)
@writes
@blueprint.arguments(schemas.PutAwaySchema)
@blueprint.response(200, schemas.GoodsReceiptSchema)
def put_away(typed: dict[str, Any], reference: str) -> dict[str, Any]:
    """Move accepted lines into their bins."""
    actor, given = current_actor(), schemas.credentials(typed, request.remote_addr)
    placing = (reference, typed["placements"])
    with transaction() as session:
        second = service.cosigner(session, actor, given, now=clock.now())
        receipt = service.put_away(session, actor, placing, second, now=clock.now())
        return _told(session, receipt)


def _told(session: Session, receipt: Receipt) -> dict[str, Any]:
    head = queries.get_head(session, receipt.id)
    return {**asdict(head), "lines": queries.list_lines(session, receipt.id)}


def _answer(session: Session, answer: Scanned) -> dict[str, Any]:
    row = queries.get_line_row(session, answer.line.id)
    counted = {"item": row.item_name, "lot": row.lot_number, "unit": row.base_unit}
    message = _(
        "%(item)s, lot %(lot)s: %(found)s of %(expected)s %(unit)s",
        **counted,
        found=row.first_count or 0,
        expected=row.expected,
    )
    return {
        "outcome": answer.scan.outcome,
        "message": message if answer.scan.outcome is ScanOutcome.ACCEPTED else "",
        "scan_id": answer.scan.id,
        "code": answer.scan.code,
        "level": answer.level,
        "quantity": answer.scan.quantity,
        "line_id": row.line_id,
        "expected": row.expected,
        "first_count": row.first_count,
    }
