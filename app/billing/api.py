"""JSON API of charges; an exam is completed here, because it is charged in the same transaction."""

from dataclasses import asdict
from typing import Any

from flask_smorest import Blueprint

from app.billing import queries, schemas, service
from app.billing.queries import ChargeRow, Side
from app.booking.queries import listing
from app.booking.schemas import ReasonSchema
from app.booking.service.lookup import get_booking
from app.kernel.actor import Permission
from app.kernel.clock import now
from app.kernel.ids import ChargeId, FacilityId
from app.kernel.local_time import local_day
from app.web.guard import current_actor, requires
from app.web.paging import page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("billing_api", __name__, url_prefix="/api/v1", description="Charges")


@blueprint.post("/bookings/<reference>/complete")
@requires(Permission.BOOKING_PERFORM)
@writes
@blueprint.response(200, schemas.CompletionSchema)
@blueprint.alt_response(409, description="booking-wrong-state")
def complete_exam(reference: str) -> dict[str, Any]:
    """Record that the exam took place, and charge it."""
    with transaction() as session:
        actor = current_actor()
        charge = service.complete_and_charge(session, actor, reference, now=now())
        booking, _ = get_booking(session, actor, reference)
        return {
            "booking": listing.find_booking(session, actor, booking.id),
            "charge": queries.find_charge(session, actor, charge.id),
        }


@blueprint.get("/statements")
@requires(Permission.BILLING_READ)
@blueprint.arguments(schemas.StatementQuerySchema, location="query")
@blueprint.response(200, schemas.StatementSchema)
def show_statement(query: dict[str, Any]) -> dict[str, Any]:
    """Show a facility's month, the newest charge first."""
    actor = current_actor()
    facility_id = FacilityId(query["facility_id"] or actor.facility_id)
    query["side"] = query["side"] or Side.PAYS
    with transaction() as session:
        facility = service.get_party(session, actor, facility_id)
        wanted = schemas.statement_query(query, facility, local_day(now()))
        found = queries.statement(session, actor, wanted)
    page = page_of(found.rows, lambda row: [row.id])
    return {**asdict(found), "rows": page.rows, "next_cursor": page.next_cursor}


@blueprint.post("/charges/<int:charge_id>/reverse")
@requires(Permission.BILLING_REVERSE)
@writes
@blueprint.arguments(ReasonSchema)
@blueprint.response(201, schemas.ChargeSchema)
@blueprint.alt_response(409, description="already-reversed")
def reverse_charge(given: dict[str, str], charge_id: int) -> ChargeRow:
    """Take a charge of the caller's centre back, by a row that mirrors it."""
    with transaction() as session:
        actor, reason = current_actor(), given["reason"]
        mirror = service.reverse(session, actor, ChargeId(charge_id), reason, now=now())
        return queries.find_charge(session, actor, mirror.id)
