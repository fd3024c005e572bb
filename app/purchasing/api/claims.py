"""JSON API of refused goods, transport records and quarantine."""

from dataclasses import asdict
from typing import Any

from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.actor import Permission
from app.purchasing import queries, service
from app.purchasing.models import Receipt
from app.purchasing.queries import ClaimRow
from app.purchasing.schemas import claims as schemas
from app.purchasing.schemas.receiving import GoodsReceiptSchema
from app.purchasing.service import Making, Refusal
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "claims_api", __name__, url_prefix="/api/v1", description="Refused and quarantined goods"
)
READ, RECEIVE = Permission.PURCHASING_READ, Permission.PURCHASING_RECEIVE
ORDER, QUALITY = Permission.PURCHASING_ORDER, Permission.PURCHASING_QUALITY


@blueprint.post("/receipts/<reference>/refusals")
@requires(RECEIVE)
@writes
@blueprint.arguments(schemas.RefusalSchema)
@blueprint.response(201, GoodsReceiptSchema)
def refuse(refusal: Refusal, reference: str) -> dict[str, Any]:
    """Refuse goods of a line; a claim keeps them."""
    actor, now = current_actor(), clock.now()
    with transaction() as session:
        service.refuse_goods(session, actor, reference, refusal, now=now)
        return _told(session, service.get_receipt(session, actor, reference))


@blueprint.post("/receipts/<reference>/temperatures")
@requires(RECEIVE)
@writes
@blueprint.arguments(schemas.TemperaturesSchema)
@blueprint.response(200, GoodsReceiptSchema)
def keep_temperatures(typed: dict[str, Any], reference: str) -> dict[str, Any]:
    """Write the temperatures the goods travelled at."""
    actor, told = current_actor(), schemas.temperatures(typed)
    with transaction() as session:
        receipt = service.keep_temperatures(session, actor, reference, told, now=clock.now())
        return _told(session, receipt)


@blueprint.post("/receipts/<reference>/lines/<int:line_id>/release")
@requires(QUALITY)
@writes
@blueprint.response(200, GoodsReceiptSchema)
def release(reference: str, line_id: int) -> dict[str, Any]:
    """Make quarantined goods usable."""
    actor, now = current_actor(), clock.now()
    with transaction() as session:
        service.release_line(session, actor, reference, line_id, now=now)
        return _told(session, service.get_receipt(session, actor, reference))


@blueprint.post("/suppliers/<code>/quarantine")
@requires(QUALITY)
@writes
@blueprint.arguments(schemas.QuarantineSchema)
@blueprint.response(200, schemas.QuarantineSchema)
def set_quarantine(typed: dict[str, bool], code: str) -> dict[str, bool]:
    """Say whether goods of a supplier wait for quality."""
    actor, needed = current_actor(), typed["needed"]
    with transaction() as session:
        supplier = service.set_quarantine(session, actor, code, needed=needed, now=clock.now())
        return {"needed": supplier.quarantine}


@blueprint.get("/supplier-claims")
@requires(READ)
@blueprint.arguments(schemas.ClaimQuerySchema, location="query")
@blueprint.response(200, schemas.ClaimsSchema)
def list_claims(query: dict[str, Any]) -> Page[ClaimRow]:
    """List refused goods, newest first."""
    cursor = decode(query["cursor"], (int,))
    before, only_open = int(cursor[0]) if cursor else None, query["which"] == "open"
    with transaction() as session:
        actor = current_actor()
        rows = queries.list_claims(session, actor, before, PAGE_SIZE, only_open=only_open)
    return page_of(rows, lambda row: [row.claim_id])


@blueprint.post("/supplier-claims/<reference>/closing")
@requires(ORDER)
@writes
@blueprint.arguments(schemas.MakingSchema)
@blueprint.response(200, schemas.ClaimClosedSchema)
def close_claim(making: Making, reference: str) -> dict[str, Any]:
    """Say how the supplier made refused goods good."""
    with transaction() as session:
        claim = service.close_claim(session, current_actor(), reference, making, now=clock.now())
        return {"reference": claim.reference, "outcome": claim.outcome}


def _told(session: Session, receipt: Receipt) -> dict[str, Any]:
    head = queries.get_head(session, receipt.id)
    return {**asdict(head), "lines": queries.list_lines(session, receipt.id)}
