"""The pharmacist's decisions as programs send them."""

from typing import Any

from flask import request
from flask_smorest import Blueprint

from app.accounts.schemas import second_person
from app.fulfilment import service
from app.fulfilment.models import Requisition
from app.fulfilment.queries import offers as offering
from app.fulfilment.schemas import requisitions as schemas
from app.fulfilment.service import Approval
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.local_time import local_day
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "approvals_api",
    __name__,
    url_prefix="/api/v1/requisitions",
    description="What the central pharmacy decides",
)
APPROVERS = (Permission.REQUISITION_APPROVE,)


@blueprint.get("/<string:reference>/offers")
@requires(*APPROVERS)
@blueprint.response(200, schemas.SupplyOffersSchema)
def show_offers(reference: str) -> dict[str, Any]:
    """Return the lots first-expiring-first-out would take, and what is passed over and why."""
    now = clock.now()
    with transaction() as session:
        requisition = service.get_requisition(session, current_actor(), reference)
        views = service.show_lines(session, requisition, now=now)
        found = offering.offers(
            session,
            (requisition.supplier_id, requisition.facility_id),
            [service.demand_for(view.line, view.line.asked) for view in views],
            today=local_day(now),
            need_by=requisition.delivery_day or local_day(now),
        )
    return {"rows": [_row(view.line.item_code, found[view.line.item_id]) for view in views]}


def _row(item_code: str, offer: offering.Offer) -> dict[str, Any]:
    return {
        "item_code": item_code,
        "lots": offer.lots,
        "passed_over": offer.passed_over,
        "choosable": offer.choosable,
        "shortage": offer.shortage,
    }


@blueprint.post("/<string:reference>/approve")
@requires(*APPROVERS)
@writes
@blueprint.arguments(schemas.ApprovalSchema)
@blueprint.response(200, schemas.RequisitionSchema)
@blueprint.alt_response(
    409, description="requisition-state-changed, nothing-to-deliver, lot-not-free"
)
def approve_requisition(body: dict[str, Any], reference: str) -> Requisition:
    """Decide every line and reserve what is approved, in one action."""
    second = second_person(body, request.remote_addr)
    approval = Approval(reference=reference, second=second, **body)
    with transaction() as session:
        return service.approve(session, current_actor(), approval, now=clock.now())


@blueprint.post("/<string:reference>/reject")
@requires(*APPROVERS)
@writes
@blueprint.arguments(schemas.RequisitionReasonSchema)
@blueprint.response(200, schemas.RequisitionSchema)
def reject_requisition(body: dict[str, str], reference: str) -> Requisition:
    """Send the whole requisition back with a reason."""
    actor, reason = current_actor(), body["reason"]
    with transaction() as session:
        return service.reject(session, actor, reference, reason, now=clock.now())


@blueprint.post("/<string:reference>/withdraw")
@requires(*APPROVERS)
@writes
@blueprint.arguments(schemas.RequisitionReasonSchema)
@blueprint.response(200, schemas.RequisitionSchema)
def withdraw_requisition(body: dict[str, str], reference: str) -> Requisition:
    """Cancel an approved requisition nobody has begun to pick."""
    actor, reason = current_actor(), body["reason"]
    with transaction() as session:
        return service.withdraw(session, actor, reference, reason, now=clock.now())
