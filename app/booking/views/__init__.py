"""Pages of booking: the clinic's list and booking path, the calendar, the imaging desk."""

from flask_babel import lazy_gettext

from app.booking.views import bookings, calendar, desk, reserving
from app.kernel.actor import Permission
from app.web.navigation import Entry, Group

BLUEPRINTS = (
    bookings.blueprint,
    calendar.blueprint,
    desk.blueprint,
    reserving.blueprint,
)

NAVIGATION = (
    Entry(
        group=Group.EXAMS,
        order=10,
        label=lazy_gettext("Bookings"),
        endpoint="booking.list_bookings",
        icon="calendar-event",
        permissions=(Permission.BOOKING_READ,),
    ),
    Entry(
        group=Group.EXAMS,
        order=20,
        label=lazy_gettext("Book an exam"),
        endpoint="reserving.choose",
        icon="calendar-plus",
        permissions=(Permission.BOOKING_CREATE,),
    ),
    Entry(
        group=Group.EXAMS,
        order=30,
        label=lazy_gettext("Machine calendar"),
        endpoint="calendar.show_day",
        icon="calendar",
        permissions=(Permission.BOOKING_READ,),
    ),
    Entry(
        group=Group.EXAMS,
        order=40,
        label=lazy_gettext("Imaging desk"),
        endpoint="desk.show_board",
        icon="device-desktop",
        permissions=(Permission.BOOKING_PERFORM,),
        home=10,
    ),
)
