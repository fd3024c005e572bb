"""JSON API of bookings, free slots and screening."""

from typing import Any

from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from app.booking import schemas
from app.booking.models import Booking
from app.booking.queries import listing, offers, slots
from app.booking.queries.listing import BookingRow
from app.booking.queries.slots import SlotQuery
from app.booking.service import performing, reserving, screening
from app.booking.service.lookup import get_booking
from app.booking.service.reserving import BookingRequest, MoveRequest
from app.kernel.actor import Permission
from app.kernel.clock import now
from app.kernel.ids import ExamItemId, PatientId
from app.kernel.local_time import local_day
from app.patients import service as patients
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "booking_api", __name__, url_prefix="/api/v1", description="Bookings of shared machines"
)


def _shown(session: Session, booking: Booking) -> BookingRow:
    return listing.find_booking(session, current_actor(), booking.id)


@blueprint.get("/bookings")
@requires(Permission.BOOKING_READ)
@blueprint.arguments(schemas.BookingQuerySchema, location="query")
@blueprint.response(200, schemas.BookingsSchema)
def list_bookings(query: dict[str, Any]) -> Page[BookingRow]:
    """List the bookings the caller takes part in, soonest first."""
    chosen = schemas.filter_of(query)
    with transaction() as session:
        rows = listing.list_bookings(session, current_actor(), chosen, limit=PAGE_SIZE + 1)
    return page_of(rows, lambda row: row.key)


@blueprint.post("/bookings")
@requires(Permission.BOOKING_CREATE)
@writes
@blueprint.arguments(schemas.BookingRequestSchema)
@blueprint.response(201, schemas.BookingSchema)
@blueprint.alt_response(409, description="slot-taken, with three alternatives")
def create_booking(request: BookingRequest) -> BookingRow:
    """Book an exam for a patient of the caller's facility."""
    with transaction() as session:
        return _shown(session, reserving.reserve(session, current_actor(), request, now=now()))


@blueprint.get("/bookings/<reference>")
@requires(Permission.BOOKING_READ)
@blueprint.response(200, schemas.BookingSchema)
def show_booking(reference: str) -> BookingRow:
    """Show one booking."""
    with transaction() as session:
        booking, _ = get_booking(session, current_actor(), reference)
        return _shown(session, booking)


@blueprint.post("/bookings/<reference>/move")
@requires(Permission.BOOKING_CREATE)
@writes
@blueprint.arguments(schemas.MoveSchema)
@blueprint.response(200, schemas.BookingSchema)
@blueprint.alt_response(409, description="slot-taken, with three alternatives")
def move_booking(request: MoveRequest, reference: str) -> BookingRow:
    """Give a booking another time, machine or operator."""
    with transaction() as session:
        actor = current_actor()
        return _shown(session, reserving.move(session, actor, reference, request, now=now()))


@blueprint.post("/bookings/<reference>/cancel")
@requires(Permission.BOOKING_CREATE)
@writes
@blueprint.arguments(schemas.ReasonSchema)
@blueprint.response(200, schemas.BookingSchema)
@blueprint.alt_response(409, description="booking-wrong-state")
def cancel_booking(given: dict[str, str], reference: str) -> BookingRow:
    """Give a booking back."""
    with transaction() as session:
        actor, reason = current_actor(), given["reason"]
        return _shown(session, reserving.cancel(session, actor, reference, reason, now=now()))


@blueprint.post("/bookings/<reference>/arrive")
@requires(Permission.BOOKING_PERFORM)
@writes
@blueprint.response(200, schemas.BookingSchema)
@blueprint.alt_response(409, description="booking-wrong-state")
def note_arrival(reference: str) -> BookingRow:
    """Note that the patient is here."""
    with transaction() as session:
        return _shown(session, performing.arrive(session, current_actor(), reference, now=now()))


@blueprint.post("/bookings/<reference>/review-screening")
@requires(Permission.BOOKING_PERFORM)
@writes
@blueprint.response(200, schemas.BookingSchema)
def review_screening(reference: str) -> BookingRow:
    """Note that the desk went through the doubtful answers with the patient."""
    with transaction() as session:
        actor = current_actor()
        return _shown(session, performing.review_screening(session, actor, reference, now=now()))


@blueprint.post("/bookings/<reference>/start")
@requires(Permission.BOOKING_PERFORM)
@writes
@blueprint.response(200, schemas.BookingSchema)
@blueprint.alt_response(409, description="booking-wrong-state or device-busy")
def start_exam(reference: str) -> BookingRow:
    """Begin the exam."""
    with transaction() as session:
        return _shown(session, performing.start(session, current_actor(), reference, now=now()))


@blueprint.post("/bookings/<reference>/abort")
@requires(Permission.BOOKING_PERFORM)
@writes
@blueprint.arguments(schemas.ReasonSchema)
@blueprint.response(200, schemas.BookingSchema)
@blueprint.alt_response(409, description="booking-wrong-state")
def abort_exam(given: dict[str, str], reference: str) -> BookingRow:
    """Break the exam off; nothing is charged."""
    with transaction() as session:
        actor, reason = current_actor(), given["reason"]
        return _shown(session, performing.abort(session, actor, reference, reason, now=now()))


@blueprint.post("/bookings/<reference>/no-show")
@requires(Permission.BOOKING_PERFORM)
@writes
@blueprint.response(200, schemas.BookingSchema)
@blueprint.alt_response(409, description="booking-wrong-state")
def note_no_show(reference: str) -> BookingRow:
    """Note that the patient did not come."""
    with transaction() as session:
        return _shown(session, performing.miss(session, current_actor(), reference, now=now()))


@blueprint.get("/slots")
@requires(Permission.BOOKING_READ)
@blueprint.arguments(schemas.SlotQuerySchema, location="query")
@blueprint.response(200, schemas.OffersSchema)
def list_slots(query: dict[str, Any]) -> dict[str, Any]:
    """List the earliest free slots of an exam over all machines of the county."""
    moment, actor = now(), current_actor()
    with transaction() as session:
        exam = reserving.get_exam(session, ExamItemId(query["exam_item_id"]))
        first = query["first_day"] or local_day(moment)
        days = slots.bookable_days(first, query["days"], moment)
        wanted = SlotQuery(
            exam=exam, days=days, now=moment, identity=_identity(session, query["patient_id"])
        )
        found = offers.list_offers(session, wanted, actor.facility_id, limit=query["limit"])
    return {
        "preparation_zh": exam.preparation_zh,
        "preparation_en": exam.preparation_en,
        "minutes": slots.needs_of(exam).minutes,
        "slots": found,
    }


def _identity(session: Session, patient_id: int | None) -> str | None:
    if patient_id is None:
        return None
    return patients.get_patient(session, current_actor(), PatientId(patient_id)).identity


@blueprint.get("/screening-forms")
@requires(Permission.BOOKING_CREATE)
@blueprint.arguments(schemas.FormQuerySchema, location="query")
@blueprint.response(200, schemas.FormsSchema)
def list_screening_forms(query: dict[str, int]) -> dict[str, list[screening.Form]]:
    """List the forms an exam asks, as they are asked now."""
    with transaction() as session:
        exam = reserving.get_exam(session, ExamItemId(query["exam_item_id"]))
        return {"rows": screening.forms_for(session, exam)}
