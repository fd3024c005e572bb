"""The imaging desk: today's patients at this centre, one step at a time."""

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.booking import schemas
from app.booking.models import Booking
from app.booking.queries.listing import day_board
from app.booking.service import performing
from app.kernel.actor import Permission
from app.kernel.clock import now
from app.kernel.local_time import local_day
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("desk", __name__)
DAY = timedelta(days=1)


@blueprint.get("/imaging")
@requires(Permission.BOOKING_PERFORM)
def show_board() -> str:
    """Show a day's patients at the person's own centre, by time."""
    day = read_query(schemas.DayQuerySchema)["day"] or local_day(now())
    with transaction() as session:
        rows = day_board(session, current_actor(), day)
    return render_template(
        "booking/desk.html", rows=rows, day=day, before=day - DAY, after=day + DAY, now=now()
    )


def _step(take: Callable[..., Booking], reference: str) -> ResponseReturnValue:
    with transaction() as session:
        booking = take(session, current_actor(), reference, now=now())
    return _to_board(booking)


def _to_board(booking: Booking) -> ResponseReturnValue:
    day = local_day(booking.starts_at)
    anchor = url_for("desk.show_board", day=day.isoformat(), _anchor=booking.reference)
    return redirect(anchor, 303)


@blueprint.post("/imaging/<reference>/arrive")
@requires(Permission.BOOKING_PERFORM)
@writes
def note_arrival(reference: str) -> ResponseReturnValue:
    """Note that the patient is here."""
    return _step(performing.arrive, reference)


@blueprint.post("/imaging/<reference>/review-screening")
@requires(Permission.BOOKING_PERFORM)
@writes
def review_screening(reference: str) -> ResponseReturnValue:
    """Note that the desk went through the doubtful answers with the patient."""
    return _step(performing.review_screening, reference)


@blueprint.post("/imaging/<reference>/start")
@requires(Permission.BOOKING_PERFORM)
@writes
def start_exam(reference: str) -> ResponseReturnValue:
    """Begin the exam."""
    return _step(performing.start, reference)


@blueprint.post("/imaging/<reference>/no-show")
@requires(Permission.BOOKING_PERFORM)
@writes
def note_no_show(reference: str) -> ResponseReturnValue:
    """Note that the patient did not come."""
    return _step(performing.miss, reference)


@blueprint.post("/imaging/<reference>/abort")
@requires(Permission.BOOKING_PERFORM)
@writes
def abort_exam(reference: str) -> ResponseReturnValue:
    """Break the exam off; nothing is charged."""
    reason = read_form(schemas.ReasonSchema)["reason"]
    with transaction() as session:
        booking = performing.abort(session, current_actor(), reference, reason, now=now())
    return _to_board(booking)
