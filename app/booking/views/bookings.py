"""Pages of bookings: the list, one booking, its move, cancel and printed slip."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime, gettext
from sqlalchemy.orm import Session

from app.booking import schemas
from app.booking.queries import listing, offers, slots
from app.booking.queries.listing import BookingRow
from app.booking.queries.slots import SlotQuery
from app.booking.rules.states import BookingState, Step, steps_from
from app.booking.service import reserving
from app.booking.service.lookup import get_booking, get_own_booking
from app.kernel import history
from app.kernel.actor import Actor, Permission
from app.kernel.clock import now
from app.kernel.errors import DomainError
from app.kernel.ids import ExamItemId
from app.kernel.local_time import local_day
from app.patients.models import Patient
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.messages import text_of
from app.web.pages import is_fragment
from app.web.paging import PAGE_SIZE, page_of
from app.web.symbols import qr
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("booking", __name__)
MOVE_DAYS = 7
MOVE_OFFERS = 30


def shown(session: Session, actor: Actor, reference: str) -> BookingRow:
    """Return the row of a booking the actor may see."""
    booking, _ = get_booking(session, actor, reference)
    return listing.find_booking(session, actor, booking.id)


@blueprint.get("/bookings")
@requires(Permission.BOOKING_READ)
def list_bookings() -> str:
    """List the bookings the person takes part in, from a day on."""
    query = read_query(schemas.BookingQuerySchema)
    if query["day"] is None and not query["q"]:
        query["day"] = local_day(now())
    with transaction() as session:
        rows = listing.list_bookings(
            session, current_actor(), schemas.filter_of(query), limit=PAGE_SIZE + 1
        )
    page = page_of(rows, lambda row: row.key)
    return render_template("booking/list.html", page=page, query=query, states=list(BookingState))


@blueprint.get("/bookings/<reference>")
@requires(Permission.BOOKING_READ)
def show_booking(reference: str) -> str:
    """Show one booking and its history."""
    with transaction() as session:
        row = shown(session, current_actor(), reference)
        changes = history.list_changes(session, "booking", row.id)
        doubtful = listing.doubtful_questions(session, row.id)
    return render_template(
        "booking/show.html", row=row, changes=changes, steps=_steps(row), doubtful=doubtful
    )


def _steps(row: BookingRow) -> frozenset[Step]:
    """Return what this person may do to the booking."""
    actor = current_actor()
    if actor.facility_ids.isdisjoint({row.facility_id, row.centre_id}):
        return frozenset()
    return steps_from(row.state) if actor.may(Permission.BOOKING_CREATE) else frozenset()


@blueprint.post("/bookings/<reference>/cancel")
@requires(Permission.BOOKING_CREATE)
@writes
def cancel_booking(reference: str) -> ResponseReturnValue:
    """Give a booking back."""
    reason = read_form(schemas.ReasonSchema)["reason"]
    with transaction() as session:
        reserving.cancel(session, current_actor(), reference, reason, now=now())
    flash(gettext("The booking is cancelled; its time is free."), "success")
    return redirect(url_for("booking.show_booking", reference=reference), 303)


@blueprint.get("/bookings/<reference>/move")
@requires(Permission.BOOKING_CREATE)
def choose_other_time(reference: str) -> str:
    """Show other times for a booking."""
    return _move_page(reference, None)


@blueprint.post("/bookings/<reference>/move")
@requires(Permission.BOOKING_CREATE)
@writes
def move_booking(reference: str) -> ResponseReturnValue:
    """Give a booking another time or machine; a refusal shows the times that are free now."""
    request = read_form(schemas.MoveSchema)
    with transaction() as session:
        try:
            with session.begin_nested():
                reserving.move(session, current_actor(), reference, request, now=now())
        except DomainError as refusal:
            return _move_page(reference, refusal), 409
    flash(gettext("The booking has its new time."), "success")
    return redirect(url_for("booking.show_booking", reference=reference), 303)


def _move_page(reference: str, refusal: DomainError | None) -> str:
    query = read_query(schemas.DayQuerySchema)
    moment, actor = now(), current_actor()
    with transaction() as session:
        booking, _ = get_own_booking(session, actor, reference)
        exam = reserving.get_exam(session, ExamItemId(booking.exam_item_id))
        day = query["day"] or max(local_day(booking.starts_at), local_day(moment))
        days = slots.bookable_days(day, MOVE_DAYS, moment)
        identity = session.get_one(Patient, booking.patient_id).identity
        wanted = SlotQuery(exam=exam, days=days, now=moment, identity=identity)
        found = offers.list_offers(session, wanted, booking.facility_id, limit=MOVE_OFFERS)
        row = listing.find_booking(session, actor, booking.id)
    problem = text_of(refusal) if refusal else None
    if problem and is_fragment():
        return render_template("booking/_refusal.html", problem=problem, named={}, query={})
    return render_template("booking/move.html", row=row, offers=found, day=day, problem=problem)


@blueprint.get("/bookings/<reference>/slip")
@requires(Permission.BOOKING_READ)
def show_slip(reference: str) -> str:
    """Show the slip the patient takes along, ready to print."""
    with transaction() as session:
        row = shown(session, current_actor(), reference)
    return render_template(
        "booking/slip.html",
        row=row,
        qr=qr(row.reference).svg(row.reference),
        printed_at=format_datetime(now(), "yyyy-MM-dd HH:mm"),
    )
