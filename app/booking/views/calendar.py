"""The calendar of all machines on one day."""

from datetime import timedelta

from flask import Blueprint, render_template

from app.booking import schemas
from app.booking.queries.calendar import day_calendar
from app.booking.service import reserving
from app.catalogue import queries as catalogue
from app.kernel.actor import Permission
from app.kernel.clock import now
from app.kernel.ids import ExamItemId
from app.kernel.local_time import local_day
from app.web.forms import read_query
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction

blueprint = Blueprint("calendar", __name__)
DAY = timedelta(days=1)


@blueprint.get("/bookings/calendar")
@requires(Permission.BOOKING_READ)
def show_day() -> str:
    """Show every machine's day; with an exam, where it fits."""
    query = read_query(schemas.DayQuerySchema)
    moment, actor = now(), current_actor()
    day = query["day"] or local_day(moment)
    with transaction() as session:
        chosen = query["exam_item_id"]
        exam = reserving.get_exam(session, ExamItemId(chosen)) if chosen else None
        calendar = day_calendar(session, actor, day, exam, now=moment)
        exams = catalogue.list_exams(session, on=day)
    return render_template(
        "booking/calendar.html",
        calendar=calendar,
        day=day,
        before=day - DAY,
        after=day + DAY,
        exam=exam,
        exam_choices=[(row.id, f"{row.code} {row.name}") for row in exams],
        may_book=actor.may(Permission.BOOKING_CREATE),
    )
